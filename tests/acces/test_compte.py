"""Sign-up, forgotten password, lockout: in French, from the screen to the mail."""

import re

import pytest
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur

pytestmark = pytest.mark.django_db
MOT_DE_PASSE = "un-lagon-tres-bleu"
INSCRIPTION = {
    "email": "Lea.Fictive@exemple.test",
    "prenom": "Léa",
    "nom": "Fictive",
    "password1": MOT_DE_PASSE,
    "password2": MOT_DE_PASSE,
}


def lien(courriel):
    return re.findall(r"http://testserver(\S+)", courriel.body)[0]


def test_une_inscription_confirmee_ouvre_un_compte_de_fournisseur(client, mailoutbox):
    client.post(reverse("account_signup"), INSCRIPTION)
    client.post(lien(mailoutbox[0]))
    client.post(
        reverse("account_login"), {"login": "lea.fictive@exemple.test", "password": MOT_DE_PASSE}
    )

    assert mailoutbox[0].subject == "Activez votre compte"
    assert Utilisateur.objects.get(email="lea.fictive@exemple.test").a_role(Role.FOURNISSEUR)
    assert "Bonjour Léa Fictive" in client.get(reverse("accueil:tableau")).content.decode()


def test_un_mot_de_passe_trop_court_est_refuse_en_francais(client):
    reponse = client.post(
        reverse("account_signup"), INSCRIPTION | {"password1": "court", "password2": "court"}
    )

    assert "12 caractères" in reponse.content.decode()
    assert not Utilisateur.objects.filter(nom="Fictive").exists()


def test_un_mot_de_passe_oublie_se_remplace_par_le_lien_recu(client, mailoutbox, personne):
    utilisateur = personne("Alice")

    client.post(reverse("account_reset_password"), {"email": utilisateur.email})
    page = client.get(lien(mailoutbox[0]), follow=True)
    adresse = page.redirect_chain[-1][0]
    client.post(adresse, {"password1": MOT_DE_PASSE, "password2": MOT_DE_PASSE})

    utilisateur.refresh_from_db()
    assert mailoutbox[0].subject == "Choisissez un nouveau mot de passe"
    assert utilisateur.check_password(MOT_DE_PASSE)


def test_une_adresse_inconnue_recoit_un_message_qui_ne_revele_rien_a_l_ecran(client, mailoutbox):
    reponse = client.post(
        reverse("account_reset_password"), {"email": "inconnu@exemple.test"}, follow=True
    )

    assert "Si un compte existe" in reponse.content.decode()
    assert mailoutbox[0].subject == "Aucun compte à cette adresse"


def test_cinq_echecs_bloquent_la_connexion(client, personne):
    identifiants = {"login": personne("Alice").email, "password": "mauvais-mot-de-passe"}
    adresse = reverse("account_login")

    statuts = [client.post(adresse, identifiants).status_code for _ in range(5)]
    reponse = client.post(adresse, identifiants)

    assert statuts[0] == 200
    assert reponse.status_code == 429
    assert "Connexion bloquée" in reponse.content.decode()


@pytest.mark.parametrize(
    "page", ["account_email", "account_change_password", "account_logout", "account_reauthenticate"]
)
def test_les_pages_du_compte_se_rendent_dans_la_coquille(client, personne, page):
    client.force_login(personne("Alice"))

    html = client.get(reverse(page)).content.decode()

    assert "lien-evitement" in html
    assert "variable inconnue" not in html
