"""Mails to the staff when something that somebody must look at happens by itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string

from facturier.acces.models import Role, Utilisateur


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
