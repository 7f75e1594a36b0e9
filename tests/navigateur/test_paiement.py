"""Paying by card and at the counter, in a real browser, the bench sending its notifications."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from facturier.grand_livre.soldes import reste_du
from telepaiement.avis import adresse_paiement
from telepaiement.models import Encaissement, EvenementRecu
from telepaiement.passerelles import passerelle
from telepaiement.reference import charger_regies
from tests.telepaiement.conftest import CARTE, CARTE_3DS, CARTE_REFUSEE, brancher, lancer_banc
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db(transaction=True)
EXPIRATION = f"12 / {(timezone.now() + timedelta(days=900)):%y}"


@pytest.fixture
def banc(settings, live_server, reference):
    """A bench that notifies the live server, each event twice."""
    charger_regies()
    settings.ADRESSE_PUBLIQUE = live_server.url
    adresse = f"{live_server.url}/telepaiement/stripe/"
    lancement = lancer_banc("--webhook-url", adresse)
    banc = next(lancement)
    brancher(settings, banc)
    banc.faire("pannes", dupliquer=100)
    yield banc
    lancement.close()
    passerelle.cache_clear()


@pytest.fixture
def payer(page):
    """Type a card and press « Payer »."""

    def taper(numero):
        page.get_by_label("Numéro de carte").fill(numero)
        page.get_by_label("Date d’expiration").fill(EXPIRATION)
        page.get_by_label("Code de sécurité").fill("123")
        page.locator("#carte-payer").click()

    return taper


def attendre(condition, delai=10.0):
    """Wait for a condition that another thread brings about."""
    fin = time.monotonic() + delai
    while not condition() and time.monotonic() < fin:
        time.sleep(0.1)
    return condition()


def commencer(page, titre):
    """Follow the QR code of the avis, down to the card form."""
    page.goto(adresse_paiement(titre))
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="par carte").click()
    page.get_by_label("Numéro de carte").wait_for()


def test_une_carte_refusee_puis_une_bonne_donnent_une_quittance(page, banc, payer, examiner):
    titre = titre_payable(138_750)
    page.goto(adresse_paiement(titre))
    page.get_by_role("button", name="Continuer").click()
    examiner("creance")
    page.get_by_role("button", name="par carte").click()
    page.get_by_label("Numéro de carte").wait_for()
    examiner("carte")

    payer(CARTE_REFUSEE)
    page.locator("#carte-erreur p").wait_for()
    examiner("carte-refusee")
    payer(CARTE)
    page.get_by_role("heading", name="Votre paiement est reçu").wait_for()

    examiner("paye")
    assert reste_du(titre) == 0
    assert Encaissement.objects.count() == 1


def test_la_banque_demande_une_authentification(page, banc, payer, photographier):
    commencer(page, titre_payable(12_500))

    payer(CARTE_3DS)
    photographier("authentification")
    page.get_by_role("button", name="Autoriser").click()

    page.get_by_role("heading", name="Votre paiement est reçu").wait_for()


def test_navigateur_ferme_la_notification_regle_seule_et_une_fois(page, banc):
    titre = titre_payable(12_500)
    commencer(page, titre)
    tentative = titre.tentatives.get()
    page.goto("about:blank")

    banc.payer(tentative)

    assert attendre(lambda: Encaissement.objects.filter(tentative=tentative).exists())
    assert attendre(lambda: EvenementRecu.objects.filter(etat="recu").count() == 0)
    assert Encaissement.objects.count() == 1
