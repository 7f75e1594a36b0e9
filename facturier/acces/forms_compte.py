"""The forms of allauth in our words: no ghost text in the inputs, hints one can read.

Apart from `forms.py`, which allauth imports while it defines its own forms.
"""

from typing import Any

from allauth.account import forms as allauth
from django import forms

REGLES_MOT_DE_PASSE = (
    "Au moins 12 caractères. Évitez les mots courants, une suite de chiffres, votre nom et votre "
    "adresse."
)
LIBELLES = {
    "login": "Adresse électronique",
    "email": "Adresse électronique",
    "oldpassword": "Mot de passe actuel",
    "password": "Mot de passe",
    "password1": "Mot de passe",
    "password2": "Mot de passe, une seconde fois",
}
AIDES = {"password": "", "password1": REGLES_MOT_DE_PASSE}


class EnClair(forms.Form):
    """Give the fields our labels and hints."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for nom, champ in self.fields.items():
            champ.widget.attrs.pop("placeholder", None)
            champ.label = LIBELLES.get(nom, champ.label)
            champ.help_text = AIDES.get(nom, champ.help_text)


class ConnexionForm(EnClair, allauth.LoginForm):  # type: ignore[misc]
    """Log in."""


class CreationForm(EnClair, allauth.SignupForm):  # type: ignore[misc]
    """Sign up."""


class AdresseForm(EnClair, allauth.AddEmailForm):  # type: ignore[misc]
    """Add an e-mail address."""


class OubliForm(EnClair, allauth.ResetPasswordForm):  # type: ignore[misc]
    """Ask for a new password."""


class NouveauMotDePasseForm(EnClair, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """Choose the new password asked for."""


class ChangementForm(EnClair, allauth.ChangePasswordForm):  # type: ignore[misc]
    """Change the password."""


class ConfirmationForm(EnClair, allauth.ReauthenticateForm):  # type: ignore[misc]
    """Type the password again before a sensitive act."""
