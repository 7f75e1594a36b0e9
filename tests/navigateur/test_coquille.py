"""The shell in a real browser: accessible, narrow or wide, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

LARGEURS = pytest.mark.parametrize("largeur", [360, 1280])


@LARGEURS
@pytest.mark.parametrize(
    ("nom", "adresse"),
    [
        ("accueil", "/"),
        ("aide", "/aide/"),
        ("accessibilite", "/accessibilite/"),
        ("donnees", "/donnees/"),
        ("connexion", "/compte/login/"),
        ("inscription", "/compte/signup/"),
        ("mot-de-passe", "/compte/password/reset/"),
        ("introuvable", "/nulle-part/"),
    ],
)
def test_chaque_page_publique_est_accessible(
    page, verifier_accessibilite, photographier, nom, adresse, largeur
):
    page.set_viewport_size({"width": largeur, "height": 800})

    page.goto(adresse)

    verifier_accessibilite()
    photographier(nom, largeur)


@LARGEURS
def test_une_saisie_refusee_reste_accessible(page, verifier_accessibilite, photographier, largeur):
    page.set_viewport_size({"width": largeur, "height": 800})
    page.goto("/compte/signup/")

    page.get_by_role("button", name="Créer mon compte").click()

    expect(page).to_have_title(re.compile("^Erreur"))
    assert page.evaluate("document.activeElement.className") == "resume-erreurs"
    verifier_accessibilite()
    photographier("inscription-refusee", largeur)


def test_un_zoom_de_200_pour_cent_ne_deborde_pas(page, verifier_accessibilite):
    page.set_viewport_size({"width": 640, "height": 400})

    page.goto("/")

    verifier_accessibilite()


def test_le_lien_d_evitement_mene_au_contenu(page):
    page.goto("/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "contenu"


def test_la_connexion_se_fait_au_clavier(page, au_clavier, photographier, django_user_model):
    utilisateur = django_user_model.objects.create_user(
        "lea.fictive@exemple.test", "un-mot-de-passe-long", prenom="Léa", nom="Fictive"
    )
    utilisateur.emailaddress_set.create(email=utilisateur.email, verified=True, primary=True)
    page.goto("/tableau/")

    au_clavier("Adresse")
    page.keyboard.type(utilisateur.email)
    au_clavier("Mot de passe")
    page.keyboard.type("un-mot-de-passe-long")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Bonjour Léa Fictive").wait_for()
    photographier("tableau")


@LARGEURS
@pytest.mark.parametrize("adresse", ["/composants/", "/composants/?faux"])
def test_les_composants_sont_accessibles(
    page, settings, verifier_accessibilite, photographier, adresse, largeur
):
    settings.ROOT_URLCONF = "tests.navigateur.urls_composants"
    page.set_viewport_size({"width": largeur, "height": 800})

    page.goto(adresse)

    verifier_accessibilite()
    photographier("composants-faux" if "faux" in adresse else "composants", largeur)


def test_une_coupure_du_reseau_s_annonce_et_garde_la_saisie(page):
    page.goto("/compte/signup/")
    page.get_by_label("Prénom").fill("Léa")

    page.context.set_offline(True)
    page.get_by_text("La connexion est coupée").wait_for()

    assert page.get_by_label("Prénom").input_value() == "Léa"
