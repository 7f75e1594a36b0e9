"""Sign-up form, completed with the names of the person."""

from django import forms
from django.http import HttpRequest

from facturier.acces.models import Utilisateur


class InscriptionForm(forms.Form):
    """What allauth's own sign-up form does not ask for."""

    prenom = forms.CharField(label="Prénom", max_length=50)
    nom = forms.CharField(label="Nom", max_length=80)

    def signup(self, request: HttpRequest, user: Utilisateur) -> None:
        """Do nothing more: the names are saved by `AdaptateurCompte.save_user`."""
