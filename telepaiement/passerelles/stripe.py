"""Stripe PaymentIntents. XPF has no decimals: `amount` is in whole francs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import stripe
from django.conf import settings
from stripe import RequestsClient, StripeClient, WebhookSignature

from telepaiement.passerelles.contrat import (
    Demande,
    EtatDistant,
    Indice,
    NotificationInvalide,
    PasserelleMuette,
    PasserelleRefuse,
    Reference,
    Refus,
    StatutDistant,
)

DELAI_REPONSE = 10  # seconds, to connect and to read
TOLERANCE = 300  # seconds between the signature of a notification and now, either way
MONTANT_MAXIMAL = 99_999_999  # Stripe takes eight digits at most

STATUTS = {
    "requires_payment_method": StatutDistant.A_PAYER,
    "requires_confirmation": StatutDistant.A_PAYER,
    "requires_action": StatutDistant.AUTHENTIFICATION,
    "processing": StatutDistant.EN_COURS,
    "requires_capture": StatutDistant.EN_COURS,
    "succeeded": StatutDistant.REUSSI,
    "canceled": StatutDistant.ANNULE,
}
P = ParamSpec("P")
R = TypeVar("R")


def champ(objet: Mapping[str, Any], chemin: str) -> Any:
    """Return the value at a dotted path of a nested mapping, or None where it stops."""
    valeur: Any = objet
    for nom in chemin.split("."):
        if not isinstance(valeur, Mapping):
            return None
        valeur = valeur.get(nom)
    return valeur


def _appeler(appel: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call Stripe; tell an unknown outcome from a refusal."""
    try:
        return appel(*args, **kwargs)
    except (stripe.APIConnectionError, stripe.RateLimitError) as erreur:
        raise PasserelleMuette(type(erreur).__name__) from erreur
    except stripe.StripeError as erreur:
        statut = erreur.http_status or 500
        nature = PasserelleRefuse if 400 <= statut < 500 else PasserelleMuette  # noqa: PLR2004
        raise nature(f"{statut} {erreur.code or type(erreur).__name__}") from erreur


@dataclass(frozen=True, slots=True)
class PasserelleStripe:
    """The gateway of Stripe, through its own client library."""

    client: StripeClient
    secrets: Sequence[str]
    est_reelle: bool
    montant_maximal: int = MONTANT_MAXIMAL

    @classmethod
    def des_reglages(cls) -> PasserelleStripe:
        """Build the gateway from the STRIPE_* settings."""
        client = StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE.rstrip("/")},
            http_client=RequestsClient(timeout=DELAI_REPONSE),
            max_network_retries=2,
        )
        est_reelle = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
        return cls(client, settings.STRIPE_WEBHOOK_SECRETS, est_reelle)

    def creer(self, demande: Demande) -> Reference:
        """Create a PaymentIntent for cards; the same key gives the same one again."""
        authentification = "any" if demande.exiger_authentification else "automatic"
        intention = _appeler(
            self.client.v1.payment_intents.create,
            {
                "amount": demande.montant,
                "currency": "xpf",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "payment_method_options": {"card": {"request_three_d_secure": authentification}},
                "description": demande.objet,
                "metadata": {
                    "tentative": str(demande.tentative),
                    "titre": demande.reference_titre,
                },
            },
            {"idempotency_key": demande.cle},
        )
        return Reference(intention.id, intention.client_secret or "")

    def lire(self, reference: str) -> EtatDistant:
        """Read a PaymentIntent and its last charge."""
        intention = _appeler(
            self.client.v1.payment_intents.retrieve, reference, {"expand": ["latest_charge"]}
        )
        return _etat(intention.to_dict())

    def annuler(self, reference: str) -> None:
        """Cancel a PaymentIntent; one already cancelled is left as it is."""
        try:
            _appeler(
                self.client.v1.payment_intents.cancel,
                reference,
                {"cancellation_reason": "abandoned"},
                {"idempotency_key": f"{reference}-annuler"},
            )
        except PasserelleRefuse:
            if self.lire(reference).statut != StatutDistant.ANNULE:
                raise

    def analyser_notification(self, corps: bytes, entetes: Mapping[str, str]) -> Indice:
        """Check the signature against each secret in use, then read identity and object."""
        try:
            texte = corps.decode("utf-8")
            self._verifier(texte, entetes.get("Stripe-Signature", ""))
            return _indice(json.loads(texte))
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


def _indice(evenement: Any) -> Indice:
    identifiant, nature = champ(evenement, "id"), champ(evenement, "type")
    est_reel = champ(evenement, "livemode")
    if not (isinstance(identifiant, str) and isinstance(nature, str) and est_reel is not None):
        raise NotificationInvalide("ce n’est pas un événement")
    objet = champ(evenement, "data.object") or {}
    reference = champ(objet, "payment_intent") or ""
    if champ(objet, "object") == "payment_intent":
        reference = champ(objet, "id")
    return Indice(identifiant, nature, str(reference), bool(est_reel))


def _etat(intention: Mapping[str, Any]) -> EtatDistant:
    statut = STATUTS.get(str(champ(intention, "status")))
    if statut is None:
        raise PasserelleMuette(f"état inconnu : {champ(intention, 'status')}")
    charge = champ(intention, "latest_charge")
    detail = charge if isinstance(charge, Mapping) else {"id": charge}
    est_reussi = statut == StatutDistant.REUSSI
    return EtatDistant(
        statut=statut,
        montant=champ(intention, "amount_received" if est_reussi else "amount") or 0,
        devise=str(champ(intention, "currency") or "").upper(),
        tentative=champ(intention, "metadata.tentative") or "",
        charge=champ(detail, "id") or "" if est_reussi else "",
        marque=champ(detail, "payment_method_details.card.brand") or "",
        quatre_derniers=champ(detail, "payment_method_details.card.last4") or "",
        refus=_refus(intention),
        encaisse_le=_moment(champ(detail, "created")),
    )


def _refus(intention: Mapping[str, Any]) -> Refus | None:
    """Return the last refusal, told apart by its charge, or by its card when no charge was made."""
    erreur = champ(intention, "last_payment_error")
    if not isinstance(erreur, Mapping):
        return None
    code = champ(erreur, "decline_code") or champ(erreur, "code") or "inconnu"
    identifiant = champ(erreur, "charge") or champ(erreur, "payment_method.id") or code
    return Refus(str(code), str(identifiant))


def _moment(secondes: Any) -> datetime | None:
    return datetime.fromtimestamp(secondes, UTC) if isinstance(secondes, int) else None
