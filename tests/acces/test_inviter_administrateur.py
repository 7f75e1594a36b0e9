"""The command that invites the first administrateur."""

import pytest
from django.core.management import call_command

from facturier.acces.models import Role, Utilisateur
from facturier.commun.commandes import MauvaisUsage, Refus

pytestmark = pytest.mark.django_db
NOMS = ("--prenom", "Ada", "--nom", "Houp")


def test_le_premier_administrateur_recoit_un_lien(mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call_command("inviter_administrateur", "Ada.Houp@province-sud.example", *NOMS)

    ada = Utilisateur.objects.get(email="ada.houp@province-sud.example")
    assert ada.roles == {Role.ADMINISTRATEUR}
    assert mailoutbox[0].to == [ada.email]


def test_une_adresse_deja_prise_est_refusee(administrateur):
    with pytest.raises(Refus, match="existe déjà"):
        call_command("inviter_administrateur", administrateur.email, *NOMS)


def test_une_adresse_fautive_est_un_mauvais_usage():
    with pytest.raises(MauvaisUsage, match="« ada »"):
        call_command("inviter_administrateur", "ada", *NOMS)
