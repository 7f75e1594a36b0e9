"""The question thread of an invoice."""

from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.suivi.models import Facture, Message, TypeAvis
from facturier.suivi.notifications import prevenir
from fournisseurs.models import Habilitation


@transaction.atomic
def ecrire(facture: Facture, texte: str, *, par: Utilisateur, est_interne: bool = False) -> Message:
    """Add a message; the supplier is told of what the province writes to it."""
    message = Message.objects.create(
        facture=facture, auteur=par, texte=texte, est_interne=est_interne
    )
    du_fournisseur = Habilitation.objects.en_vigueur().de(par)
    if (
        not est_interne
        and not du_fournisseur.filter(etablissement=facture.etablissement_id).exists()
    ):
        prevenir(facture, TypeAvis.MESSAGE)
    return message
