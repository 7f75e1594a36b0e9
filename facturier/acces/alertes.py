"""Mails to the staff when something that somebody must look at happens by itself."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import structlog
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string

from facturier.acces.models import Role, Utilisateur
from facturier.commun.fichiers import DocumentPerdu

journal = structlog.get_logger(__name__)
REPOS = 24 * 3600  # seconds between two alerts about the same document


def prevenir(courriels: Iterable[str], gabarit: str, contexte: Mapping[str, Any]) -> None:
    """Mail each of `courriels` once the act is committed; the first line is the subject.

    A mail server that fails never undoes the act.
    """
    sujet, _, corps = render_to_string(gabarit, dict(contexte)).partition("\n")
    messages = [
        EmailMessage(subject=sujet, body=corps.lstrip("\n"), to=[courriel])
        for courriel in courriels
    ]
    transaction.on_commit(lambda: get_connection().send_messages(messages), robust=True)


def courriels_des(*roles: str) -> list[str]:
    """Return the addresses of active holders of `roles`; agents, those of the finances only."""
    finances = Q(service=None) | Q(service__est_finances=True)
    personnes = Utilisateur.objects.filter(
        ~Q(attributions__role=Role.AGENT) | finances,
        is_active=True,
        attributions__role__in=roles,
    )
    return list(personnes.values_list("email", flat=True).order_by("email").distinct())


def signaler_document_perdu(perdu: DocumentPerdu, requete: HttpRequest | None = None) -> None:
    """Mail the administrators that the store has lost a document; once a day for each.

    To be called once the transaction of the act, which is undone, is over.

    Args:
        requete: what asked for it; the pattern of its address is told, without what it names.
    """
    route = requete.resolver_match if requete else None
    ou = route.route if route else ""
    raison = str(perdu)
    journal.error("document_perdu", raison=raison, ou=ou)
    if cache.add(f"document-perdu-{sha256(raison.encode()).hexdigest()}", True, REPOS):
        contexte = {"raison": raison, "ou": ou}
        destinataires = courriels_des(Role.ADMINISTRATEUR)
        prevenir(destinataires, "acces/courriels/document_perdu.txt", contexte)
