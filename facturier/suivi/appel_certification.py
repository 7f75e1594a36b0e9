"""The call to the service that ordered: a link in a mail leads to the certification.

The link is signed and serves for some days. It opens nothing by itself: whoever follows it logs
in, and must belong to the service.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur
from facturier.suivi.models import Facture

SEL = "suivi.certification"
VALIDITE = timedelta(days=30)  # as long as the délai de mandatement


class LienInutilisable(Exception):
    """The link is cut, altered, or too old; the message, in French, says what to do."""


def appeler(facture: Facture) -> None:
    """Ask the people of the service to certify, by mail, once the transaction is committed."""
    transaction.on_commit(lambda: _envoyer(facture), robust=True)


def lire(jeton: str) -> int:
    """Return the key of the invoice that a link names.

    Raises:
        LienInutilisable: it is not one of ours, or is older than `VALIDITE`.
    """
    try:
        cle: int = signing.loads(jeton, salt=SEL, max_age=VALIDITE)
    except signing.SignatureExpired:
        raise LienInutilisable(
            "Ce lien a expiré : la facture, si elle attend encore, est dans cette liste."
        ) from None
    except signing.BadSignature:
        raise LienInutilisable(
            "Ce lien est incomplet : recopiez-le en entier, ou cherchez la facture dans la liste."
        ) from None
    return cle


def lien(facture: Facture) -> str:
    """Return the address that leads to the certification of the invoice."""
    chemin = reverse("suivi:certifier_par_lien", args=[signing.dumps(facture.pk, salt=SEL)])
    return f"{settings.ADRESSE_PUBLIQUE}{chemin}"


def _envoyer(facture: Facture) -> None:
    adresses = (
        Utilisateur.objects.filter(
            is_active=True, attributions__role=Role.SERVICE, service=facture.service_id
        )
        .order_by("pk")
        .values_list("email", flat=True)
    )
    texte = render_to_string(
        "suivi/courriels/certification.txt",
        {"facture": facture, "adresse": lien(facture), "jours": VALIDITE.days},
    )
    sujet, _, corps = texte.partition("\n")
    messages = [
        EmailMessage(subject=sujet, body=corps.lstrip("\n"), to=[adresse]) for adresse in adresses
    ]
    get_connection().send_messages(messages)
