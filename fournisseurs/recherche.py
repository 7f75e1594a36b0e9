"""Find tiers as one types: their words are stored beside them, and read by prefix.

Neither engine is asked to ignore case or accents: `facturier.commun.recherche` makes the words,
of what is stored and of what is typed alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from facturier.commun.recherche import LONGUEUR_MOT, mots_cherches, mots_ranges, suivant
from fournisseurs.models import Etablissement, Fournisseur, MotFournisseur

TAILLE_LOT = 2000
SEUIL_RARE = 1000  # beyond so many rows a prefix is common, and how common does not matter
CLE = re.compile(r"[0-9]{1,18}")
APRES_TOUT_MOT = "zz" * LONGUEUR_MOT
SQL_COMPTE = f"""(SELECT count(*) FROM (
    SELECT 1 FROM {MotFournisseur._meta.db_table}
    WHERE est_principal IN (TRUE, FALSE) AND mot >= %s AND mot < %s LIMIT {SEUIL_RARE}) mots)"""  # noqa: S608
Mots = dict[str, bool]  # a word, and whether it names the tiers rather than its place


# --- Writing -----------------------------------------------------------------------------------
def mots_du_tiers(principaux: Iterable[str], lieux: Iterable[str]) -> Mots:
    """Return the words of a tiers: those of its names and numbers, then those of its communes."""
    return dict.fromkeys(mots_ranges(*lieux), False) | dict.fromkeys(mots_ranges(*principaux), True)


def indexer(fournisseurs: Iterable[int]) -> int:
    """Make the words of these suppliers (keys) those of their data; four statements a batch.

    To be called in the transaction that changes a name, a code, a RIDET or a commune.

    Returns:
        How many words were added or taken away: none when the data did not change.
    """
    changements = 0
    cles = iter(fournisseurs)
    while lot := list(islice(cles, TAILLE_LOT)):
        changements += _indexer_lot(lot)
    return changements


@transaction.atomic
def _indexer_lot(cles: list[int]) -> int:
    attendus = {
        (cle, mot): est_principal
        for cle, mots in _mots_attendus(cles)
        for mot, est_principal in mots.items()
    }
    ranges = MotFournisseur.objects.filter(fournisseur__in=cles)
    presents = {
        (cle, mot): est_principal
        for cle, mot, est_principal in ranges.values_list("fournisseur_id", "mot", "est_principal")
    }
    perimes: dict[int, list[str]] = defaultdict(list)
    for cle, mot in presents.keys() - {c for c, v in attendus.items() if presents.get(c) == v}:
        perimes[cle].append(mot)
    for cle, mots in perimes.items():
        MotFournisseur.objects.filter(fournisseur=cle, mot__in=mots).delete()
    nouveaux = [(*cle, valeur) for cle, valeur in attendus.items() if presents.get(cle) != valeur]
    inserer(nouveaux)
    return len(nouveaux) + sum(map(len, perimes.values()))


def _mots_attendus(cles: list[int]) -> Iterator[tuple[int, Mots]]:
    """Yield each supplier with the words his data give; two queries."""
    lieux: dict[int, list[str]] = defaultdict(list)
    noms: dict[int, list[str]] = defaultdict(list)
    etablissements = Etablissement.objects.filter(fournisseur__in=cles)
    for cle, *numeros, ville in etablissements.values_list(
        "fournisseur_id", "ridet", "denomination", "ville"
    ):
        noms[cle] += numeros
        lieux[cle].append(ville)
    for cle, ville, *textes in Fournisseur.objects.filter(pk__in=cles).values_list(
        "pk",
        "ville",
        "rid",
        "nom_commercial",
        "tiers__nom",
        "tiers__prenom",
        "tiers__code",
        "tiers__ridet",
    ):
        yield cle, mots_du_tiers([*textes, *noms[cle]], [ville, *lieux[cle]])


def inserer(lignes: list[tuple[int, str, bool]]) -> None:
    """Insert words not stored yet: (key of the supplier, word, whether it names him)."""
    table = MotFournisseur._meta.db_table
    colonnes = f"INSERT INTO {table} (fournisseur_id, mot, est_principal) "
    if not lignes:
        return
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            tableaux = [list(colonne) for colonne in zip(*lignes, strict=True)]
            curseur.execute(
                f"{colonnes} SELECT * FROM unnest(%s::bigint[], %s::text[], %s::boolean[])",  # noqa: S608
                tableaux,
            )
        else:
            curseur.executemany(f"{colonnes} VALUES (%s, %s, %s)", lignes)


# --- Reading -----------------------------------------------------------------------------------
class Place(NamedTuple):
    """Where a result stands in the order of the results: what the next page begins after."""

    est_principal: bool
    mot: str
    fournisseur: int

    @classmethod
    def de(cls, trouve: Any) -> "Place":
        """Return the place of one that `chercher` returned."""
        return cls(trouve.est_principal, trouve.mot_trouve, trouve.pk)

    def __str__(self) -> str:
        return f"{int(self.est_principal)}-{self.mot}-{self.fournisseur}"


def lire_place(texte: str) -> Place | None:
    """Return the place that `str` made `texte` of; None when it is none."""
    match texte.split("-"):
        case [("0" | "1") as rang, mot, cle] if CLE.fullmatch(cle):
            return Place(rang == "1", mot, int(cle))
    return None


def chercher(
    fournisseurs: QuerySet[Fournisseur], saisie: str, *, nombre: int, apres: Place | None = None
) -> list[Any]:
    """Return the first `nombre` of `fournisseurs` that answer to `saisie`, or those after a place.

    Each word typed begins one of theirs, in any order. They come in the order of the word found,
    those named so before those who are in a commune named so; `Place.de` reads where each stands.
    Nothing is counted and no more is read than is shown, unless two common words hardly meet.
    """
    prefixes = mots_cherches(saisie)
    if not prefixes:
        return []
    rare, *autres = _du_plus_rare(prefixes)
    places: list[Place] = []
    for est_principal in (True, False):
        if apres is not None and apres.est_principal < est_principal:
            continue
        if len(places) < nombre:
            suite = apres if apres and apres.est_principal == est_principal else None
            lignes = _par_mot(fournisseurs, rare, autres, est_principal, suite)
            reponses = lignes.values_list("est_principal", "mot", "fournisseur_id")
            places += [Place(*ligne) for ligne in reponses[: nombre - len(places)]]
    fiches = fournisseurs.in_bulk([place.fournisseur for place in places])
    return [_placer(fiches[place.fournisseur], place) for place in places]


def _placer(fiche: Any, place: Place) -> Any:
    fiche.est_principal, fiche.mot_trouve = place.est_principal, place.mot
    return fiche


def _du_plus_rare(prefixes: list[str]) -> list[str]:
    """Sort prefixes by how many words begin so; a count stops at `SEUIL_RARE`. One query."""
    if len(prefixes) == 1:
        return prefixes
    with connection.cursor() as curseur:
        bornes = [borne for p in prefixes for borne in (p, suivant(p) or APRES_TOUT_MOT)]
        curseur.execute(f"SELECT {', '.join([SQL_COMPTE] * len(prefixes))}", bornes)
        comptes = dict(zip(prefixes, curseur.fetchone(), strict=True))
    return sorted(prefixes, key=lambda prefixe: (comptes[prefixe], -len(prefixe)))


def _par_mot(
    fournisseurs: QuerySet[Fournisseur],
    rare: str,
    autres: list[str],
    est_principal: bool,
    apres: Place | None,
) -> QuerySet[MotFournisseur]:
    """Return the words that begin so, of those looked for, each under his first such word.

    The words alone are in the FROM clause: either engine then follows their index, and stops.
    """
    memes = MotFournisseur.objects.filter(fournisseur=OuterRef("fournisseur_id"))
    plus_tot = Q(est_principal=est_principal, mot__lt=OuterRef("mot"))
    if not est_principal:
        plus_tot |= Q(est_principal=True)
    lignes: QuerySet[MotFournisseur] = MotFournisseur.objects.commencant_par(rare).filter(
        ~Exists(memes.commencant_par(rare).filter(plus_tot)),
        *(Exists(memes.commencant_par(autre)) for autre in autres),
        est_principal__in=[est_principal],  # a bare boolean serves no index of SQLite
    )
    if fournisseurs.query.where:
        choisis = fournisseurs.order_by().filter(pk=OuterRef("fournisseur_id"))
        lignes = lignes.filter(Exists(choisis))
    if apres is not None:
        lignes = lignes.filter(
            Q(mot__gt=apres.mot) | Q(mot=apres.mot, fournisseur__gt=apres.fournisseur)
        )
    return lignes.order_by("mot", "fournisseur_id")
