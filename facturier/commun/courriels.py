"""Mails leave from a table: written as soon as the act they tell of, sent at once if possible.

What the mail server refuses, or does not answer, stays in the table and is tried again; after
`ESSAIS` it is left there and the check of the night tells it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from mailer.backend import DbBackend
from mailer.engine import send_all
from mailer.models import Message, MessageLog

from facturier.commun.reveil import reveiller

journal = structlog.get_logger(__name__)
ESSAIS: int = settings.MAILER_EMAIL_MAX_RETRIES
CONSERVATION = timedelta(days=30)  # of what was sent, which holds personal data


class FileDEnvoi(DbBackend):  # type: ignore[misc]  # the library has no types
    """Keeps mails in the database, then wakes the sender once they are committed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue `email_messages`; return how many."""
        nombre: int = super().send_messages(list(email_messages))
        if nombre:
            _reveiller()
        return nombre


def _reveiller() -> None:
    from facturier.commun.tasks import envoyer_courriels  # noqa: PLC0415  (tasks import this)

    reveiller(envoyer_courriels)


def envoyer() -> int:
    """Send what waits, oldest first; return how many mails still wait.

    Two processes at once share the work: each message is locked while it is sent.
    """
    send_all()
    return int(Message.objects.count())


def reessayer() -> int:
    """Put back in the queue what failed less than `ESSAIS` times, then send.

    Returns:
        How many mails still wait.
    """
    Message.objects.retry_deferred()
    return envoyer()


def abandonnes() -> int:
    """Return how many mails failed `ESSAIS` times: somebody must look."""
    return int(Message.objects.deferred().filter(retry_count__gte=ESSAIS).count())


def purger() -> int:
    """Forget the mails sent more than `CONSERVATION` ago; return how many."""
    nombre, _ = MessageLog.objects.filter(when_attempted__lt=timezone.now() - CONSERVATION).delete()
    return int(nombre)


def garder_pour_plus_tard(connexion: Any, message: Message, erreur: Exception) -> tuple[None, str]:
    """Keep a mail that did not leave, whatever the reason, and open a new connection."""
    message.defer()
    journal.warning("courriel_differe", message=message.pk, erreur=type(erreur).__name__)
    return None, "deferred"
