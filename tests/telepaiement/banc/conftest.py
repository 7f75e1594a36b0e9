"""The bench as a process on a free port, a real Stripe client, and a shop's webhook endpoint."""

import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import stripe

SECRET_WEBHOOK = "whsec_essai"
DELAI = 30.0


class Boutique(ThreadingHTTPServer):
    """An endpoint that checks signatures; it answers `statuts`, then 200, and keeps events."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reception)
        self.statuts: list[int] = []
        self.recus: queue.Queue[stripe.Event] = queue.Queue()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/telepaiement/stripe/"

    def attendre(self, nature: str, sujet: str) -> stripe.Event:
        """Return the next event of this type about `sujet`; `queue.Empty` when none comes."""
        fin = time.monotonic() + DELAI
        while True:
            evenement = self.recus.get(timeout=max(0.01, fin - time.monotonic()))
            objet = evenement.data.object.to_dict()
            if evenement.type == nature and sujet in (objet["id"], objet.get("payment_intent")):
                return evenement


class _Reception(BaseHTTPRequestHandler):
    server: Boutique

    def do_POST(self) -> None:
        corps = self.rfile.read(int(self.headers["Content-Length"]))
        signature = self.headers["Stripe-Signature"]
        evenement = stripe.Webhook.construct_event(corps, signature, SECRET_WEBHOOK)
        statut = self.server.statuts.pop(0) if self.server.statuts else 200
        if statut == 200:
            self.server.recus.put(evenement)
        self.send_response(statut)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Banc:
    """A running bench: its address, and its controls."""

    def __init__(self, processus: subprocess.Popen[str], adresse: str) -> None:
        self.processus = processus
        self.adresse = adresse

    def controle(self, nom: str, **donnees: Any) -> Any:
        """Call a control; return its answer, or raise `requests.HTTPError`."""
        reponse = requests.post(f"{self.adresse}/_controle/{nom}", json=donnees, timeout=DELAI)
        reponse.raise_for_status()
        return reponse.json()

    def lire(self, chemin: str) -> requests.Response:
        """Return the answer to a GET."""
        return requests.get(self.adresse + chemin, timeout=DELAI)

    def arreter(self) -> int:
        """Stop the bench as a supervisor would; return its exit status."""
        self.processus.terminate()
        return self.processus.wait(timeout=DELAI)


def lancer(*options: str, port: int = 0) -> Banc:
    """Start a bench and wait for the address that it prints.

    `-S` hides the installed packages: the bench needs the standard library alone.
    """
    ligne = [sys.executable, "-S", "-m", "telepaiement.banc", "--port", str(port), *options]
    processus = subprocess.Popen(ligne, stdout=subprocess.PIPE, text=True)
    premiere = processus.stdout.readline()
    adresse = re.search(r"http://127\.0\.0\.1:[0-9]+", premiere)
    return Banc(processus, adresse.group())


def fermer(banc: Banc) -> None:
    banc.arreter()
    banc.processus.stdout.close()


def client_stripe(banc: Banc, *, essais: int = 0, delai: float = DELAI) -> stripe.StripeClient:
    """Return a real client of the bench."""
    return stripe.StripeClient(
        "sk_test_banc",
        base_addresses={"api": banc.adresse},
        max_network_retries=essais,
        http_client=stripe.RequestsClient(timeout=delai),
    )


@pytest.fixture(scope="module")
def boutique() -> Iterator[Boutique]:
    serveur = Boutique()
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield serveur
    serveur.shutdown()
    serveur.server_close()
    fil.join()


@pytest.fixture(scope="module")
def banc(boutique: Boutique) -> Iterator[Banc]:
    lance = lancer(
        "--webhook-url", boutique.url, "--webhook-secret", SECRET_WEBHOOK, "--delai-webhook", "0.1"
    )
    yield lance
    fermer(lance)


@pytest.fixture(scope="module")
def client(banc: Banc) -> stripe.StripeClient:
    return client_stripe(banc)


@pytest.fixture
def intention(client: stripe.StripeClient) -> stripe.PaymentIntent:
    """An intent of 12 500 F, not yet paid."""
    return creer_intention(client)


def creer_intention(client: stripe.StripeClient, **champs: Any) -> stripe.PaymentIntent:
    parametres = {"amount": 12_500, "currency": "xpf", "allowed_payment_method_types": ["card"]}
    return client.v1.payment_intents.create(parametres | champs)


@pytest.fixture
def payee(client: stripe.StripeClient) -> stripe.PaymentIntent:
    """An intent of 12 500 F, paid."""
    return creer_intention(client, payment_method="pm_card_visa", confirm=True)
