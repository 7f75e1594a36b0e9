"""Mails to those who can do something when exchanges with the treasury stop or go astray."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur

ALERTES = {  # who is told, by which mail, of which page
    "envoi": (
        (Role.AGENT, Role.ADMINISTRATEUR),
        "exports_tps/courriels/envoi.txt",
        "exports_tps:flux_liste",
    ),
    "envoi_douteux": (
        (Role.AGENT, Role.ADMINISTRATEUR),
        "exports_tps/courriels/envoi_douteux.txt",
        "exports_tps:flux_liste",
    ),
    "reponses": ((Role.AGENT,), "exports_tps/courriels/reponses.txt", "exports_tps:messages"),
    "recettes": (
        (Role.AGENT,),
        "exports_tps/courriels/recettes.txt",
        "exports_tps:recettes_percues",
    ),
    "releve": (
        (Role.AGENT, Role.ADMINISTRATEUR),
        "exports_tps/courriels/releve.txt",
        "exports_tps:messages",
    ),
}


def alerter(genre: str, contexte: Mapping[str, Any]) -> None:
    """Mail the people concerned by `genre`, a key of `ALERTES`, once the act is committed.

    The first line of the template is the subject. A mail server that fails never undoes the act.
    """
    roles, gabarit, page = ALERTES[genre]
    adresse = f"{settings.ADRESSE_PUBLIQUE}{reverse(page)}"
    texte = render_to_string(gabarit, {**contexte, "adresse": adresse})
    sujet, _, corps = texte.partition("\n")
    messages = [
        EmailMessage(subject=sujet, body=corps.lstrip("\n"), to=[courriel])
        for courriel in _concernes(roles)
    ]
    transaction.on_commit(lambda: get_connection().send_messages(messages), robust=True)


def _concernes(roles: tuple[str, ...]) -> list[str]:
    """Return the addresses of active holders of `roles`; agents, those of the finances only."""
    finances = Q(service=None) | Q(service__est_finances=True)
    personnes = Utilisateur.objects.filter(
        ~Q(attributions__role=Role.AGENT) | finances,
        is_active=True,
        attributions__role__in=roles,
    )
    return list(personnes.values_list("email", flat=True).order_by("email").distinct())
