"""Mails to payers: plain text, from templates, after the money is committed."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from telepaiement import quittances
from telepaiement.models import Quittance


def envoyer_quittance(quittance_id: int) -> None:
    """Send the receipt to the address that the payer gave, with its PDF."""
    quittance = Quittance.objects.select_related(
        "regie", "encaissement__tentative", "encaissement__titre"
    ).get(pk=quittance_id)
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
        to=[quittance.encaissement.tentative.courriel],
    )
    message.attach(
        f"quittance-{quittance.reference}.pdf", quittances.original(quittance), "application/pdf"
    )
    message.send()
