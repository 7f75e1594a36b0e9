"""Debts as the payer meets them: found by two elements, payable or not, and why."""

import re
from hmac import compare_digest
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.grand_livre.exercices import est_ouvert
from facturier.grand_livre.models import EtatPiece, SensPiece, Titre
from facturier.grand_livre.soldes import reste_correle
from telepaiement.models import Encaissement, Regie

journal = structlog.get_logger(__name__)
ETATS_PAYABLES = frozenset({EtatPiece.SIGNEE, EtatPiece.TRANSMISE, EtatPiece.PRISE_EN_CHARGE})
REFERENCE = re.compile(r"([0-9]{4})-?T-?([0-9]{1,9})", re.IGNORECASE)
CLE_ABSENTE = "-" * 12
MOTIFS = {
    EtatPiece.EMISE: "Ce titre n’est pas encore signé par l’ordonnateur : il n’est pas exigible.",
    EtatPiece.SUSPENDUE: "Ce titre est suspendu par le comptable : rien n’est dû pour l’instant.",
    EtatPiece.REJETEE: "Ce titre a été rejeté par le comptable : il n’y a rien à payer.",
    EtatPiece.ANNULEE: "Ce titre est annulé : il n’y a rien à payer.",
}
RENDU = (
    "La Trésorerie a rendu ce titre à la province Sud, qui le corrige ou le présente de nouveau : "
    "ce qui est déjà payé est gardé, et rien de plus n’est à payer tant qu’il n’est pas signé de "
    "nouveau."
)
FERME = (
    "Le paiement par carte est interrompu pour l’instant : rien n’est prélevé. Réessayez "
    "plus tard, ou payez par chèque ou par virement."
)
SOLDE = "Ce titre est entièrement payé : il n’y a plus rien à payer."


def lire_reference(saisie: str) -> tuple[int, int] | None:
    """Return exercice and number of `2026-T-000123`, however it is spaced, or None."""
    trouve = REFERENCE.fullmatch(re.sub(r"\s", "", saisie))
    return (int(trouve[1]), int(trouve[2])) if trouve else None


def chercher(reference: str, cle: str) -> Titre | None:
    """Return the titre that bears both `reference` and `cle`, or None.

    An unknown reference and a wrong key take the same road: nothing tells them apart.
    """
    lue = lire_reference(reference)
    candidats = list(par_reference(reference)) if lue else []
    donnee = re.sub(r"[\s-]", "", cle).upper().encode()
    trouve = None
    for titre in candidats or [Titre(cle_paiement=CLE_ABSENTE)]:
        if compare_digest(titre.cle_paiement.encode(), donnee) and titre.pk:
            trouve = titre
    return trouve


def par_reference(reference: str) -> list[Titre]:
    """Return the titres quoted by `reference`: one per budget, so one in practice."""
    lue = lire_reference(reference)
    if lue is None:
        return []
    return list(Titre.objects.filter(exercice_id=lue[0], numero=lue[1]).select_related("tiers"))


def nommes(texte: str) -> QuerySet[Titre]:
    """Return the payable titres whose debtor bears `texte` in his name, or has it for code."""
    trouves: QuerySet[Titre] = Titre.objects.filter(
        Q(nom_tiers__icontains=texte) | Q(tiers__code__iexact=texte), etat__in=ETATS_PAYABLES
    ).select_related("tiers")
    return trouves


def dus(montant: int) -> QuerySet[Titre]:
    """Return the payable titres of which `montant` whole francs, not zero, are still owed."""
    payables = Titre.objects.filter(etat__in=ETATS_PAYABLES).alias(
        emis=F("montant_ht") + F("montant_tgc"),
        reste=reste_correle("pk", sens=SensPiece.RECETTE),
    )
    # One issued for less owes less: what is left is read only of the others.
    trouves: QuerySet[Titre] = payables.filter(emis__gte=montant, reste=montant)
    return trouves.select_related("tiers")


def verrouiller_dette(titre_id: int | None, regie_id: Any) -> Titre | None:
    """Lock what money settles, before anything else: the titre, or the régie that sells.

    Returns:
        The titre, or None for a sale.
    """
    if titre_id is None:
        Regie.objects.select_for_update(of=("self",)).get(pk=regie_id)
        return None
    titre: Titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    return titre


def verrouiller_paiement(encaissement_id: int) -> Encaissement:
    """Lock what a payment settled, then the payment: always in this order; return it with both."""
    dette = Encaissement.objects.values_list("titre_id", "regie_id").get(pk=encaissement_id)
    titre = verrouiller_dette(*dette)
    encaissement = Encaissement.objects.select_for_update(of=("self",)).get(pk=encaissement_id)
    encaissement.titre = titre
    return encaissement


def est_rendu(titre: Titre) -> bool:
    """Whether the treasury gave `titre` back, and it is in preparation again."""
    return titre.etat == EtatPiece.EMISE and titre.remises.exists()


def motif_impayable(titre: Titre, reste: int) -> str:
    """Return in French why `titre`, of which `reste` francs are owed, cannot be paid; or ""."""
    if est_rendu(titre):
        return RENDU if reste > 0 else SOLDE
    if titre.etat in MOTIFS:
        return MOTIFS[EtatPiece(titre.etat)]
    if reste <= 0 or titre.etat not in ETATS_PAYABLES:
        return SOLDE
    return ""


def regie_en_ligne() -> Regie | None:
    """Return the régie that holds online payment, if there is one."""
    return Regie.objects.filter(est_en_ligne=True).first()


def motif_fermeture() -> str:
    """Return in French why no card may be charged now, or "": its money could not be recorded.

    The exercice of today must be open, and the store must take the receipt.
    """
    annee = timezone.localdate().year
    try:
        fichiers.exiger_inscriptible(settings.DOCUMENTS_RACINE)
    except OSError as erreur:
        journal.exception("paiement_ferme", motif=cause(erreur))
        return FERME
    if not est_ouvert(annee):
        journal.error("paiement_ferme", motif=f"l’exercice {annee} n’est pas ouvert")
        return FERME
    return ""


def motif_hors_ligne(titre: Titre, maximum: int, reste: int) -> str:
    """Return in French why a payable `titre` cannot be paid online, or ""."""
    regie = regie_en_ligne()
    if regie is None or not regie.admet(titre.code_produit):
        return "Cette somme ne se paie pas en ligne. Payez-la au guichet ou par chèque."
    if reste > maximum:
        return (
            "Cette somme dépasse ce qu’une carte peut payer en une fois. Payez-la au guichet, "
            "par chèque ou par virement."
        )
    return motif_fermeture()
