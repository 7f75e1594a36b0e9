"""The Payment Element of the bench in a real browser, under a strict policy."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.navigateur

PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Payer</title>
<script src="{banc}/v3/"></script><script src="/page.js" defer></script></head>
<body><main><h1>Payer</h1><form method="post" action="/saisie" data-secret="{secret}">
<div id="carte"></div><button>Payer</button></form><p role="status"></p></main></body></html>"""
SCRIPT = """
const formulaire = document.querySelector("form");
const stripe = Stripe("pk_test_banc");
const elements = stripe.elements({ clientSecret: formulaire.dataset.secret, locale: "fr" });
const carte = elements.create("payment");
carte.on("ready", () => formulaire.dataset.pret = "oui");
carte.mount("#carte");
formulaire.addEventListener("submit", async (evenement) => {
  evenement.preventDefault();
  const { error } = await stripe.confirmPayment({
    elements, confirmParams: { return_url: `${location.origin}/retour` },
  });
  document.querySelector("[role=status]").textContent = error.message;
});
"""


class _Vitrine(ThreadingHTTPServer):
    """A shop page that allows the bench in script-src and connect-src, and nothing else."""

    daemon_threads = True
    banc = ""
    secret = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.demandes: list[str] = []


class _Page(BaseHTTPRequestHandler):
    server: _Vitrine

    def do_GET(self) -> None:
        self.server.demandes.append(self.path)
        contenu, nature = PAGE.format(banc=self.server.banc, secret=self.server.secret), "html"
        if self.path == "/page.js":
            contenu, nature = SCRIPT, "javascript"
        self.send_response(200)
        self.send_header("Content-Type", f"text/{nature}; charset=utf-8")
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'self' {self.server.banc}; "
            f"connect-src {self.server.banc}; form-action 'self'",
        )
        self.end_headers()
        self.wfile.write(contenu.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def vitrine(banc, intention) -> Iterator[_Vitrine]:
    serveur = _Vitrine()
    serveur.banc, serveur.secret = banc.adresse, intention.client_secret
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield serveur
    serveur.shutdown()
    serveur.server_close()
    fil.join()


@pytest.fixture
def page(navigateur, vitrine) -> Iterator[Page]:
    """The shop's page, with the card form ready; its console must stay empty."""
    onglet = navigateur.new_page()
    plaintes: list[str] = []
    onglet.on("pageerror", lambda erreur: plaintes.append(str(erreur)))
    onglet.on("console", lambda dit: plaintes.append(dit.text))
    onglet.goto(f"http://127.0.0.1:{vitrine.server_address[1]}/")
    expect(onglet.locator("form[data-pret=oui]")).to_be_visible()
    yield onglet
    onglet.close()
    attendues = [une for une in plaintes if "402" not in une and "favicon" not in une]
    assert attendues == []


def _payer(page: Page, numero: str) -> None:
    page.get_by_label("Numéro de carte").fill(numero)
    page.get_by_label("Date d’expiration").fill("1230")
    page.get_by_label("Code de sécurité").fill("123")
    page.get_by_role("button", name="Payer").click()


def _statut(client, intention) -> str:
    return client.v1.payment_intents.retrieve(intention.id).status


def test_une_carte_acceptee_mene_a_la_page_de_retour(page, client, intention):
    _payer(page, "4242424242424242")

    page.wait_for_url(re.compile(r"/retour\?.*redirect_status=succeeded"))
    assert f"payment_intent={intention.id}" in page.url
    assert _statut(client, intention) == "succeeded"


def test_une_carte_refusee_laisse_payer_avec_une_autre(page, client, intention):
    _payer(page, "4000000000009995")
    expect(page.get_by_role("status")).to_have_text(
        "Votre carte ne dispose pas de fonds suffisants."
    )

    _payer(page, "4242424242424242")

    page.wait_for_url("**/retour?**")
    assert _statut(client, intention) == "succeeded"


def test_l_authentification_autorisee_paie(page, client, intention):
    _payer(page, "4000002760003184")

    dialogue = page.get_by_role("dialog", name="Authentification de votre banque")
    expect(dialogue).to_contain_text("12\u202f500\u202fF CFP")
    page.get_by_role("button", name="Autoriser").click()

    page.wait_for_url("**/retour?**")
    assert _statut(client, intention) == "succeeded"


def test_l_authentification_refusee_au_clavier_laisse_reessayer(page, client, intention):
    _payer(page, "4000002760003184")
    expect(page.get_by_role("button", name="Autoriser")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Refuser")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("authentifier votre moyen de paiement")
    assert _statut(client, intention) == "requires_payment_method"
    _payer(page, "4242424242424242")
    page.wait_for_url("**/retour?**")


def test_un_numero_incomplet_se_dit_sans_rien_envoyer(page, client, intention):
    _payer(page, "4242")

    numero = page.get_by_label("Numéro de carte")
    expect(page.get_by_role("status")).to_have_text("Votre numéro de carte est incomplet.")
    expect(numero).to_be_focused()
    expect(numero).to_have_attribute("aria-invalid", "true")
    assert client.v1.charges.list({"payment_intent": intention.id}).data == []


def test_le_formulaire_de_carte_est_accessible(page):
    page.get_by_label("Numéro de carte").fill("4242")
    page.get_by_label("Date d’expiration").focus()

    expect(page.get_by_text("Votre numéro de carte est incomplet.")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_sans_redirection_la_page_recoit_l_intention(page, intention):
    page.get_by_label("Numéro de carte").fill("378282246310005")
    page.get_by_label("Date d’expiration").fill("1230")
    page.get_by_label("Code de sécurité").fill("1234")

    resultat = page.evaluate("stripe.confirmPayment({ elements, redirect: 'if_required' })")

    assert resultat["paymentIntent"]["id"] == intention.id
    assert resultat["paymentIntent"]["status"] == "succeeded"
    assert "latest_charge" not in resultat["paymentIntent"]


def test_la_carte_ne_va_jamais_a_la_boutique(page, vitrine):
    _payer(page, "4242424242424242")
    page.wait_for_url("**/retour?**")

    assert [une for une in vitrine.demandes if "4242" in une] == []
