"""Paying by card and at the counter, in a real browser, the bench sending its notifications."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from facturier.grand_livre.soldes import reste_du
from telepaiement import demandes
from telepaiement.avis import adresse_paiement
from telepaiement.models import DemandeRedevable, Encaissement, EvenementRecu, NatureDemande
from telepaiement.passerelles import construire
from telepaiement.reference import charger_regies
from tests.telepaiement.conftest import (
    CARTE,
    CARTE_3DS,
    CARTE_REFUSEE,
    brancher,
    lancer_banc,
    oublier_passerelle,
)
from tests.telepaiement.factories import titre_payable
from tests.telepaiement.maisons import lancer_banc_lyra

pytestmark = pytest.mark.django_db(transaction=True)
MUET = """window.Stripe = () => ({ elements: () => ({ create: () => ({
  on(nom, dire) { if (nom === "loaderror") setTimeout(dire, 0); }, mount() {} }) }) });"""
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
    construire.cache_clear()


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


def test_un_echeancier_se_demande_s_accorde_et_un_proche_en_paie_la_premiere(
    page, banc, payer, visite, agent, fournisseur, entrer
):
    titre = titre_payable(138_750)
    demander_un_echeancier(visite, titre)
    accorder(visite, agent, entrer)
    lien = faire_un_lien(visite, titre)
    payer_par_le_lien(visite, lien, payer)

    assert reste_du(titre) == 138_750 - 46_250
    assert Encaissement.objects.count() == 1
    suivre_et_verifier(visite, titre)
    voir_son_compte(visite, titre, agent, fournisseur, entrer)


def ouvrir_la_somme(visite, titre):
    """Follow the QR code of the avis, as somebody unknown."""
    visite.page.context.clear_cookies()
    visite.page.goto(adresse_paiement(titre))
    visite.presser("Continuer")


def demander_un_echeancier(visite, titre):
    """With the avis alone: read what is due, ask to pay it in three times."""
    ouvrir_la_somme(visite, titre)
    visite.attendre("Contester cette somme")
    visite.page.get_by_text("Payer en plusieurs fois").click()
    visite.suivre("Demander un échéancier")
    visite.presser("Déposer la demande")
    visite.examiner("demander-erreur")
    visite.choisir("En combien de fois", "3 fois")
    visite.remplir("Pourquoi demandez-vous", "Je suis au chômage depuis octobre.")
    visite.page.get_by_label("Documents à joindre").set_input_files(
        {"name": "attestation.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    )
    visite.presser("Déposer la demande")
    visite.attendre("attestation.pdf")
    visite.attendre("Retirer cette demande")
    visite.examiner("demande-deposee")


def accorder(visite, agent, entrer):
    """An agent looks at the request and agrees on what is proposed."""
    entrer(agent, "/gestion/demandes-redevables/")
    visite.suivre("D-")
    visite.presser("Prendre en charge")
    visite.remplir("Réponse", "Accordé, en trois fois.")
    visite.examiner("demande-decider")
    visite.presser("Accepter")
    visite.attendre("Rompre l’échéancier")


def faire_un_lien(visite, titre):
    """The debtor sees his instalments, and makes a link for a relative; return it."""
    ouvrir_la_somme(visite, titre)
    visite.attendre("Votre échéancier")
    visite.examiner("creance-echeancier")
    visite.page.get_by_text("Faire payer un proche").click()
    visite.suivre("Créer ou révoquer")
    visite.presser("Créer un lien")
    champ = visite.page.get_by_label("À copier et à envoyer")
    champ.wait_for()
    visite.examiner("liens")
    return champ.input_value()


def payer_par_le_lien(visite, lien, payer):
    """A relative pays the first instalment: a card is refused, another one pays."""
    page = visite.page
    page.context.clear_cookies()
    page.goto(lien)
    visite.examiner("lien")
    page.route("**/v3/", lambda route: route.fulfill(body=MUET, content_type="text/javascript"))
    visite.presser("Continuer vers le paiement")
    page.get_by_text("Le formulaire de carte ne s’affiche pas").wait_for()
    page.unroute("**/v3/")
    visite.suivre("rechargez la page")
    page.get_by_label("Numéro de carte").wait_for()
    payer(CARTE_REFUSEE)
    page.locator("#carte-erreur p").wait_for()
    visite.examiner("carte-refusee")
    payer(CARTE)
    page.get_by_role("heading", name="Votre paiement est reçu").wait_for()
    visite.examiner("paye")
    visite.remplir("Adresse électronique", "proche@essai.example")
    visite.presser("Recevoir la quittance")
    visite.attendre("La quittance est envoyée")


def suivre_et_verifier(visite, titre):
    """The debtor sees the instalment paid; anybody verifies the receipt."""
    ouvrir_la_somme(visite, titre)
    visite.attendre("Vos paiements")
    visite.examiner("creance-payee-en-partie")
    assert "DUPLICATA" in visite.telecharger("Duplicata", "duplicata")
    quittance = Encaissement.objects.get().quittance
    visite.page.goto(f"/payer/quittance/{quittance.code}/")
    visite.attendre("Cette quittance est authentique")


def voir_son_compte(visite, titre, agent, fournisseur, entrer):
    """Once an agent knows him, the debtor sees all he owes from his account."""
    entrer(fournisseur, adresse_paiement(titre))
    visite.presser("Continuer")
    visite.suivre("Rattacher ce débiteur")
    visite.remplir("Qui êtes-vous", "C’est ma société.")
    visite.presser("Déposer la demande")
    visite.attendre("Retirer cette demande")
    rattachement = DemandeRedevable.objects.get(nature=NatureDemande.RATTACHEMENT)
    demandes.accepter(rattachement, reponse="Extrait vérifié.", par=agent)
    visite.page.goto("/payer/compte/")
    visite.examiner("compte")
    visite.presser("Voir et payer")
    visite.attendre("Votre échéancier")


def test_la_borne_donne_la_quittance_previent_puis_oublie(page, banc, payer, visite, settings):
    settings.PAIEMENT_BORNE_CLE = "borne-essai"
    titre = titre_payable(12_500)
    page.clock.install()
    page.goto("/payer/borne/borne-essai/")
    visite.examiner("borne")
    visite.remplir("Référence du titre", titre.reference)
    visite.remplir("Clé de paiement", titre.cle_paiement)
    visite.presser("Continuer")
    visite.attendre("Contester cette somme")
    visite.presser("par carte")
    page.get_by_label("Numéro de carte").wait_for()
    payer(CARTE)
    page.get_by_role("heading", name="Emporter la quittance").wait_for()
    expect(page.locator(".code-qr")).to_have_js_property("naturalWidth", 240)
    visite.examiner("borne-recu")

    page.clock.run_for(75_000)
    page.get_by_text("cette borne va tout effacer").wait_for()
    visite.examiner("borne-preavis")
    page.keyboard.press("Tab")
    page.get_by_text("cette borne va tout effacer").wait_for(state="hidden")
    page.clock.run_for(95_000)
    page.wait_for_url("**/payer/")
    page.go_back()

    page.get_by_label("Référence du titre").wait_for()
    assert page.get_by_text(titre.objet).count() == 0


@pytest.fixture
def lyra():
    """A bench of the second gateway, which notifies where each form says."""
    yield from lancer_banc_lyra()


def test_la_banque_demande_une_authentification_l_autre_passerelle_a_sa_page(
    page, banc, lyra, payer, photographier, visite, settings
):
    titre = titre_payable(12_500)
    commencer(page, titre)

    payer(CARTE_3DS)
    photographier("authentification")
    page.get_by_role("button", name="Autoriser").click()

    page.get_by_role("heading", name="Votre paiement est reçu").wait_for()
    assert Encaissement.objects.get(titre=titre).montant == 12_500
    payer_a_la_banque(visite, lyra, settings)


def payer_a_la_banque(visite, lyra, settings):
    """With the second gateway: go to the bank's page, a card is refused, another pays."""
    settings.PAIEMENT_PASSERELLE = "lyra"
    settings.LYRA_ADRESSE = lyra.adresse
    oublier_passerelle()
    titre = titre_payable(4_500)
    ouvrir_la_somme(visite, titre)
    visite.presser("par carte")
    visite.presser("à la banque")
    visite.presser("4970100000000071")
    visite.attendre("La carte est refusée")
    visite.suivre("Revenir sans payer")
    visite.presser("à la banque")
    visite.presser("5970100300000067")
    visite.page.get_by_role("heading", name="Votre paiement est reçu").wait_for()
    quittance = Encaissement.objects.get(titre=titre).quittance
    assert quittance.reference in visite.telecharger("Télécharger la quittance", "quittance-lyra")
    assert attendre(lambda: EvenementRecu.objects.filter(nature="debit.authorised").exists())
    visite.page.goto(f"{lyra.adresse}/panneau")
    visite.examiner("panneau-lyra")


def test_navigateur_ferme_la_notification_regle_seule_et_une_fois(page, banc):
    titre = titre_payable(12_500)
    commencer(page, titre)
    tentative = titre.tentatives.get()
    page.goto("about:blank")

    banc.payer(tentative)

    assert attendre(lambda: Encaissement.objects.filter(tentative=tentative).exists())
    assert attendre(lambda: EvenementRecu.objects.filter(etat="recu").count() == 0)
    assert Encaissement.objects.count() == 1
