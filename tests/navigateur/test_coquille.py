"""The shell in a real browser: accessible, narrow or wide, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect


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
def test_chaque_page_publique_est_accessible(page, examiner, nom, adresse):
    page.goto(adresse)

    examiner(nom)


def test_une_saisie_refusee_reste_accessible(page, examiner):
    page.goto("/compte/signup/")

    page.get_by_role("button", name="Créer mon compte").click()

    expect(page).to_have_title(re.compile("^Erreur"))
    assert page.evaluate("document.activeElement.className") == "resume-erreurs"
    examiner("inscription-refusee")


def test_un_zoom_de_200_pour_cent_ne_deborde_pas(page, verifier_accessibilite):
    page.set_viewport_size({"width": 640, "height": 400})

    page.goto("/")

    verifier_accessibilite()


def test_le_lien_d_evitement_mene_au_contenu(page):
    page.goto("/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "contenu"


@pytest.mark.parametrize("classe", ["btn", "nav-link", "page-link"])
def test_un_controle_atteint_au_clavier_se_voit_comme_les_autres(page, au_clavier, classe):
    page.goto("/aide/")
    page.locator("main").evaluate(f"e => e.innerHTML = '<a class={classe} href=#ici>Essai</a>'")

    au_clavier("Essai")

    contour = "getComputedStyle(document.activeElement).outline"
    assert re.search("solid 3px$", page.evaluate(contour))


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


@pytest.mark.parametrize("adresse", ["/composants/", "/composants/?faux"])
def test_les_composants_sont_accessibles(page, settings, examiner, adresse):
    settings.ROOT_URLCONF = "tests.navigateur.urls_composants"

    page.goto(adresse)

    examiner("composants-faux" if "faux" in adresse else "composants")


def test_une_page_lente_est_attendue_avant_d_etre_examinee(visite, settings):
    settings.ROOT_URLCONF = "tests.navigateur.urls_composants"
    visite.page.goto("/lente/")
    visite.page.get_by_role("link", name="Suite").click()
    visite.examiner("lente")

    visite.suivre("Suite")

    assert visite.page.title() == "Lente"


def test_une_coupure_du_reseau_s_annonce_et_garde_la_saisie(page):
    page.goto("/compte/signup/")
    page.get_by_label("Prénom").fill("Léa")

    page.context.set_offline(True)
    page.get_by_text("La connexion est coupée").wait_for()

    assert page.get_by_label("Prénom").input_value() == "Léa"
