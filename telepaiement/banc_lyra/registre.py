"""Orders, transactions and faults to come, behind one lock; and the signature of the family."""

import base64
import dataclasses
import datetime
import hashlib
import hmac
import threading
import uuid
from collections.abc import Mapping
from typing import Any

Objet = dict[str, Any]
CARTES = {
    "4970100000000055": ("VISA", ""),
    "5970100300000067": ("MASTERCARD", ""),
    "4970100000000063": ("VISA", "51"),  # insufficient funds
    "4970100000000071": ("VISA", "05"),  # do not honour
}
DEVISES = {"953": "XPF", "978": "EUR"}


class Refus(Exception):
    """A call that the API answers with an error: its code, then its message."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reglages:
    """What the command line sets."""

    boutique: str = "12345678"
    cle: str = "cle_banc_lyra"
    mot_de_passe: str = "testpassword_banc"
    mode: str = "TEST"


@dataclasses.dataclass
class Registre:
    """All that the bench remembers. Every read and write happens while `verrou` is held."""

    reglages: Reglages
    verrou: threading.RLock = dataclasses.field(default_factory=threading.RLock)
    formulaires: dict[str, Objet] = dataclasses.field(default_factory=dict)
    transactions_du_jour: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    transactions: list[Objet] = dataclasses.field(default_factory=list)
    notifications: list[Objet] = dataclasses.field(default_factory=list)
    pannes: dict[str, int] = dataclasses.field(default_factory=dict)

    def consommer(self, panne: str) -> int:
        """Use up one unit of a fault; return what was left before, 0 when none."""
        reste = self.pannes.get(panne, 0)
        self.pannes[panne] = max(0, reste - 1)
        return reste

    def commande(self, cle: str) -> list[Objet]:
        """Return the transactions of an order, oldest first."""
        return [un for un in self.transactions if un["orderDetails"]["orderId"] == cle]

    def lire(self, uuid: object) -> Objet:
        """Return a transaction, or raise `Refus`."""
        trouvee = next((un for un in self.transactions if un["uuid"] == uuid), None)
        if trouvee is None:
            raise Refus("PSP_010", "transaction not found")
        return trouvee

    def reste(self, debit: Objet) -> int:
        """Return what a debit still holds once its credits are taken off."""
        rendus = sum(
            int(un["amount"])
            for un in self.transactions
            if un.get("parentTransactionUuid") == debit["uuid"] and un["status"] == "PAID"
        )
        return int(debit["amount"]) - rendus

    def ajouter(self, cle: str, operation: str, montant: int, devise: str, **champs: Any) -> Objet:
        """Record a transaction of an order; return it."""
        transaction: Objet = {
            "uuid": uuid.uuid4().hex,
            "operationType": operation,
            "amount": montant,
            "currency": devise,
            "detailedStatus": "CAPTURED",
            "status": "PAID",
            "errorCode": None,
            "creationDate": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "orderDetails": {"orderId": cle},
            **champs,
        }
        self.transactions.append(transaction)
        return transaction


def signer(champs: Mapping[str, str], cle: str) -> str:
    """Return the signature: values of the vads_ fields by name, joined by +, then the key."""
    valeurs = [champs[nom] for nom in sorted(champs) if nom.startswith("vads_")]
    message = "+".join([*valeurs, cle]).encode()
    return base64.b64encode(hmac.new(cle.encode(), message, hashlib.sha256).digest()).decode()
