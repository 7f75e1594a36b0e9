"""Presents a card at the bench of a gateway in the place of a browser. Demonstration and tests."""

import json
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.urls import reverse

from telepaiement.models import Tentative
from telepaiement.passerelles import passerelle
from telepaiement.tentatives import demande

DELAI = 10  # seconds
CARTES = {  # of each gateway: one that is refused, one that pays
    "stripe": ("4000000000000002", "4242424242424242"),
    "lyra": ("4970100000000071", "5970100300000067"),
}


def presenter_carte(tentative: Tentative, *, est_bonne: bool) -> str:
    """Present a test card for `tentative`, at the gateway in force.

    Returns:
        The status it reaches, or the code of the refusal; « succeeded » when it paid.
    """
    numero = CARTES[settings.PAIEMENT_PASSERELLE][est_bonne]
    formulaire = passerelle().formulaire(
        demande(tentative),
        retour=settings.ADRESSE_PUBLIQUE,
        notification=f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:lyra')}",
    )
    if formulaire is None:
        return confirmer_paiement(tentative.reference, numero)
    adresse = f"{settings.LYRA_ADRESSE.rstrip('/')}/_controle/"
    commande = _demander(f"{adresse}formulaire", dict(formulaire.champs))["commande"]
    fait = _demander(f"{adresse}payer", {"commande": commande, "numero": numero})
    return "succeeded" if fait["status"] == "PAID" else str(fait["errorCode"])


def enregistrer_lecteur(libelle: str) -> str:
    """Register a simulated card reader at the Stripe bench; return its identifier."""
    adresse = f"{settings.STRIPE_API_BASE}/_controle/enregistrer_lecteur"
    return str(_demander(adresse, {"libelle": libelle})["id"])


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
    try:
        return str(_demander(f"{settings.STRIPE_API_BASE}/_controle/confirmer", corps)["status"])
    except urllib.error.HTTPError as refus:
        return str(json.load(refus)["error"]["code"])


def _demander(adresse: str, corps: dict[str, Any]) -> dict[str, Any]:
    requete = urllib.request.Request(  # noqa: S310
        adresse, data=json.dumps(corps).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(requete, timeout=DELAI) as reponse:  # noqa: S310
        return dict(json.load(reponse))
