"""A gateway of the Lyra family (EpayNC): signed form, signed notification, REST to read and refund.

XPF has no decimals: amounts are whole francs, never divided. Nothing exists at the gateway until
the payer's browser has posted the form: the order is then known by the token of the attempt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import requests
import structlog
from django.conf import settings
from django.db.transaction import atomic

from facturier.grand_livre.numerotation import prendre_numero
from telepaiement.models import Sujet
from telepaiement.passerelles.contrat import (
    Demande,
    EtatDistant,
    Formulaire,
    Indice,
    LitigeDistant,
    Message,
    Mouvement,
    NotificationInvalide,
    PasserelleAttend,
    PasserelleMuette,
    PasserelleRefuse,
    Reference,
    Refus,
    RemboursementDistant,
    StatutDistant,
    StatutRemboursement,
    VersementDistant,
)
from telepaiement.passerelles.patience import MUETTE, Patience, disjoncteur

journal = structlog.get_logger(__name__)
LECTURES = frozenset({"Order/Get"})
ILLISIBLE = "la réponse du service de paiement ne se lit pas"
MONTANT_MAXIMAL = 999_999_999_999  # `vads_amount` has twelve digits at most
DEVISE, DEVISE_NUMERIQUE = "XPF", "953"
TRANSACTIONS_PAR_JOUR = 900_000  # `vads_trans_id` goes from 000000 to 899999
COMMANDE_INCONNUE = "PSP_010"
PAYES = frozenset({"AUTHORISED", "CAPTURED", "ACCEPTED"})
EN_COURS = frozenset(
    {"UNDER_VERIFICATION", "WAITING_AUTHORISATION", "INITIAL", "AUTHORISED_TO_VALIDATE"}
)
REFUSES = frozenset({"REFUSED", "CAPTURE_FAILED"})
ANNULEE = "CANCELLED"  # of a debit: the shop gave it up before it was handed to the bank
SANS_REMISE = frozenset({"AUTHORISED"})
ECHOUES = REFUSES | {ANNULEE, "ABANDONED", "EXPIRED"}
ERREUR_SERVEUR = 500
# What is kept of a notification: neither the customer (`vads_cust_*`) nor his card (I12).
FAITS = (
    "vads_amount",
    "vads_ctx_mode",
    "vads_currency",
    "vads_effective_creation_date",
    "vads_operation_type",
    "vads_order_id",
    "vads_site_id",
    "vads_trans_status",
    "vads_trans_uuid",
)


def signer(champs: Mapping[str, str], cle: str) -> str:
    """Return the signature of a form: the vads_ values in the order of their names, and the key."""
    valeurs = [champs[nom] for nom in sorted(champs) if nom.startswith("vads_")]
    texte = "+".join([*valeurs, cle])
    return base64.b64encode(
        hmac.new(cle.encode(), texte.encode(), hashlib.sha256).digest()
    ).decode()


@dataclass(frozen=True, slots=True)
class PasserelleLyra:
    """The gateway of a bank of the Lyra family; `cles` holds two keys during a rotation."""

    adresse: str
    boutique: str
    cles: Sequence[str]
    mot_de_passe: str
    est_reelle: bool
    patience: Patience
    montant_maximal: int = MONTANT_MAXIMAL

    @classmethod
    def des_reglages(cls, patience: Patience) -> PasserelleLyra:
        """Build the gateway from the LYRA_* settings."""
        return cls(
            settings.LYRA_ADRESSE.rstrip("/"),
            settings.LYRA_BOUTIQUE,
            settings.LYRA_CLES,
            settings.LYRA_MOT_DE_PASSE,
            settings.LYRA_MODE == "PRODUCTION",
            patience,
        )

    @property
    def page_de_paiement(self) -> str:
        """Address of the bank's page that takes the signed form."""
        return f"{self.adresse}/vads-payment/"

    @property
    def _mode(self) -> str:
        return "PRODUCTION" if self.est_reelle else "TEST"

    def creer(self, demande: Demande) -> Reference:
        """Name the order: nothing is created before the payer posts the form."""
        if demande.au_lecteur:
            raise PasserelleRefuse("ce prestataire n’a pas de lecteur piloté")
        return Reference(str(demande.tentative), "")

    def formulaire(self, demande: Demande, *, retour: str, notification: str) -> Formulaire:
        """Return the signed form that takes the payer's browser to the bank's page.

        The bank takes a transaction number once a day: each form has its own, so that a card may be
        tried after another was refused. Nobody validates by hand: a card accepted is charged.
        """
        moment = datetime.now(UTC)
        champs = {
            "vads_action_mode": "INTERACTIVE",
            "vads_amount": str(demande.montant),
            "vads_ctx_mode": self._mode,
            "vads_currency": DEVISE_NUMERIQUE,
            "vads_order_id": str(demande.tentative),
            "vads_order_info": demande.reference_titre,
            "vads_page_action": "PAYMENT",
            "vads_payment_config": "SINGLE",
            "vads_return_mode": "NONE",
            "vads_site_id": self.boutique,
            "vads_threeds_mode": "2" if demande.exiger_authentification else "0",
            "vads_trans_date": f"{moment:%Y%m%d%H%M%S}",
            "vads_trans_id": _numero_du_jour(moment),
            "vads_url_check": notification,
            "vads_url_return": retour,
            "vads_validation_mode": "0",
            "vads_version": "V2",
        }
        champs["signature"] = signer(champs, self.cles[0])
        return Formulaire(self.page_de_paiement, champs)

    def lire(self, reference: str) -> EtatDistant:
        """Read the transactions of an order; one that nobody paid yet is unknown there."""
        debits = [un for un in self._transactions(reference) if un["operationType"] == "DEBIT"]
        payes = [un for un in debits if un["detailedStatus"] in PAYES]
        en_cours = [un for un in debits if un["detailedStatus"] in EN_COURS]
        refuses = [un for un in debits if un["detailedStatus"] in REFUSES]
        if payes:
            return _reussi(payes[0], reference)
        refus = (
            Refus(refuses[-1].get("errorCode") or "refus", refuses[-1]["uuid"]) if refuses else None
        )
        return EtatDistant(
            statut=StatutDistant.EN_COURS if en_cours else StatutDistant.A_PAYER,
            montant=0,
            devise=DEVISE,
            tentative=reference,
            refus=refus,
        )

    def annuler(self, reference: str) -> EtatDistant:
        """Say that the order is over: there is nothing to cancel as long as nobody paid.

        The form stays in the payer's hands: a later payment is still read, and recorded.
        """
        distant = self.lire(reference)
        if distant.statut in {StatutDistant.REUSSI, StatutDistant.EN_COURS}:
            raise PasserelleRefuse("la carte a déjà été présentée")
        return replace(distant, statut=StatutDistant.ANNULE)

    def rembourser(
        self, reference: str, *, charge: str, montant: int, cle: str
    ) -> RemboursementDistant:
        """Credit a part of a transaction; without keys here, what `cle` did is looked for first.

        One that was not handed to the bank yet is cancelled, which gives all of it back.
        """
        transactions = self._transactions(reference)
        for fait in _rendues(transactions):
            if fait.cle == cle or (fait.identifiant, fait.montant) == (charge, montant):
                return replace(fait, cle=cle)
        debit = next((un for un in transactions if un["uuid"] == charge), None)
        if debit and debit["detailedStatus"] in SANS_REMISE and int(debit["amount"]) != montant:
            raise PasserelleAttend("une part se rend une fois le paiement remis à la banque")
        reponse = self._appeler(
            "Transaction/CancelOrRefund",
            {"uuid": charge, "amount": montant, "currency": DEVISE, "comment": cle},
        )
        return replace(_remboursement(reponse), cle=cle)

    def lire_remboursements(self, reference: str) -> list[RemboursementDistant]:
        """Read the credits of an order, and its debits cancelled before they reached the bank."""
        return _rendues(self._transactions(reference))

    def lire_litiges(self, reference: str) -> list[LitigeDistant]:
        """Return nothing: the bank tells disputes by the statement of the account."""
        return []

    def lister_versements(self, depuis: datetime) -> Iterator[VersementDistant]:
        """Yield nothing: the bank credits the account itself, its statement tells it."""
        return iter(())

    def lire_versement(self, identifiant: str) -> VersementDistant:
        """Refuse: there is no payout to read."""
        raise PasserelleRefuse("ce prestataire verse par la banque : importez le relevé")

    def lignes_versement(self, identifiant: str) -> Iterator[Mouvement]:
        """Yield nothing, as there is no payout."""
        return iter(())

    def lister_messages(self, depuis: datetime) -> Iterator[Message]:
        """Yield nothing: the bank keeps no list, the sweeper reads the orders."""
        return iter(())

    def analyser_notification(self, corps: bytes, entetes: Mapping[str, str]) -> Indice:
        """Check the signature of a form that the bank posts, and say what it is about."""
        try:
            champs = dict(parse_qsl(corps.decode("utf-8"), keep_blank_values=True))
        except ValueError as erreur:
            raise NotificationInvalide("corps illisible") from erreur
        signature = champs.get("signature", "")
        attendues = [signer(champs, cle) for cle in self.cles]
        if not any(hmac.compare_digest(une.encode(), signature.encode()) for une in attendues):
            raise NotificationInvalide("signature absente ou fausse")
        uuid, etat = champs.get("vads_trans_uuid", ""), champs.get("vads_trans_status", "")
        if not uuid or not etat:
            raise NotificationInvalide("ce n’est pas une notification de paiement")
        operation = champs.get("vads_operation_type", "DEBIT")
        return Indice(
            f"{uuid}-{etat}",
            f"{operation}.{etat}".lower(),
            champs.get("vads_order_id", ""),
            champs.get("vads_ctx_mode") == "PRODUCTION",
            Sujet.REMBOURSEMENT if operation == "CREDIT" or etat == ANNULEE else Sujet.PAIEMENT,
            {nom: champs[nom] for nom in FAITS if nom in champs},
        )

    def _transactions(self, reference: str) -> list[dict[str, Any]]:
        try:
            reponse = self._appeler("Order/Get", {"orderId": reference})
        except PasserelleRefuse as refus:
            if COMMANDE_INCONNUE in str(refus):
                return []
            raise
        transactions: list[dict[str, Any]] = reponse.get("transactions") or []
        return transactions

    def _appeler(self, service: str, demande: Mapping[str, Any]) -> dict[str, Any]:
        """Call the REST API; tell an unknown outcome from a refusal."""
        patience = self.patience
        try:
            with disjoncteur("lyra", requests.RequestException):
                reponse = requests.post(
                    f"{self.adresse}/api-payment/V4/{service}",
                    json=demande,
                    auth=(self.boutique, self.mot_de_passe),
                    timeout=patience.lecture if service in LECTURES else patience.acte,
                )
            if reponse.status_code >= ERREUR_SERVEUR:
                raise PasserelleMuette(
                    f"le service de paiement est en panne ({reponse.status_code})"
                )
            lue = reponse.json()
        except (requests.RequestException, ValueError) as erreur:
            journal.warning(
                "passerelle_sans_decision", cause=type(erreur).__name__, service=service
            )
            est_muette = isinstance(erreur, requests.Timeout | requests.ConnectionError)
            raise PasserelleMuette(MUETTE if est_muette else ILLISIBLE) from erreur
        if not isinstance(lue, dict):
            raise PasserelleMuette(ILLISIBLE)
        resultat = lue.get("answer") or {}
        if lue.get("status") != "SUCCESS":
            code = str(resultat.get("errorCode"))
            dit = resultat.get("errorMessage", "")
            journal.warning("passerelle_refus", code=code, dit=dit, service=service)
            raise PasserelleRefuse(f"le service de paiement n’accepte pas la demande ({code})")
        return dict(resultat)


