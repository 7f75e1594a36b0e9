"""Notices sent by e-mail, in plain text, to those who manage the rights of an établissement."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from facturier.api.models import CleApi, EnvoiWebhook
from fournisseurs.models import Etablissement


def annoncer_cle(cle: CleApi) -> None:
    """Tell that a key was made, by whom, and what it allows."""
    _envoyer("api/courriels/cle_creee.txt", cle.etablissement, cle=cle)


def annoncer_abandon(envoi: EnvoiWebhook) -> None:
    """Tell that an address has stopped answering."""
    _envoyer("api/courriels/webhook_muet.txt", envoi.webhook.etablissement, envoi=envoi)


def _gestionnaires(etablissement: Etablissement) -> Iterable[str]:
    gestionnaires = etablissement.habilitations.en_vigueur().filter(a_droit_gerer_droits=True)
    adresses: Iterable[str] = gestionnaires.values_list(
        "representant__utilisateur__email", flat=True
    )
    return adresses


def _envoyer(gabarit: str, etablissement: Etablissement, **contexte: Any) -> None:
    """Send one message each; the first line of the template is the subject."""
    contexte["adresse"] = settings.ADRESSE_PUBLIQUE + reverse(
        "api:acces", args=[etablissement.ridet]
    )
    sujet, _, corps = render_to_string(gabarit, contexte).partition("\n\n")
    for destinataire in _gestionnaires(etablissement):
        send_mail(sujet.strip(), corps.strip() + "\n", None, [destinataire])
