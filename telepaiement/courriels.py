"""Mails to payers: plain text, from templates, after the money is committed."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from telepaiement import quittances, recus
from telepaiement.models import Quittance, RecuRemboursement


def envoyer_quittance(quittance_id: int) -> None:
    """Send the receipt, with its PDF, to the address that the payer gave; nothing without one."""
    quittance = Quittance.objects.select_related(
        "regie", "encaissement__tentative", "encaissement__titre"
    ).get(pk=quittance_id)
    tentative = quittance.encaissement.tentative
    if tentative is None or not tentative.courriel:
        return
    adresse = reverse("telepaiement:verification", args=[quittance.code])
    corps = render_to_string(
        "telepaiement/courriels/quittance.txt",
        {
            "quittance": quittance,
            "encaissement": quittance.encaissement,
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{adresse}",
        },
    )
    message = EmailMessage(
        subject=f"Votre quittance {quittance.reference}",
        body=corps,
        to=[tentative.courriel],
    )
    message.attach(
        f"quittance-{quittance.reference}.pdf", quittances.original(quittance), "application/pdf"
    )
    message.send()


def envoyer_recu(recu_id: int) -> None:
    """Send the receipt of a refund to the address that the payer gave; nothing without one."""
    recu = RecuRemboursement.objects.select_related(
        "regie",
        "remboursement__encaissement__quittance__regie",
        "remboursement__encaissement__tentative",
        "remboursement__encaissement__titre",
    ).get(pk=recu_id)
    encaissement = recu.remboursement.encaissement
    if encaissement.tentative is None or not encaissement.tentative.courriel:
        return
    corps = render_to_string(
        "telepaiement/courriels/recu.txt",
        {
            "recu": recu,
            "remboursement": recu.remboursement,
            "quittance": encaissement.quittance,
            "titre": encaissement.titre,
        },
    )
    message = EmailMessage(
        subject=f"Votre remboursement {recu.reference}",
        body=corps,
        to=[encaissement.tentative.courriel],
    )
    message.attach(f"remboursement-{recu.reference}.pdf", recus.original(recu), "application/pdf")
    message.send()
