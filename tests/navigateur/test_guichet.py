"""The counter and the list of titres, in a real browser."""

import pytest
from django.test import Client

from facturier.grand_livre.soldes import reste_du
from telepaiement.models import Regie, SessionCaisse
from telepaiement.reference import charger_regies
from tests.telepaiement.factories import doter, installer, titre_emis, titre_payable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entrer(page, live_server, reference, regisseur):
    """Log a person in; the régie of the counter has its régisseur."""
    charger_regies()
    regie = Regie.objects.get(code="CENTRE")
    installer(regie, regisseur)
    doter(regie)

    def ouvrir_session(personne):
        client = Client()
        client.force_login(personne)
        jeton = client.cookies["session"].value
        page.context.add_cookies([{"name": "session", "value": jeton, "url": live_server.url}])

    return ouvrir_session


def test_une_journee_de_guichet(page, entrer, regisseur, verifier_accessibilite, photographier):
    entrer(regisseur)
    titre = titre_payable(12_500)
    page.goto("/guichet/")
    page.get_by_label("Guichet").select_option(label="Guichet 1 du centre administratif")
    page.get_by_label("Fonds de caisse").fill("20 000")
    page.get_by_role("button", name="Ouvrir la caisse").click()
    page.get_by_text("Espèces dans la caisse").wait_for()
    verifier_accessibilite()
    photographier("guichet")

    page.get_by_label("Référence, nom").fill(titre.reference)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Encaisser le titre").wait_for()
    verifier_accessibilite()
    photographier("guichet-saisie", 360)
    page.get_by_role("link", name="Espèces").click()
    page.get_by_label("Somme remise").fill("15 000")
    page.get_by_role("button", name="Vérifier avant").click()
    page.get_by_role("heading", name="Confirmer").wait_for()
    verifier_accessibilite()
    photographier("guichet-confirmation")
    page.get_by_role("button", name="Confirmer").click()
    page.get_by_text("Rendez").wait_for()
    verifier_accessibilite()
    page.goto("/guichet/journal/")
    verifier_accessibilite()
    photographier("guichet-journal", 360)
    page.goto("/guichet/cloture/")
    page.get_by_label("Espèces comptées").fill("32 500")
    page.get_by_role("button", name="Clôturer la caisse").click()
    page.get_by_text("clôture n° 1").wait_for()

    verifier_accessibilite()
    assert reste_du(titre) == 0
    assert SessionCaisse.objects.get().ecart == 0


def test_les_pages_de_gestion_sont_accessibles(page, entrer, agent, examiner):
    entrer(agent)
    titres = [titre_emis(), titre_payable()]

    for nom, adresse in (
        ("titres", "/gestion/titres/"),
        ("titre", f"/gestion/titres/{titres[1].pk}/"),
        ("titre-creer", "/gestion/titres/creer/"),
        ("trop-percus", "/gestion/paiements/trop-percus/"),
    ):
        page.goto(adresse)
        examiner(nom)
