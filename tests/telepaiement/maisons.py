"""The two gateways as the tests meet them: what a payer, a bank or a fault does there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import requests
import stripe
from django.conf import settings
from django.test import Client
from django.utils import timezone

from facturier.acces.models import Utilisateur
from telepaiement import litiges, rapprochement, releves
from telepaiement.models import Encaissement, LigneBancaire, Remboursement, Tentative
from telepaiement.passerelles import passerelle
from telepaiement.propositions import proposer
from telepaiement.tentatives import demande
from tests.telepaiement.conftest import CARTE, CARTE_REFUSEE, DELAI, Banc, signature


class Maison(Protocol):
    """A gateway, from the side of the payer and of the bank."""

    def payer(self, tentative: Tentative, *, accepte: bool = True, remis: bool = True) -> None:
        """Present a card; unless `remis`, the bank has only authorised it, where that differs."""

    def remettre(self) -> None:
        """Hand what was authorised to the bank."""

    def fausser(self, tentative: Tentative) -> None:
        """Have the next payment be of another amount than ours."""

    def notification(self, tentative: Tentative) -> bytes:
        """Return the last message about a payment."""

    def poster(self, corps: bytes, *, vraie: bool = True) -> int:
        """Send a message to the product, signed or not by the gateway; return the answer."""

    def rembourser(self, encaissement: Encaissement, montant: int) -> None:
        """Give money back from the back office."""

    def echouer(self, remboursement: Remboursement) -> None:
        """Have a refund fail afterwards."""

    def reprendre(self, encaissement: Encaissement, par: Utilisateur) -> None:
        """Have the bank take a payment back for good, and `par` look at it."""

    def tomber(self, appels: int) -> None:
        """Answer nothing useful to the next calls."""

    def debits(self, tentative: Tentative) -> int:
        """Count the cards debited for a payment."""


@dataclass
class MaisonStripe:
    """Stripe, as its bench plays it."""

    banc: Banc

    @property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            settings.STRIPE_SECRET_KEY, base_addresses={"api": settings.STRIPE_API_BASE}
        )

    def payer(self, tentative: Tentative, *, accepte: bool = True, remis: bool = True) -> None:
        self.banc.payer(tentative, CARTE if accepte else CARTE_REFUSEE)

    def remettre(self) -> None:
        """Do nothing: what a card pays is captured at once."""

    def fausser(self, tentative: Tentative) -> None:
        self.client.v1.payment_intents.update(tentative.reference, {"amount": 777})

    def notification(self, tentative: Tentative) -> bytes:
        evenements = [
            objet
            for objet in self.banc.etat()["objets"]["event"]
            if objet["data"]["object"].get("id") == tentative.reference
            or objet["data"]["object"].get("payment_intent") == tentative.reference
        ]
        return json.dumps(evenements[-1]).encode()

    def poster(self, corps: bytes, *, vraie: bool = True) -> int:
        secret = "whsec_essai" if vraie else "whsec_faux"
        return _poster("stripe", corps, "application/json", signature(corps, secret=secret))

    def rembourser(self, encaissement: Encaissement, montant: int) -> None:
        tentative = encaissement.tentative
        assert tentative is not None
        self.banc.faire("rembourser", payment_intent=tentative.reference, montant=montant)

    def echouer(self, remboursement: Remboursement) -> None:
        self.banc.faire("rejeter_remboursement", refund=remboursement.reference)

    def reprendre(self, encaissement: Encaissement, par: Utilisateur) -> None:
        tentative = encaissement.tentative
        assert tentative is not None
        litige = self.banc.faire("contester", payment_intent=tentative.reference)
        self.banc.faire("clore_litige", dispute=litige["id"], issue="lost")
        litiges.relire(encaissement)

    def tomber(self, appels: int) -> None:
        self.banc.faire("pannes", panne_api=appels * 3)  # the library tries three times

    def debits(self, tentative: Tentative) -> int:
        charges = self.banc.etat()["objets"]["charge"]
        return sum(
            un["payment_intent"] == tentative.reference and un["status"] == "succeeded"
            for un in charges
        )


@dataclass
class MaisonLyra:
    """A bank of the Lyra family, as its bench plays it."""

    adresse: str

    def faire(self, controle: str, **champs: Any) -> Any:
        """Call a control of the bench."""
        adresse = f"{self.adresse}/_controle/{controle}"
        return requests.post(adresse, json=champs, timeout=DELAI).json()

    def transactions(self, tentative: Tentative) -> list[dict[str, Any]]:
        """Return the transactions of an attempt."""
        lues = requests.get(f"{self.adresse}/_controle/etat", timeout=DELAI).json()["transactions"]
        return [un for un in lues if un["orderDetails"]["orderId"] == tentative.reference]

    def notifications(self, tentative: Tentative) -> list[dict[str, Any]]:
        """Return what was sent, or lost, about an attempt."""
        lues = requests.get(f"{self.adresse}/_controle/etat", timeout=DELAI).json()["notifications"]
        return [un for un in lues if un["commande"] == tentative.reference]

    def deposer(self, tentative: Tentative, *, notification: str = "") -> None:
        """Bring the signed form to the bank."""
        formulaire = passerelle().formulaire(
            demande(tentative), retour="http://127.0.0.1:1/retour", notification=notification
        )
        assert formulaire is not None
        self.faire("formulaire", **formulaire.champs)

    def payer(self, tentative: Tentative, *, accepte: bool = True, remis: bool = True) -> None:
        self.deposer(tentative)
        numero = "4970100000000055" if accepte else "4970100000000071"
        self.faire("payer", commande=tentative.reference, numero=numero)
        if remis:
            self.remettre()

    def remettre(self) -> None:
        self.faire("remettre")

    def fausser(self, tentative: Tentative) -> None:
        self.faire("pannes", fausser=1)

    def notification(self, tentative: Tentative) -> bytes:
        derniere = self.transactions(tentative)[-1]["uuid"]
        return str(self.faire("notification", uuid=derniere)["corps"]).encode()

    def poster(self, corps: bytes, *, vraie: bool = True) -> int:
        if not vraie:
            corps = corps.replace(b"vads_amount=", b"vads_amount=9")
        return _poster("lyra", corps, "application/x-www-form-urlencoded", "")

    def rembourser(self, encaissement: Encaissement, montant: int) -> None:
        self.faire("rembourser", uuid=encaissement.charge, amount=montant, currency="XPF")

    def echouer(self, remboursement: Remboursement) -> None:
        self.faire("changer", uuid=remboursement.reference, etat="REFUSED")

    def reprendre(self, encaissement: Encaissement, par: Utilisateur) -> None:
        litiges.relire(encaissement)  # the gateway says nothing, the statement does
        jour = timezone.localdate().isoformat()
        texte = f"date;libelle;montant\n{jour};IMPAYE CB EPAYNC;{-encaissement.montant}\n"
        releves.importer(texte.encode(), nom="releve.csv", par=par, executer=True)
        ligne = LigneBancaire.objects.order_by("-pk")[0]
        (impaye,) = [p for p in proposer(ligne) if p.impaye == encaissement.pk]
        rapprochement.confirmer(ligne_id=ligne.pk, cle=impaye.cle, par=par)

    def tomber(self, appels: int) -> None:
        self.faire("pannes", panne_api=appels)

    def debits(self, tentative: Tentative) -> int:
        return sum(
            un["operationType"] == "DEBIT" and un["status"] == "PAID"
            for un in self.transactions(tentative)
        )


def _poster(nom: str, corps: bytes, nature: str, entete: str) -> int:
    reponse = Client().post(
        f"/telepaiement/{nom}/",
        data=corps,
        content_type=nature,
        headers={"Stripe-Signature": entete} if entete else {},
    )
    return reponse.status_code


def lancer_banc_lyra() -> Iterator[MaisonLyra]:
    """Run a Lyra bench on a free port until the generator is closed."""
    commande = [sys.executable, "-m", "telepaiement.banc_lyra", "--port", "0"]
    with subprocess.Popen(commande, stdout=subprocess.PIPE, text=True) as processus:
        assert processus.stdout is not None
        adresse = re.search(r"http://[0-9.]+:[0-9]+", processus.stdout.readline())
        assert adresse is not None
        try:
            yield MaisonLyra(adresse[0])
        finally:
            processus.terminate()
            processus.wait(timeout=DELAI)
