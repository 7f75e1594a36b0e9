"""Stripe PaymentIntents. XPF has no decimals: `amount` is in whole francs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import stripe
import structlog
from django.conf import settings
from stripe import RequestsClient, StripeClient, WebhookSignature

from telepaiement.passerelles import stripe_objets as objets
from telepaiement.passerelles.contrat import (
    Demande,
    EtatDistant,
    EtatLecteur,
    Formulaire,
    Indice,
    LecteurHorsLigne,
    LecteurOccupe,
    LitigeDistant,
    Message,
    Mouvement,
    NotificationInvalide,
    PasserelleMuette,
    PasserelleRefuse,
    Reference,
    RemboursementDistant,
    StatutDistant,
    VersementDistant,
)
from telepaiement.passerelles.patience import MUETTE, Patience, disjoncteur

journal = structlog.get_logger(__name__)
TOLERANCE = 300  # seconds between the signature of a notification and now, either way
MONTANT_MAXIMAL = 99_999_999  # Stripe takes eight digits at most

ERREUR_SERVEUR = 500
PAR_PAGE = 100
PANNES: Mapping[type[stripe.StripeError], str] = {
    stripe.APIConnectionError: MUETTE,
    stripe.RateLimitError: "le service de paiement est saturé",
    stripe.AuthenticationError: "le service de paiement ne reconnaît pas nos clés",
    stripe.PermissionError: "le service de paiement n’autorise pas nos clés à le faire",
}
REFUS = {
    "charge_already_refunded": "ce paiement est déjà rendu",
    "charge_disputed": "ce paiement est contesté par le payeur",
    "idempotency_key_in_use": "la même demande est déjà en cours au service de paiement",
    "resource_missing": "le service de paiement ne connaît pas ce paiement",
}
LECTEUR: Mapping[str, type[PasserelleRefuse]] = {
    "terminal_reader_busy": LecteurOccupe,
    "terminal_reader_offline": LecteurHorsLigne,
    "terminal_reader_timeout": LecteurHorsLigne,
}
P = ParamSpec("P")
R = TypeVar("R")


def _appeler(appel: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call Stripe; tell an unknown outcome from a refusal.

    A wrong key or a call still in progress decides nothing: the outcome is unknown.
    """
    try:
        with disjoncteur("stripe", stripe.APIConnectionError):
            return appel(*args, **kwargs)
    except tuple(PANNES) as erreur:
        journal.warning("passerelle_sans_decision", cause=type(erreur).__name__, dit=str(erreur))
        panne = next(dite for genre, dite in PANNES.items() if isinstance(erreur, genre))
        raise PasserelleMuette(panne) from erreur
    except stripe.StripeError as erreur:
        statut = erreur.http_status or 500
        code = erreur.code or str(objets.champ(erreur.json_body, "error.code") or "")
        nature = PasserelleRefuse if 400 <= statut < ERREUR_SERVEUR else PasserelleMuette  # noqa: PLR2004
        if code == "idempotency_key_in_use":
            nature = PasserelleMuette
        nature = LECTEUR.get(code, nature)
        journal.warning(
            "passerelle_refus",
            cause=type(erreur).__name__,
            statut=statut,
            code=code,
            dit=str(erreur),
        )
        detail = f"{statut} {code}".strip()
        if statut >= ERREUR_SERVEUR:
            raise nature(f"le service de paiement est en panne ({detail})") from erreur
        quoi = REFUS.get(code, "le service de paiement n’accepte pas la demande")
        raise nature(f"{quoi} ({detail})") from erreur


class _Requetes(RequestsClient):
    """Calls by HTTP, where a reading waits for its own time. One session per thread."""

    def __init__(self, patience: Patience) -> None:
        super().__init__(timeout=patience.acte)
        self._lectures = RequestsClient(timeout=patience.lecture)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """Call Stripe; what reads changes nothing, and is not waited for as long."""
        if method == "get":
            return self._lectures.request(method, url, headers, post_data)
        return super().request(method, url, headers, post_data)


