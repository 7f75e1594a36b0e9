"""The table of what the API answers to: method, path, handler, documented parameters."""

import dataclasses
import re

from telepaiement.banc import (
    debits,
    evenements,
    intentions,
    lecteurs,
    litiges,
    remboursements,
    versements,
)
from telepaiement.banc.appel import Action
from telepaiement.banc.cartes import DONNEES_MOYEN
from telepaiement.banc.parametres import EXPANSION, PAGINATION, Schema


@dataclasses.dataclass(frozen=True)
class Route:
    """One entry of the API; `publique` says whether the publishable key may call it."""

    methode: str
    chemin: str
    action: Action
    schema: Schema
    publique: bool = False


_LECTEUR = "/v1/terminal/readers/{id}"
_ROUTES = (
    Route("POST", "/v1/payment_intents", intentions.creer, intentions.PARAMETRES_CREATION),
    Route("GET", "/v1/payment_intents", intentions.enumerer, PAGINATION),
    Route(
        "GET",
        "/v1/payment_intents/{id}",
        intentions.lire,
        intentions.PARAMETRES_LECTURE,
        publique=True,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}",
        intentions.modifier,
        intentions.PARAMETRES_MODIFICATION,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}/confirm",
        intentions.confirmer,
        intentions.PARAMETRES_CONFIRMATION,
        publique=True,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{id}/cancel",
        intentions.annuler,
        intentions.PARAMETRES_ANNULATION,
    ),
    Route(
        "POST",
        "/v1/payment_methods",
        intentions.creer_moyen,
        DONNEES_MOYEN | EXPANSION,
        publique=True,
    ),
    Route("GET", "/v1/payment_methods/{id}", intentions.lire_moyen, EXPANSION),
    Route("GET", "/v1/charges", debits.enumerer, debits.PARAMETRES_LISTE),
    Route("GET", "/v1/charges/{id}", debits.lire, EXPANSION),
    Route("POST", "/v1/refunds", remboursements.creer, remboursements.PARAMETRES_CREATION),
    Route("GET", "/v1/refunds", remboursements.enumerer, remboursements.PARAMETRES_LISTE),
    Route("GET", "/v1/refunds/{id}", remboursements.lire, EXPANSION),
    Route(
        "POST",
        "/v1/refunds/{id}",
        remboursements.modifier,
        remboursements.PARAMETRES_MODIFICATION,
    ),
    Route("GET", "/v1/balance", versements.lire_solde, EXPANSION),
    Route(
        "GET",
        "/v1/balance_transactions",
        versements.enumerer_transactions,
        versements.PARAMETRES_TRANSACTIONS,
    ),
    Route("GET", "/v1/balance_transactions/{id}", versements.lire_transaction, EXPANSION),
    Route("POST", "/v1/payouts", versements.creer, versements.PARAMETRES_CREATION),
    Route("GET", "/v1/payouts", versements.enumerer, versements.PARAMETRES_LISTE),
    Route("GET", "/v1/payouts/{id}", versements.lire, EXPANSION),
    Route("GET", "/v1/disputes", litiges.enumerer, litiges.PARAMETRES_LISTE),
    Route("GET", "/v1/disputes/{id}", litiges.lire, EXPANSION),
    Route("GET", "/v1/events", evenements.enumerer, evenements.PARAMETRES_LISTE),
    Route("GET", "/v1/events/{id}", evenements.lire, EXPANSION),
    Route("POST", "/v1/terminal/locations", lecteurs.creer_lieu, lecteurs.PARAMETRES_LIEU),
    Route("GET", "/v1/terminal/locations", lecteurs.enumerer_lieux, PAGINATION),
    Route("GET", "/v1/terminal/locations/{id}", lecteurs.lire_lieu, EXPANSION),
    Route("POST", "/v1/terminal/readers", lecteurs.creer, lecteurs.PARAMETRES_CREATION),
    Route("GET", "/v1/terminal/readers", lecteurs.enumerer, lecteurs.PARAMETRES_LISTE),
    Route("GET", _LECTEUR, lecteurs.lire, EXPANSION),
    Route("POST", _LECTEUR, lecteurs.modifier, lecteurs.PARAMETRES_MODIFICATION),
    Route(
        "POST",
        f"{_LECTEUR}/process_payment_intent",
        lecteurs.traiter,
        lecteurs.PARAMETRES_TRAITEMENT,
    ),
    Route("POST", f"{_LECTEUR}/cancel_action", lecteurs.annuler_action, EXPANSION),
    Route(
        "POST",
        "/v1/test_helpers/terminal/readers/{id}/present_payment_method",
        lecteurs.presenter,
        lecteurs.PARAMETRES_PRESENTATION,
    ),
)
_MOTIFS = [
    (route, re.compile(re.escape(route.chemin).replace(r"\{id\}", r"([A-Za-z0-9_]+)")))
    for route in _ROUTES
]


def trouver(methode: str, chemin: str) -> tuple[Route, str] | None:
    """Return the route of a call and the identifier its path holds, or None."""
    for route, motif in _MOTIFS:
        if route.methode == methode and (trouve := motif.fullmatch(chemin)):
            return route, trouve.group(1) if trouve.groups() else ""
    return None
