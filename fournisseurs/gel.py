"""Payments that wait: while a change of bank account is open, its tiers receives no new mandat.

A mandat already issued keeps the account frozen in it; it is flagged wherever it is decided on.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from fournisseurs.models import DemandeModification, EtatModification, Fournisseur

TiersChoisis = Collection[int] | QuerySet[Any, Any]  # keys, or a subquery of them
GEL = (
    "{nom} : un changement de compte bancaire est en cours de vérification (demande {numero}). "
    "Aucun mandat ne peut être émis tant qu’il n’est pas appliqué, refusé ou retiré."
)
SIGNALEMENT = (
    "un changement de compte bancaire de ce tiers est en cours (demande {numero}, {etat}) ; le "
    "mandat garde son compte : assurez-vous que le tiers peut encore y être payé."
)
COMPTE_CONTESTE = (
    "le compte de ce mandat vient de la demande {numero}, contestée ; annulez le mandat."
)


def raison_du_gel(fournisseur: Fournisseur) -> str:
    """Return why no mandat of `fournisseur` may be issued, in French; empty when it may."""
    demande = (
        DemandeModification.objects.gelant_les_paiements().filter(fournisseur=fournisseur).first()
    )
    if demande is None:
        return ""
    return GEL.format(nom=fournisseur.tiers.nom_complet, numero=demande.pk)


def figer_les_comptes(fournisseurs: Collection[Fournisseur]) -> None:
    """Keep the accounts of `fournisseurs` as they are until the end of the transaction.

    Locks their rows in the order of the keys, as the deposit of a change of account does, and
    reads their state again: a mandat and a request made at once follow one another.
    """
    etats = dict(
        Fournisseur.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in={fournisseur.pk for fournisseur in fournisseurs})
        .order_by("pk")
        .values_list("pk", "etat")
    )
    for fournisseur in fournisseurs:
        fournisseur.etat = etats[fournisseur.pk]


def fournisseurs_geles(fournisseurs: Collection[int]) -> set[int]:
    """Return which of the suppliers (keys) wait."""
    demandes = DemandeModification.objects.gelant_les_paiements()
    return set(
        demandes.filter(fournisseur__in=list(fournisseurs)).values_list("fournisseur", flat=True)
    )


def demandes_en_cours(tiers: TiersChoisis) -> dict[int, DemandeModification]:
    """Map the key of each tiers that waits to its open change of account, contested ones first."""
    demandes = (
        DemandeModification.objects.gelant_les_paiements()
        .filter(fournisseur__tiers__in=tiers)
        .select_related("fournisseur")
        .order_by("pk")
    )
    trouvees: dict[int, DemandeModification] = {}
    for demande in demandes:
        if demande.etat == EtatModification.CONTESTEE:
            trouvees[demande.fournisseur.tiers_id] = demande
        else:
            trouvees.setdefault(demande.fournisseur.tiers_id, demande)
    return trouvees


def signaler(tiers: int | None) -> str:
    """Return what to tell of a mandat of the tiers: nothing, or that its account is changing."""
    demande = demandes_en_cours([tiers]).get(tiers) if tiers else None
    return dire(demande) if demande else ""


def dire(demande: DemandeModification) -> str:
    """Say that an open request is about the account of a mandat under way."""
    return SIGNALEMENT.format(numero=demande.pk, etat=demande.get_etat_display().lower())


def ibans_contestes(tiers: TiersChoisis) -> dict[tuple[int, str], int]:
    """Map (tiers, IBAN) of each contested new account to its request."""
    lignes = DemandeModification.objects.gelant_les_paiements().filter(
        etat=EtatModification.CONTESTEE, fournisseur__tiers__in=tiers, champs__champ="iban"
    )
    return {
        (cle, iban): pk
        for cle, iban, pk in lignes.values_list("fournisseur__tiers", "champs__apres", "pk")
    }
