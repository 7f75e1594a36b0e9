"""What a counter sends by mail to a payer who is there: his receipt, or a link to pay by card.

A row says who sent what and when. The address is not kept with it: only the queue of mails holds
it, until its own purge.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse, courriels, creances, liens, quittances
from telepaiement.models import (
    DelivranceQuittance,
    Encaissement,
    EnvoiGuichet,
    LienPaiement,
    Quittance,
    SessionCaisse,
)


def lien_du_guichet(*, session: SessionCaisse, titre_id: int, par: Utilisateur) -> LienPaiement:
    """Return the link of `par` on a titre: the one in force, or another made now.

    Raises:
        ValidationError: nothing to pay, a product that the acte of the régie does not name, or too
            many links in force.
    """
    titre = Titre.objects.get(pk=titre_id)
    if not session.regie.admet(titre.code_produit):
        raise ValidationError(caisse.HORS_ACTE)
    if motif := creances.motif_impayable(titre, reste_du(titre)):
        raise ValidationError(motif)
    en_vigueur = LienPaiement.objects.en_vigueur().filter(titre=titre, par=par).first()
    return en_vigueur or liens.creer(titre_id, par=par)


@transaction.atomic
def envoyer_lien(lien: LienPaiement, courriel: str, *, par: Utilisateur) -> EnvoiGuichet:
    """Mail a link that this counter gave.

    Raises:
        ValidationError: it is revoked or out of date.
    """
    if not LienPaiement.objects.en_vigueur().filter(pk=lien.pk).exists():
        raise ValidationError("Ce lien n’est plus en vigueur : créez-en un autre.")
    courriels.envoyer_lien(lien, courriel)
    return EnvoiGuichet.objects.create(lien=lien, par=par)


@transaction.atomic
def envoyer_quittance(
    encaissement: Encaissement, courriel: str, *, par: Utilisateur
) -> EnvoiGuichet:
    """Mail the receipt of a payment: its original if nothing gave it yet, else a duplicata.

    Raises:
        ValidationError: the payment is cancelled.
        facturier.commun.fichiers.DocumentPerdu: the store has lost the original; nothing is sent.
    """
    if encaissement.est_annule:
        raise ValidationError("Cet encaissement est annulé : sa quittance ne vaut plus.")
    quittance: Quittance = encaissement.quittance
    est_duplicata = DelivranceQuittance.objects.filter(quittance=quittance).exists()
    pdf = quittances.delivrer(quittance, DelivranceQuittance.Support.MEL, par=par)
    courriels.joindre_quittance(quittance, pdf, courriel, est_duplicata=est_duplicata)
    return EnvoiGuichet.objects.create(quittance=quittance, par=par)
