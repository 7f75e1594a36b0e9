"""The mail that lets an invited person choose a password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from facturier.acces.models import Utilisateur

JOUR = 86_400  # seconds


def envoyer_invitation(utilisateur: Utilisateur) -> None:
    """Send `utilisateur` a link that serves once; it is the one of a forgotten password."""
    cle = default_token_generator.make_token(utilisateur)
    chemin = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(utilisateur), "key": cle},
    )
    contexte = {
        "utilisateur": utilisateur,
        "lien": settings.ADRESSE_PUBLIQUE + chemin,
        "oubli": settings.ADRESSE_PUBLIQUE + reverse("account_reset_password"),
        "jours": settings.PASSWORD_RESET_TIMEOUT // JOUR,
    }
    corps = render_to_string("acces/courriels/invitation.txt", contexte)
    send_mail("Votre compte est ouvert", corps, None, [utilisateur.email])
