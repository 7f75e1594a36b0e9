"""The bank account to which money goes back: the verified one of the debtor, when he has one."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.models import CoordonneesBancaires, Fournisseur
from telepaiement.models import Encaissement, Remboursement


def compte_verifie(encaissement: Encaissement, au: date) -> CoordonneesBancaires | None:
    """Return the verified account of the debtor, None when he has no record with one.

    Raises:
        CompteIntrouvable: he is suspended, or a change of his account is being checked.
    """
    if encaissement.titre is None:
        return None
    fournisseur = (
        Fournisseur.objects.select_related("tiers")
        .filter(tiers=encaissement.titre.tiers_id, coordonnees__isnull=False)
        .first()
    )
    return compte_en_vigueur(fournisseur, au) if fournisseur else None


def controler_compte(remboursement: Remboursement) -> None:
    """Refuse an order whose verified account is no longer the one to pay.

    Raises:
        ValidationError: in French; the order is to be refused and asked for again.
    """
    ordre = remboursement.virement
    if ordre is None or not ordre.est_verifie:
        return
    try:
        compte = compte_verifie(remboursement.encaissement, timezone.localdate())
    except CompteIntrouvable as erreur:
        raise ValidationError(str(erreur)) from erreur
    if compte is None or compte.iban != ordre.iban:
        raise ValidationError(
            "Le compte bancaire du débiteur a changé depuis la demande : refusez-la, puis "
            "demandez-en une autre."
        )
