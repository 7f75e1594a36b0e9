"""The question thread of an invoice."""

from collections.abc import Mapping

from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.suivi.models import Facture, Message, TypeAvis
from facturier.suivi.notifications import prevenir, prevenir_lot
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


@transaction.atomic
def ecrire_lot(textes: Mapping[int, str], *, par: Utilisateur) -> None:
    """Add what the province writes on the thread of each invoice (key), and tell its supplier.

    As many queries for any number of invoices.
    """
    Message.objects.bulk_create(
        Message(facture_id=facture, auteur=par, texte=texte) for facture, texte in textes.items()
    )
    prevenir_lot(list(textes), TypeAvis.MESSAGE)
