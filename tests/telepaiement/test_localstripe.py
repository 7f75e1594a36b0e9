"""The client code against a double that we did not write, for what that double gets right.

What it refuses though Stripe takes it, or leaves out of its answers, is not asked of it.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import pytest
import requests
from stripe import RequestsClient, StripeClient

from telepaiement.passerelles.contrat import (
    Demande,
    PasserelleRefuse,
    StatutDistant,
    StatutRemboursement,
)
from telepaiement.passerelles.stripe import PasserelleStripe
from tests.telepaiement.conftest import DELAI

CLE = "sk_test_localstripe"
REFUSES = (
    "allowed_payment_method_types",
    "payment_method_options",
    "description",
    "reason",
    "cancellation_reason",
)
LANCER = """
import sys
from aiohttp import web
from localstripe import resources, server
resources.store.dump_to_disk = lambda: None
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


class Filtre(RequestsClient):
    """Sends what this double knows, and leaves out what it alone refuses."""

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, **options: Any
    ) -> Any:
        """Drop the parameters that it does not take."""
        if isinstance(post_data, str):
            champs = parse_qsl(post_data, keep_blank_values=True)
            post_data = urlencode([un for un in champs if un[0].partition("[")[0] not in REFUSES])
        return super().request(method, url, headers, post_data, **options)


@pytest.fixture(scope="module")
def double() -> Iterator[str]:
    """Run localstripe on the loopback interface, without its file."""
    with socket.create_server(("127.0.0.1", 0)) as prise:
        port = prise.getsockname()[1]
    adresse = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-c", LANCER, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as processus:
        for _ in range(1_200):
            try:
                requests.get(f"{adresse}/v1/balance", auth=(CLE, ""), timeout=DELAI)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield adresse
        processus.terminate()


@pytest.fixture
def passerelle(double) -> PasserelleStripe:
    """Build the gateway of the product on that double."""
    client = StripeClient(CLE, base_addresses={"api": double}, http_client=Filtre(timeout=DELAI))
    return PasserelleStripe(client, ["whsec_x"], est_reelle=False)


def _creer(passerelle: PasserelleStripe) -> tuple[str, str]:
    tentative = uuid4()
    demande = Demande(
        tentative=tentative,
        cle=f"tentative-{tentative}",
        montant=12_500,
        objet="Titre",
        reference_titre="2026-T-000001",
    )
    return passerelle.creer(demande).identifiant, str(tentative)


def _payer(double: str, reference: str) -> None:
    adresse = f"{double}/v1/payment_intents/{reference}"
    for chemin, champs in (("", {"payment_method": "pm_card_visa"}), ("/confirm", {})):
        requests.post(f"{adresse}{chemin}", data=champs, auth=(CLE, ""), timeout=DELAI)


def test_creer_lire_payer_et_lire(passerelle, double):
    reference, tentative = _creer(passerelle)
    avant = passerelle.lire(reference)
    _payer(double, reference)

    apres = passerelle.lire(reference)

    assert (avant.statut, avant.montant, avant.devise) == (StatutDistant.A_PAYER, 12_500, "XPF")
    assert avant.tentative == apres.tentative == tentative
    assert apres.statut == StatutDistant.REUSSI
    assert apres.charge


def test_annuler_ce_qui_ne_l_est_pas_encore(passerelle, double):
    reference, _ = _creer(passerelle)
    payee, _ = _creer(passerelle)
    _payer(double, payee)

    annulee = passerelle.annuler(reference)

    assert annulee.statut == StatutDistant.ANNULE
    with pytest.raises(PasserelleRefuse):
        passerelle.annuler(payee)


def test_rembourser_en_deux_fois_et_relire(passerelle, double):
    reference, _ = _creer(passerelle)
    _payer(double, reference)
    charge = passerelle.lire(reference).charge
    cles = [str(uuid4()), str(uuid4())]

    faits = [
        passerelle.rembourser(reference, charge=charge, montant=2_500, cle=cle) for cle in cles
    ]
    lus = passerelle.lire_remboursements(reference)

    assert {un.statut for un in faits} == {StatutRemboursement.REUSSI}
    assert sorted(un.cle for un in lus) == sorted(cles)
    assert [un.montant for un in lus] == [2_500, 2_500]