def _numero_du_jour(moment: datetime) -> str:
    """Take a transaction number that no other form of that day bears."""
    with atomic():
        numero = prendre_numero(f"lyra-{moment:%Y%m%d}")
    return f"{numero % TRANSACTIONS_PAR_JOUR:06d}"


def _reussi(transaction: Mapping[str, Any], reference: str) -> EtatDistant:
    carte = (transaction.get("transactionDetails") or {}).get("cardDetails") or {}
    return EtatDistant(
        statut=StatutDistant.REUSSI,
        montant=int(transaction["amount"]),
        devise=str(transaction["currency"]),
        tentative=(transaction.get("orderDetails") or {}).get("orderId") or reference,
        charge=str(transaction["uuid"]),
        marque=str(carte.get("effectiveBrand") or "").lower(),
        quatre_derniers=str(carte.get("pan") or "")[-4:],
        encaisse_le=datetime.fromisoformat(transaction["creationDate"]),
    )


def _rendues(transactions: Sequence[Mapping[str, Any]]) -> list[RemboursementDistant]:
    return [
        _remboursement(un)
        for un in transactions
        if un["operationType"] == "CREDIT" or un["detailedStatus"] == ANNULEE
    ]


def _remboursement(transaction: Mapping[str, Any]) -> RemboursementDistant:
    """Read a credit, or a debit cancelled: nothing of it will be taken from the payer."""
    etat = transaction["detailedStatus"]
    if transaction["operationType"] == "DEBIT" and etat == ANNULEE:
        statut = StatutRemboursement.REUSSI
    elif etat in ECHOUES:
        statut = StatutRemboursement.ECHOUE
    else:
        statut = StatutRemboursement.REUSSI if etat in PAYES else StatutRemboursement.EN_COURS
    return RemboursementDistant(
        identifiant=str(transaction["uuid"]),
        montant=int(transaction["amount"]),
        statut=statut,
        cle=str(transaction.get("comment") or ""),
        motif_echec=str(transaction.get("errorCode") or ""),
    )
