"""The bank account to which money goes back: the verified one of the debtor, when he has one."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from facturier.grand_livre.emission import CompteBancaire
from facturier.grand_livre.models import Titre
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.gel import figer_les_comptes
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


def compte_a_payer(titre: Titre, jour: date) -> CoordonneesBancaires:
    """Return the verified account of who is paid back.

    Raises:
        CompteIntrouvable: he has none, is suspended, or a change of it is being checked.
    """
    fiche = Fournisseur.objects.select_related("tiers").filter(tiers=titre.tiers_id).first()
    if fiche is None:
        raise CompteIntrouvable(
            f"{titre.nom_tiers} a payé ce titre et n’a pas de compte bancaire connu : créez sa "
            "fiche de tiers et faites vérifier son relevé d’identité bancaire, puis recommencez."
        )
    return compte_en_vigueur(fiche, jour)


def compte_du_debiteur(titre: Titre, jour: date) -> CompteBancaire:
    """Return the verified account of who is paid back, which is then frozen.

    Raises:
        CompteIntrouvable: see `compte_a_payer`.
    """
    compte = compte_a_payer(titre, jour)
    figer_les_comptes([compte.fournisseur])
    return CompteBancaire(iban=compte.iban, bic=compte.bic, titulaire=compte.titulaire)


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
