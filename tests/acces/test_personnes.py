"""Loading people from a file."""

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur
from facturier.acces.personnes import charger_personnes

pytestmark = pytest.mark.django_db
FICHIER = settings.RACINE / "fixtures" / "personnes_demo.toml"
MOT_DE_PASSE = "un-lagon-tres-bleu"


def test_chaque_role_de_la_demonstration_est_tenu_par_quelqu_un(reference):
    personnes = charger_personnes(FICHIER, mot_de_passe=MOT_DE_PASSE)

    assert {role for personne in personnes for role in personne.roles} == set(Role)
    assert all(p.service for p in personnes if p.a_role(Role.SERVICE))


def test_une_personne_chargee_se_connecte(client, reference):
    personne = charger_personnes(FICHIER, mot_de_passe=MOT_DE_PASSE)[0]

    client.post(reverse("account_login"), {"login": personne.email, "password": MOT_DE_PASSE})

    assert client.get(reverse("accueil:tableau")).status_code == 200


def test_charger_deux_fois_garde_le_mot_de_passe_et_ne_double_rien(reference):
    premieres = charger_personnes(FICHIER, mot_de_passe=MOT_DE_PASSE)

    secondes = charger_personnes(FICHIER, mot_de_passe="un-autre-mot-de-passe")

    assert premieres == secondes
    assert secondes[0].check_password(MOT_DE_PASSE)
    assert premieres[0].passages.count() == len(premieres[0].roles)


def test_deux_roles_incompatibles_n_entrent_pas(tmp_path):
    fichier = tmp_path / "personnes.toml"
    fichier.write_text(
        '[[personne]]\nemail = "x@essai.example"\nprenom = "X"\nnom = "Fictif"\nfonction = ""\n'
        'roles = ["ordonnateur", "regisseur"]\n'
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        charger_personnes(fichier, mot_de_passe=MOT_DE_PASSE)

    assert not Utilisateur.objects.filter(email="x@essai.example").exists()
