"""Presents a card at the Stripe bench in the place of a browser. Demonstration and tests only."""

import json
import urllib.error
import urllib.request

from django.conf import settings

DELAI = 10  # seconds


def confirmer_paiement(reference: str, numero_carte: str) -> str:
    """Confirm the payment `reference` with a test card.

    Returns:
        The status it reaches, or the code of the refusal.
    """
    corps = {
        "payment_intent": reference,
        "numero": numero_carte,
        "return_url": settings.ADRESSE_PUBLIQUE,
    }
    demande = urllib.request.Request(  # noqa: S310
        f"{settings.STRIPE_API_BASE}/_controle/confirmer",
        data=json.dumps(corps).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(demande, timeout=DELAI) as reponse:  # noqa: S310
            return str(json.load(reponse)["status"])
    except urllib.error.HTTPError as refus:
        return str(json.load(refus)["error"]["code"])
