"""Look for suppliers that may be one: by RID, by bank account, by name in the same commune.

Suppliers are compared within blocks that share something rare, so that the work grows as their
number and not as its square; in a block that is large all the same, each is compared with its
neighbours in the order of names only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice

from django.db import transaction
from django.utils import timezone
from rapidfuzz import fuzz

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, franchir
from facturier.commun.recherche import mots
from facturier.commun.ridet import LONGUEUR_RID
from fournisseurs.models import (
    CoordonneesBancaires,
    Doublon,
    Etablissement,
    EtatDoublon,
    Fournisseur,
    RaisonDoublon,
)

SEUIL_SIMILITUDE = 88
GRAND_BLOC = 40
VOISINS = 4
TAILLE_LOT = 2000
SCORES = {RaisonDoublon.RID: 95, RaisonDoublon.IBAN: 75}
BONUS = 10  # each further reason makes it surer
MOTS_SANS_PORTEE = frozenset(
    mots(
        "SARL SAS SASU EURL SCI SNC SCP SA SELARL GIE association ass Ste société "
        "Ets établissements monsieur madame M Mme NC Nouvelle Calédonie de du des la le les l d et"
    )
)
Paire = tuple[int, int]
Trouvailles = dict[Paire, dict[str, int]]  # reasons of a pair, each with its score


@dataclass(frozen=True, slots=True)
class BilanDoublons:
    """What a search found: pairs it did not know, that it knew, and that are no longer alike."""

    nouveaux: int
    connus: int
    disparus: int


def chercher_doublons() -> BilanDoublons:
    """Find the pairs of living suppliers that look alike, and keep them for an agent.

    What was decided about a pair stays decided; a pair never decided on, and no longer alike, goes.
    """
    trouvailles: Trouvailles = defaultdict(dict)
    for raison, blocs in (
        (RaisonDoublon.RID, _blocs_de_rid()),
        (RaisonDoublon.IBAN, _blocs_d_iban()),
    ):
        for bloc in blocs:
            for paire in _paires(sorted(bloc)):
                trouvailles[paire][raison] = SCORES[raison]
    for paire, similitude in _noms_proches():
        trouvailles[paire][RaisonDoublon.NOM] = similitude
    return _ranger(trouvailles, timezone.now())


def ecarter_doublon(doublon: Doublon, *, par: Utilisateur, motif: str) -> None:
    """Remember that these are not the same supplier; the pair is not shown again.

    Raises:
        TransitionInterdite: already decided, or no reason given.
        ActeInterdit: `par` is not an agent.
    """
    if not motif.strip():
        raise TransitionInterdite("Indiquez pourquoi ce ne sont pas des doublons.")
    franchir(doublon, "ecarter", par=par, motif=motif.strip())


def rouvrir_doublon(doublon: Doublon, *, par: Utilisateur, motif: str) -> None:
    """Put a pair that was set aside back to be examined.

    Raises:
        TransitionInterdite: not set aside, or no reason given.
        ActeInterdit: `par` is not an agent.
    """
    if not motif.strip():
        raise TransitionInterdite("Indiquez pourquoi la paire est à revoir.")
    franchir(doublon, "rouvrir", par=par, motif=motif.strip())


# --- Blocks ------------------------------------------------------------------------------------
def _groupes(paires: Iterable[tuple[str, int]]) -> Iterator[list[int]]:
    """Yield the suppliers that share a key, where several do."""
    par_cle: dict[str, set[int]] = defaultdict(set)
    for cle, fournisseur in paires:
        if cle:
            par_cle[cle].add(fournisseur)
    yield from (list(groupe) for groupe in par_cle.values() if len(groupe) > 1)


def _blocs_de_rid() -> Iterator[list[int]]:
    """Group by RID: that of the supplier, of his RIDET, of his établissements, or his code."""

    def cles() -> Iterator[tuple[str, int]]:
        fiches = Fournisseur.objects.vivants().values_list(
            "pk", "rid", "tiers__ridet", "tiers__code"
        )
        for pk, rid, ridet, code in fiches.iterator():
            est_rid = len(code) == LONGUEUR_RID and code.isdigit()
            for cle in {rid, ridet[:LONGUEUR_RID], code if est_rid else ""}:
                yield cle, pk
        lieux = Etablissement.objects.values_list("ridet", "fournisseur_id")
        for ridet, pk in lieux.iterator():
            yield ridet[:LONGUEUR_RID], pk

    return _groupes(cles())


def _blocs_d_iban() -> Iterator[list[int]]:
    courants = CoordonneesBancaires.objects.courantes().exclude(fournisseur__etat="fusionne")
    return _groupes(courants.values_list("iban", "fournisseur_id").iterator())


def _paires(bloc: Sequence[int]) -> Iterator[Paire]:
    """Yield the pairs to compare: all of them, or neighbours only in a large block."""
    if len(bloc) <= GRAND_BLOC:
        couples: Iterable[tuple[int, int]] = combinations(bloc, 2)
    else:
        couples = (
            (bloc[rang], voisin)
            for rang in range(len(bloc))
            for voisin in bloc[rang + 1 : rang + 1 + VOISINS]
        )
    for un, autre in couples:
        yield (un, autre) if un < autre else (autre, un)


def _noms_proches() -> Iterator[tuple[Paire, int]]:
    """Yield pairs of close names in the same commune, with how close from 0 to 100."""
    noms: dict[int, str] = {}
    par_cle: dict[tuple[str, str], list[int]] = defaultdict(list)
    fiches = Fournisseur.objects.vivants().values_list("pk", "tiers__nom", "tiers__prenom", "ville")
    for pk, nom, prenom, ville in fiches.iterator():
        utiles = sorted(m for m in mots(f"{nom} {prenom}") if m not in MOTS_SANS_PORTEE)
        if not utiles:
            continue
        noms[pk] = " ".join(utiles)
        commune = " ".join(mot for mot in mots(ville) if mot != "cedex")
        colle = "".join(utiles)
        for cle in {*utiles, f"<{colle[:6]}", f">{colle[-6:]}"}:
            par_cle[commune, cle].append(pk)
    vues: set[Paire] = set()
    for bloc in par_cle.values():
        for paire in _paires(sorted(bloc, key=noms.__getitem__)):
            if paire in vues:
                continue
            similitude = fuzz.ratio(noms[paire[0]], noms[paire[1]], score_cutoff=SEUIL_SIMILITUDE)
            if similitude:
                vues.add(paire)
                yield paire, round(similitude)


# --- Keeping -----------------------------------------------------------------------------------
def _score(raisons: dict[str, int]) -> int:
    return min(100, max(raisons.values()) + BONUS * (len(raisons) - 1))


@transaction.atomic
def _ranger(trouvailles: Trouvailles, moment: datetime) -> BilanDoublons:
    connues = set(Doublon.objects.values_list("premier_id", "second_id").iterator())
    nouveaux = sum(paire not in connues for paire in trouvailles)
    lignes = (
        Doublon(
            premier_id=paire[0],
            second_id=paire[1],
            score=_score(raisons),
            raisons=[raison for raison in RaisonDoublon.values if raison in raisons],
            vu_le=moment,
        )
        for paire, raisons in trouvailles.items()
    )
    while lot := list(islice(lignes, TAILLE_LOT)):
        Doublon.objects.bulk_create(
            lot,
            update_conflicts=True,
            unique_fields=["premier", "second"],
            update_fields=["score", "raisons", "vu_le"],
        )
    perdus = Doublon.objects.filter(etat=EtatDoublon.A_EXAMINER, vu_le__lt=moment)
    disparus, _ = perdus.filter(passages__isnull=True).delete()
    return BilanDoublons(nouveaux, len(trouvailles) - nouveaux, disparus)
