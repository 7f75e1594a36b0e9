"""A transfer that the statement tells, and what it pays: one titre, several, or nothing known yet.

The titres are found by their reference, the name of their debtor and their amount. What they do not
take is an excess owed back, or a receipt to classify: somebody says which, it is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import montants
from facturier.commun.etats import franchir
from facturier.commun.recherche import mots
from facturier.grand_livre.models import SensPiece, Titre
from facturier.grand_livre.soldes import reste_du, reste_du_par_piece
from telepaiement import creances
from telepaiement.encaissement import (
    INSCRIPTION_IMPOSSIBLE,
    RegieAbsente,
    date_comptable,
    dire,
    enregistrer,
    enregistrer_a_classer,
)
from telepaiement.models import (
    Encaissement,
    EncaissementRapproche,
    LigneBancaire,
    Mode,
    NatureRapprochement,
    RapprochementBancaire,
)

TITRES_MAXIMUM = 20  # of one transfer, and shown by one search
CANDIDATS_LUS = 200
LONGUEUR_NOM = 4  # letters from which a word of the label may be a name
LONGUEUR_MINIMALE = 2  # of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidat:
    """A titre that a transfer may pay, `reste` francs still owed, and what matches."""

    titre: Titre
    reste: int
    est_cite: bool
    est_nomme: bool
    est_du: bool

    @property
    def concordance(self) -> str:
        """What matches, in French: « la référence et le montant concordent »."""
        dits = {
            "la référence": self.est_cite,
            "le nom": self.est_nomme,
            "le montant": self.est_du,
        }
        oui = [quoi for quoi, concorde in dits.items() if concorde]
        if not oui:
            return "rien ne concorde"
        if len(oui) == 1:
            return f"{oui[0]} seulement concorde"
        return f"{', '.join(oui[:-1])} et {oui[-1]} concordent"


def candidats(ligne: LigneBancaire) -> list[Candidat]:
    """Return the titres that a transfer calls to mind, best first.

    Its label quotes them or names their debtor, or its amount is what they still owe.
    """
    dit = f"{ligne.libelle} {ligne.reference}"
    cites = [
        titre
        for trouve in creances.REFERENCE.finditer(dit)
        for titre in creances.par_reference(trouve[0])
    ]
    noms = [mot for mot in mots(dit) if len(mot) >= LONGUEUR_NOM and not mot.isdigit()]
    lus = [*creances.dus(ligne.montant).order_by("-pk")[:CANDIDATS_LUS]]
    if noms:
        nommes = Q()
        for mot in noms:
            nommes |= Q(nom_tiers__icontains=mot)
        payables = Titre.objects.filter(nommes, etat__in=creances.ETATS_PAYABLES)
        lus += payables.select_related("tiers").order_by("-pk")[:CANDIDATS_LUS]
    jugees = _juger(ligne, [*cites, *lus], {titre.pk for titre in cites})
    return [un for un in jugees if un.est_cite or un.est_nomme or un.est_du]


def chercher(texte: str, ligne: LigneBancaire) -> list[Candidat]:
    """Return the titres that `texte` finds, best first: by reference, what is owed, or name.

    Too short a text leaves those that the transfer calls to mind, when something is owed.
    """
    if len(texte) < LONGUEUR_MINIMALE:
        return [un for un in candidats(ligne) if un.reste > 0]
    if creances.lire_reference(texte):
        return _juger(ligne, creances.par_reference(texte), set())
    try:
        trouves = creances.dus(montants.lire(texte))
    except montants.MontantInvalide:
        trouves = creances.nommes(texte)
    jugees = _juger(ligne, list(trouves.order_by("-pk")[:CANDIDATS_LUS]), set())
    return [un for un in jugees if un.reste > 0]


def choisis(cles: list[int], ligne: LigneBancaire) -> list[Candidat]:
    """Return the titres of these keys, in their order, as candidates."""
    trouves = Titre.objects.filter(pk__in=cles[:TITRES_MAXIMUM]).select_related("tiers")
    jugees = {un.titre.pk: un for un in _juger(ligne, list(trouves), set())}
    return [jugees[cle] for cle in dict.fromkeys(cles) if cle in jugees]


def _juger(ligne: LigneBancaire, titres: list[Titre], cites: set[int]) -> list[Candidat]:
    """Say of each titre, once, what matches the movement; those that match most come first."""
    uniques = {titre.pk: titre for titre in titres}
    restes = reste_du_par_piece(uniques, sens=SensPiece.RECETTE)
    dits = {mot for mot in mots(f"{ligne.libelle} {ligne.reference}") if len(mot) >= LONGUEUR_NOM}
    juges = [
        Candidat(
            titre=titre,
            reste=max(restes.get(cle, 0), 0),
            est_cite=cle in cites,
            est_nomme=bool(dits.intersection(mots(titre.nom_tiers))),
            est_du=restes.get(cle, 0) == ligne.montant,
        )
        for cle, titre in uniques.items()
    ]
    return sorted(juges, key=lambda un: -(4 * un.est_cite + 2 * un.est_nomme + un.est_du))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reste:
    """What becomes of what no titre takes: an excess of the titre `trop_percu`, or to class.

    Neither when they take everything.
    """

    trop_percu: int | None = None
    est_a_classer: bool = False


def repartir(
    *, ligne_id: int, parts: Mapping[int, int], reste: Reste, par: Utilisateur
) -> RapprochementBancaire:
    """Record what a transfer pays, to the franc.

    Args:
        parts: whole francs for each titre, by its key; at most what it still owes.
        reste: what becomes of the rest.

    Raises:
        ValidationError: the sums do not make up the movement, a titre owes less or is not to be
            paid, the movement is matched already, or its money cannot be recorded now.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    try:
        return _repartir(ligne_id, dict(parts), reste, par)
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(dire(erreur)) from erreur


