"""The bench as the gateway of the product, régies, and payers in a hurry."""

import hashlib
import hmac
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests
import stripe
from django.db import connection
from django.test import Client

from facturier.acces.models import Role, Utilisateur
from facturier.grand_livre.models import Titre
from telepaiement import remboursements, sommes_a_rendre
from telepaiement.models import Encaissement, Guichet, Remboursement, Tentative
from telepaiement.passerelles import construire
from telepaiement.reference import charger_regies
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import ouvrir
from tests.telepaiement.factories import doter, installer, titre_payable

SECRET = "whsec_essai"
CARTE, CARTE_REFUSEE, CARTE_3DS = "4242424242424242", "4000000000000002", "4000002500003155"
DELAI = 30


@dataclass(frozen=True)
class Banc:
    """The bench, spoken to by HTTP."""

    adresse: str

    def faire(self, controle: str, **champs: Any) -> dict[str, Any]:
        """Call one of its controls; a decline answers 402."""
        reponse = requests.post(f"{self.adresse}/_controle/{controle}", json=champs, timeout=DELAI)
        assert reponse.status_code in {200, 402}, reponse.text
        objet: dict[str, Any] = reponse.json()
        return objet

    def tenter(self, controle: str, **champs: Any) -> dict[str, Any]:
        """Call one of its controls; a refusal says why, under `error`."""
        adresse = f"{self.adresse}/_controle/{controle}"
        objet: dict[str, Any] = requests.post(adresse, json=champs, timeout=DELAI).json()
        return objet

    def payer(self, tentative: Tentative, numero: str = CARTE, **champs: Any) -> dict[str, Any]:
        """Type a card number, as the payer's browser would."""
        return self.faire("confirmer", payment_intent=tentative.reference, numero=numero, **champs)

    def etat(self) -> dict[str, Any]:
        """Return all that the bench remembers."""
        objet: dict[str, Any] = requests.get(f"{self.adresse}/_controle/etat", timeout=DELAI).json()
        return objet

    def intentions(self, tentative: Tentative) -> list[dict[str, Any]]:
        """Return the payments that bear the token of an attempt."""
        return [
            objet
            for objet in self.etat()["objets"]["payment_intent"]
            if objet["metadata"].get("tentative") == str(tentative.jeton)
        ]

    def evenement(self, tentative: Tentative, nature: str) -> bytes:
        """Return the body of the last event of this type about an attempt."""
        trouves = [
            objet
            for objet in self.etat()["objets"]["event"]
            if objet["type"] == nature and objet["data"]["object"]["id"] == tentative.reference
        ]
        return json.dumps(trouves[-1]).encode()


def lancer_banc(*options: str) -> Iterator[Banc]:
    """Run a bench on a free port until the generator is closed."""
    commande = [sys.executable, "-m", "telepaiement.banc", "--port", "0"]
    commande += ["--cle-secrete", "sk_test_essai", "--cle-publique", "pk_test_essai"]
    commande += ["--webhook-secret", SECRET, "--delai-webhook", "0", *options]
    with subprocess.Popen(commande, stdout=subprocess.PIPE, text=True) as processus:
        assert processus.stdout is not None
        adresse = re.search(r"http://[0-9.]+:[0-9]+", processus.stdout.readline())
        assert adresse is not None
        try:
            yield Banc(adresse[0])
        finally:
            processus.terminate()
            processus.wait(timeout=DELAI)


@pytest.fixture(scope="session")
def programme_banc() -> Iterator[Banc]:
    """Run one bench for all the tests."""
    yield from lancer_banc()


def enregistrer_lecteur(banc: Banc) -> str:
    """Register a simulated card reader; return its identifier."""
    client = stripe.StripeClient("sk_test_essai", base_addresses={"api": banc.adresse})
    lieu = client.v1.terminal.locations.create(
        {
            "display_name": "Centre administratif",
            "address": {"line1": "1 rue Fictive", "city": "Nouméa", "country": "FR"},
        }
    )
    lecteur = client.v1.terminal.readers.create(
        {"registration_code": "simulated-wpe", "location": lieu.id, "label": "Guichet 1"}
    )
    return lecteur.id


def brancher(settings: Any, banc: Banc) -> None:
    """Make the product speak to this bench."""
    settings.STRIPE_API_BASE = banc.adresse
    settings.STRIPE_JS_URL = f"{banc.adresse}/v3/"
    settings.STRIPE_SECRET_KEY = "sk_test_essai"
    settings.STRIPE_PUBLIC_KEY = "pk_test_essai"
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_ancien", SECRET]
    oublier_passerelle()


def oublier_passerelle() -> None:
    """Have the gateway of the settings built again."""
    construire.cache_clear()