def _parcourir(lister: Callable[..., Any], parametres: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every object of a list, page after page."""
    page = _appeler(lister, {**parametres, "limit": PAR_PAGE})
    while True:
        yield from (objet.to_dict() for objet in page.data)
        if not page.has_more:
            return
        suite = {**parametres, "limit": PAR_PAGE, "starting_after": page.data[-1].id}
        page = _appeler(lister, suite)


@dataclass(frozen=True, slots=True)
class PasserelleStripe:
    """The gateway and the readers of Stripe, through its own client library."""

    client: StripeClient
    secrets: Sequence[str]
    est_reelle: bool
    montant_maximal: int = MONTANT_MAXIMAL
    page_de_paiement: str = ""

    @classmethod
    def des_reglages(cls, patience: Patience) -> PasserelleStripe:
        """Build the gateway from the STRIPE_* settings."""
        client = StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE.rstrip("/")},
            http_client=_Requetes(patience),
            max_network_retries=patience.reprises,
        )
        est_reelle = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
        return cls(client, settings.STRIPE_WEBHOOK_SECRETS, est_reelle)

    def creer(self, demande: Demande) -> Reference:
        """Create a PaymentIntent for cards; the same key gives the same one again."""
        parametres = objets.intention_demandee(demande)
        intention = _appeler(
            self.client.v1.payment_intents.create, parametres, {"idempotency_key": demande.cle}
        )
        return Reference(intention.id, intention.client_secret or "")

    def formulaire(self, demande: Demande, *, retour: str, notification: str) -> Formulaire | None:
        """Return None: the card is typed in our page, in the fields of Stripe.js."""
        return None

    def lire(self, reference: str) -> EtatDistant:
        """Read a PaymentIntent and its last charge."""
        intention = _appeler(
            self.client.v1.payment_intents.retrieve, reference, {"expand": ["latest_charge"]}
        )
        return objets.etat(intention.to_dict())

    def annuler(self, reference: str) -> EtatDistant:
        """Cancel a PaymentIntent; one already cancelled is left as it is.

        Without a key of ours: the answer to a key is kept a day, and a refusal met while the card
        was being charged would be replayed after it was declined.
        """
        try:
            annulee = _appeler(
                self.client.v1.payment_intents.cancel,
                reference,
                {"cancellation_reason": "abandoned"},
            )
        except PasserelleRefuse:
            distant = self.lire(reference)
            if distant.statut != StatutDistant.ANNULE:
                raise
            return distant
        return objets.etat(annulee.to_dict())

    def rembourser(
        self, reference: str, *, charge: str, montant: int, cle: str
    ) -> RemboursementDistant:
        """Refund a part of a charge; `cle` is kept in its metadata, and makes it idempotent."""
        remboursement = _appeler(
            self.client.v1.refunds.create,
            {
                "charge": charge,
                "amount": montant,
                "reason": "requested_by_customer",
                "metadata": {"remboursement": cle},
            },
            {"idempotency_key": f"remb-{cle}"},
        )
        return objets.remboursement(remboursement.to_dict())

    def lire_remboursements(self, reference: str) -> list[RemboursementDistant]:
        """List the refunds of a PaymentIntent."""
        return [
            objets.remboursement(objet)
            for objet in _parcourir(self.client.v1.refunds.list, {"payment_intent": reference})
        ]

    def lire_litiges(self, reference: str) -> list[LitigeDistant]:
        """List the disputes of a PaymentIntent."""
        return [
            objets.litige(objet)
            for objet in _parcourir(self.client.v1.disputes.list, {"payment_intent": reference})
        ]

    def lister_versements(self, depuis: datetime) -> Iterator[VersementDistant]:
        """List the payouts created since `depuis`."""
        parametres = {"created": {"gte": int(depuis.timestamp())}}
        for objet in _parcourir(self.client.v1.payouts.list, parametres):
            yield objets.versement(objet)

    def lire_versement(self, identifiant: str) -> VersementDistant:
        """Read one payout."""
        return objets.versement(_appeler(self.client.v1.payouts.retrieve, identifiant).to_dict())

    def lignes_versement(self, identifiant: str) -> Iterator[Mouvement]:
        """List the balance transactions of an automatic payout, with what they are about."""
        parametres = {"payout": identifiant, "expand": ["data.source"]}
        for objet in _parcourir(self.client.v1.balance_transactions.list, parametres):
            if objet["type"] != "payout":
                yield objets.mouvement(objet)

    def lancer(self, lecteur: str, reference: str) -> None:
        """Hand a PaymentIntent to a reader, unless it has it already."""
        try:
            _appeler(
                self.client.v1.terminal.readers.process_payment_intent,
                lecteur,
                {"payment_intent": reference},
            )
        except LecteurOccupe:
            if self.etat(lecteur).reference != reference:
                raise

    def etat(self, lecteur: str) -> EtatLecteur:
        """Read a reader and its action."""
        objet = _appeler(self.client.v1.terminal.readers.retrieve, lecteur)
        return objets.lecteur(objet.to_dict())

    def abandonner(self, lecteur: str) -> None:
        """Cancel the action of a reader."""
        _appeler(self.client.v1.terminal.readers.cancel_action, lecteur)

    def lister_messages(self, depuis: datetime) -> Iterator[Message]:
        """List the events created since `depuis`, which Stripe keeps for thirty days."""
        parametres = {"created": {"gte": int(depuis.timestamp())}}
        for objet in _parcourir(self.client.v1.events.list, parametres):
            yield Message(objets.indice(objet), json.dumps(objet, ensure_ascii=False))

    def analyser_notification(self, corps: bytes, entetes: Mapping[str, str]) -> Indice:
        """Check the signature against each secret in use, then read identity and object."""
        try:
            texte = corps.decode("utf-8")
            self._verifier(texte, entetes.get("Stripe-Signature", ""))
            return objets.indice(json.loads(texte))
        except ValueError as erreur:
            raise NotificationInvalide("corps illisible") from erreur

    def _verifier(self, corps: str, signature: str) -> None:
        for secret in self.secrets:
            try:
                WebhookSignature.verify_header(corps, signature, secret, TOLERANCE)
            except stripe.SignatureVerificationError:
                continue
            _refuser_futur(signature)
            return
        raise NotificationInvalide("signature absente, fausse ou trop ancienne")


def _refuser_futur(signature: str) -> None:
    """Refuse a timestamp of the future, which the library accepts."""
    instant = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
    if instant > datetime.now(UTC).timestamp() + TOLERANCE:
        raise NotificationInvalide("signature datée du futur")