@transaction.atomic
def _repartir(
    ligne_id: int, parts: dict[int, int], reste: Reste, par: Utilisateur
) -> RapprochementBancaire:
    """Lock the debts, then the movement: always in this order."""
    titres = {
        titre.pk: titre
        for titre in Titre.objects.select_for_update(of=("self",))
        .filter(pk__in=parts)
        .order_by("pk")
    }
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "rapprocher", par=par, motif="répartition")
    libre = _controler(ligne, titres, parts, reste)
    if reste.trop_percu is not None:
        parts[reste.trop_percu] += libre
    faits = [
        encaisser(ligne, titres[cle], part, par=par) for cle, part in sorted(parts.items()) if part
    ]
    if reste.est_a_classer and libre:
        faits.append(_garder_a_classer(ligne, libre, par))
    rapprochement = RapprochementBancaire.objects.create(
        ligne=ligne, nature=NatureRapprochement.REPARTITION, par=par
    )
    EncaissementRapproche.objects.bulk_create(
        EncaissementRapproche(rapprochement=rapprochement, encaissement=fait) for fait in faits
    )
    return rapprochement


def _controler(
    ligne: LigneBancaire, titres: dict[int, Titre], parts: dict[int, int], reste: Reste
) -> int:
    """Return what the titres do not take, in whole francs, once every sum is checked."""
    if ligne.montant <= 0 or len(titres) != len(parts) or len(parts) > TITRES_MAXIMUM:
        raise ValidationError("Ce mouvement ne se répartit pas ainsi : rechargez la page.")
    dus = {cle: reste_du(titre) for cle, titre in titres.items()}
    for cle, titre in titres.items():
        if motif := creances.motif_impayable(titre, dus[cle]):
            raise ValidationError(f"Titre {titre.reference} : {motif}")
        if not 0 <= parts[cle] <= dus[cle]:
            raise ValidationError(
                f"Le titre {titre.reference} ne doit plus que {montants.afficher(dus[cle])}."
            )
    libre: int = ligne.montant - sum(parts.values())
    if libre < 0:
        raise ValidationError(
            f"Les parts dépassent le mouvement de {montants.afficher(-libre)} : il est de "
            f"{montants.afficher(ligne.montant)}."
        )
    est_dit = reste.est_a_classer or reste.trop_percu is not None
    if libre and not est_dit:
        raise ValidationError(
            f"Il reste {montants.afficher(libre)} : dites si c’est un trop-perçu, ou une recette à "
            "classer."
        )
    if (
        libre
        and reste.trop_percu is not None
        and parts.get(reste.trop_percu) != dus.get(reste.trop_percu)
    ):
        raise ValidationError("Un trop-perçu vient en plus d’un titre payé en entier.")
    return libre


def encaisser(
    ligne: LigneBancaire, titre: Titre, montant: int, *, par: Utilisateur
) -> Encaissement:
    """Record what a transfer pays of a titre; what exceeds the debt is owed back.

    The caller holds the locks of the titre and of the movement, in a transaction.
    """
    return enregistrer(
        titre=titre, **_fait(ligne, montant, par) | {"reference": _identite(ligne, titre.pk)}
    )


def _garder_a_classer(ligne: LigneBancaire, montant: int, par: Utilisateur) -> Encaissement:
    return enregistrer_a_classer(
        mention=ligne.libelle[:200] or ligne.reference[:200],
        **_fait(ligne, montant, par) | {"reference": _identite(ligne, "a-classer")},
    )


def _fait(ligne: LigneBancaire, montant: int, par: Utilisateur) -> dict[str, Any]:
    """Return what a receipt by transfer says of itself, at noon of the day of the movement."""
    regie = creances.regie_en_ligne()
    if regie is None:
        raise RegieAbsente("Aucune régie ne tient le paiement en ligne.")
    midi = datetime.combine(date_comptable(ligne.jour), time(12))
    return {
        "regie": regie,
        "mode": Mode.VIREMENT,
        "montant": montant,
        "moment": timezone.make_aware(midi),
        "par": par,
        "reference_virement": (ligne.reference or ligne.libelle)[:60],
    }


def _identite(ligne: LigneBancaire, objet: int | str) -> str:
    """Return the identity of a money fact, another one each time that the movement is matched."""
    rang = ligne.rapprochements.count()
    return f"banque-{ligne.identite[:40]}" + (f"-{rang + 1}" if rang else "") + f"-{objet}"
