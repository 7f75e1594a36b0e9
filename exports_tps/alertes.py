"""Mails to those who can do something when exchanges with the treasury stop or go astray."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from facturier.acces.alertes import courriels_des, prevenir
from facturier.acces.models import Role

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
    prevenir(courriels_des(*roles), gabarit, {**contexte, "adresse": adresse})