@pytest.fixture
def banc(programme_banc: Banc, settings: Any) -> Iterator[Banc]:
    """Return the bench, without faults left by another test."""
    brancher(settings, programme_banc)
    yield programme_banc
    programme_banc.faire("pannes", perdre=0, timeout=0, panne_api=0, traitement=0, lenteur=0)
    oublier_passerelle()


@pytest.fixture
def regies(reference: Any, regisseur: Utilisateur) -> Guichet:
    """Load régies, counters and products, install the régisseur; return a counter."""
    charger_regies()
    guichet = Guichet.objects.select_related("regie").get(code="CENTRE1")
    installer(guichet.regie, regisseur)
    return guichet


@pytest.fixture(scope="session")
def programme_lyra() -> Iterator[Any]:
    """Run one Lyra bench for all the tests."""
    from tests.telepaiement.maisons import lancer_banc_lyra  # noqa: PLC0415  (it reads this module)

    yield from lancer_banc_lyra()


@pytest.fixture
def lyra(programme_lyra: Any, settings: Any, regies: Guichet) -> Iterator[Any]:
    """Make the product speak to the Lyra bench."""
    settings.PAIEMENT_PASSERELLE = "lyra"
    settings.LYRA_ADRESSE = programme_lyra.adresse
    settings.LYRA_CLES = ["cle_banc_lyra", "cle_suivante"]
    oublier_passerelle()
    yield programme_lyra
    programme_lyra.faire("pannes", panne_api=0, perdre=0, dupliquer=0, retarder=0)
    programme_lyra.faire("oublier")
    oublier_passerelle()


@pytest.fixture
def fonds(regies: Guichet) -> int:
    """Entrust its fonds de caisse to the régie of the counter; return whole francs."""
    doter(regies.regie)
    return int(regies.regie.fonds_caisse)


@pytest.fixture
def lecteur(banc: Banc, regies: Guichet) -> str:
    """Register a simulated reader at the counter."""
    lecteur = enregistrer_lecteur(banc)
    Guichet.objects.filter(pk=regies.pk).update(lecteur=lecteur)
    regies.refresh_from_db()
    return lecteur


@pytest.fixture
def commencer(banc: Banc, regies: Guichet) -> Callable[..., Tentative]:
    """Open an attempt on a titre, from a browser session of its own unless told otherwise."""

    def ouvrir_tentative(titre: Titre, **champs: Any) -> Tentative:
        champs.setdefault("session_payeur", uuid4())
        return ouvrir(titre_id=titre.pk, **champs)

    return ouvrir_tentative


def signature(corps: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    """Sign a body as the gateway does, `age` seconds ago."""
    instant = int(time.time()) - age
    signe = hmac.new(secret.encode(), f"{instant}.".encode() + corps, hashlib.sha256)
    return f"t={instant},v1={signe.hexdigest()}"


@pytest.fixture
def encaisser(banc: Banc, commencer: Callable[..., Tentative]) -> Callable[..., Encaissement]:
    """Have a titre of so much paid online with a card; return the money."""

    def payer(montant: int = 12_500, *, titre: Titre | None = None, **champs: Any) -> Encaissement:
        numero = champs.pop("numero", CARTE)
        tentative = commencer(titre or titre_payable(montant), **champs)
        banc.payer(tentative, numero)
        return synchroniser(tentative, source="retour").encaissement

    return payer


@pytest.fixture
def banc_neuf(banc: Banc) -> Banc:
    """Return the bench without what other tests left in its account."""
    banc.faire("oublier")
    return banc


@pytest.fixture
def collegue(personne: Any) -> Utilisateur:
    """Someone else of the finance staff, who approves."""
    utilisateur: Utilisateur = personne("Camille", Role.AGENT)
    return utilisateur


@pytest.fixture
def rendre(agent: Utilisateur, collegue: Utilisateur) -> Callable[..., Remboursement]:
    """Have a refund asked for by one and approved by another; return it."""

    def faire(encaissement: Encaissement, montant: int) -> Remboursement:
        demande = remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=montant,
            montant_disponible=sommes_a_rendre.disponible(encaissement),
            motif="double paiement",
            par=agent,
        )
        return remboursements.approuver(remboursement_id=demande.pk, par=collegue)

    return faire


@pytest.fixture
def notifier(client: Client) -> Callable[..., int]:
    """Post a body to the webhook; return the status of the answer."""

    def poster(corps: bytes, *, entete: str | None = None, **options: Any) -> int:
        valeur = signature(corps, **options) if entete is None else entete
        reponse = client.post(
            "/telepaiement/stripe/",
            data=corps,
            content_type="application/json",
            headers={"Stripe-Signature": valeur},
        )
        return reponse.status_code

    return poster


def fermer_connexion() -> None:
    """Close the connection of a thread, so that the test database can be dropped."""
    connection.close()
