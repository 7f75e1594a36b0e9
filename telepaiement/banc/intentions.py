"""PaymentIntents: create, read, update, cancel, list."""

import re
from typing import Any

from telepaiement.banc.appel import Appel
from telepaiement.banc.cartes import DONNEES_MOYEN, moyen_de_donnees, moyen_de_reference
from telepaiement.banc.confirmation import (
    CONFIRMABLES,
    confirmer_intention,
    etat_inattendu,
    verifier_confirmable,
)
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import lister
from telepaiement.banc.parametres import (
    EXPANSION,
    Schema,
    booleen,
    exiger,
    fusionner_metadonnees,
    liste,
    metadonnees,
    montant,
    parmi,
    texte,
)
from telepaiement.banc.registre import Objet, Registre, identifiant, maintenant

_DEVISES = (
    "aed ars aud bgn brl cad chf clp cny czk dkk eur fjd gbp hkd hnl huf idr ils inr isk jpy krw "
    "mad mxn myr nok nzd pen pgk php pln ron sar sbd sek sgd thb top try twd uah usd vnd vuv wst "
    "xaf xof xpf zar"
)
DEVISES = frozenset(_DEVISES.split())
RAISONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
# What the publishable key may see of an intent.
_CHAMPS_PUBLICS = (
    "id object amount amount_details automatic_payment_methods canceled_at cancellation_reason "
    "capture_method client_secret confirmation_method created currency description "
    "last_payment_error livemode next_action payment_method payment_method_types processing "
    "receipt_email setup_future_usage shipping source status"
)
CHAMPS_PUBLICS = frozenset(_CHAMPS_PUBLICS.split())


def _devise(valeur: Any, nom: str) -> str:
    devise = texte(valeur, nom).lower()
    if devise not in DEVISES:
        message = f"Invalid currency: {devise}. Stripe currently supports these currencies: "
        raise ErreurStripe(message + ", ".join(sorted(DEVISES)), parametre=nom)
    return devise


def _courriel(valeur: Any, nom: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", texte(valeur, nom)):
        message = f"Invalid email address: {valeur}"
        raise ErreurStripe(message, code="email_invalid", parametre=nom)
    return str(valeur)


def _suffixe(valeur: Any, nom: str) -> str:
    if not re.fullmatch(r"(?=.*[A-Za-z])[^<>\\'\"*]{1,22}", texte(valeur, nom)):
        message = "The statement descriptor suffix must have 1 to 22 characters, one letter, no <>"
        raise ErreurStripe(message, parametre=nom)
    return str(valeur)


OPTIONS: Schema = {
    "card": {"request_three_d_secure": parmi("automatic", "any", "challenge")},
    "card_present": {"request_extended_authorization": booleen},
}
_COMMUNS: Schema = EXPANSION | {
    "description": texte,
    "metadata": metadonnees,
    "receipt_email": _courriel,
    "payment_method": texte,
    "payment_method_data": DONNEES_MOYEN,
    "payment_method_options": OPTIONS,
    "allowed_payment_method_types": liste(parmi("card", "card_present")),
    "statement_descriptor_suffix": _suffixe,
    "capture_method": parmi("automatic", "automatic_async"),
}
PARAMETRES_CREATION: Schema = _COMMUNS | {
    "amount": montant,
    "currency": _devise,
    "automatic_payment_methods": {
        "enabled": booleen,
        "allow_redirects": parmi("always", "never"),
    },
    "confirm": booleen,
    "return_url": texte,
    "use_stripe_sdk": booleen,
}
PARAMETRES_MODIFICATION: Schema = _COMMUNS | {"amount": montant, "currency": _devise}
PARAMETRES_LECTURE: Schema = EXPANSION | {"client_secret": texte}
PARAMETRES_CONFIRMATION: Schema = EXPANSION | {
    "client_secret": texte,
    "payment_method": texte,
    "payment_method_data": DONNEES_MOYEN,
    "payment_method_options": OPTIONS,
    "receipt_email": _courriel,
    "return_url": texte,
    "use_stripe_sdk": booleen,
}
PARAMETRES_ANNULATION: Schema = EXPANSION | {"cancellation_reason": parmi(*RAISONS)}


def creer(appel: Appel) -> Objet:
    """POST /v1/payment_intents."""
    parametres = appel.parametres
    exiger(parametres, "amount", "currency")
    automatiques = _moyens_automatiques(parametres)
    intention = _nouvelle_intention(appel.registre, parametres, automatiques)
    intention["client_secret"] = identifiant(f"{intention['id']}_secret")
    _attacher_moyen(appel, intention)
    emettre(appel.registre, "payment_intent.created", intention)
    if parametres.get("confirm"):
        return confirmer_intention(appel, intention)
    return intention


def _moyens_automatiques(parametres: Objet) -> Objet | None:
    if "allowed_payment_method_types" not in parametres:
        demandes: Objet = parametres.get("automatic_payment_methods", {})
        return {"allow_redirects": "always", "enabled": True} | demandes
    if "automatic_payment_methods" in parametres:
        raise ErreurStripe(
            "You may only specify one of these parameters: automatic_payment_methods, "
            "allowed_payment_method_types.",
            parametre="automatic_payment_methods",
        )
    return None


def _nouvelle_intention(registre: Registre, parametres: Objet, automatiques: Objet | None) -> Objet:
    lus = parametres.get
    return registre.creer(
        "payment_intent",
        amount=parametres["amount"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=automatiques,
        canceled_at=None,
        cancellation_reason=None,
        capture_method=lus("capture_method", "automatic_async"),
        client_secret=None,
        confirmation_method="automatic",
        currency=parametres["currency"],
        customer=None,
        description=lus("description"),
        last_payment_error=None,
        latest_charge=None,
        metadata=lus("metadata", {}),
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_options=lus("payment_method_options", {}),
        payment_method_types=lus("allowed_payment_method_types", ["card"]),
        processing=None,
        receipt_email=lus("receipt_email"),
        review=None,
        setup_future_usage=None,
        shipping=None,
        source=None,
        statement_descriptor=None,
        statement_descriptor_suffix=lus("statement_descriptor_suffix"),
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=None,
    )


def _attacher_moyen(appel: Appel, intention: Objet) -> None:
    parametres = appel.parametres
    if "payment_method_data" in parametres:
        donnees = parametres["payment_method_data"]
        moyen = moyen_de_donnees(appel.registre, donnees, publique=appel.publique)
    elif "payment_method" in parametres:
        moyen = moyen_de_reference(appel.registre, parametres["payment_method"])
    else:
        return
    intention["payment_method"] = moyen["id"]
    intention["status"] = "requires_confirmation"


def lire(appel: Appel) -> Objet:
    """GET /v1/payment_intents/{id}; the publishable key must give the client secret."""
    intention = appel.registre.lire("payment_intent", appel.cle, "intent")
    return vue(appel, intention)


def vue(appel: Appel, intention: Objet) -> Objet:
    """Return what the key of the call may see of the intent."""
    if not appel.publique:
        return intention
    verifier_secret(appel, intention)
    return {champ: intention[champ] for champ in intention if champ in CHAMPS_PUBLICS}


def verifier_secret(appel: Appel, intention: Objet) -> None:
    """Refuse a publishable key without the client secret of this intent."""
    if appel.publique:
        exiger(appel.parametres, "client_secret")
    if (
        appel.parametres.get("client_secret", intention["client_secret"])
        != (intention["client_secret"])
    ):
        raise ErreurStripe(
            "The client_secret provided does not match any associated PaymentIntent on this "
            "account.",
            code="payment_intent_invalid_parameter",
            parametre="client_secret",
        )


def modifier(appel: Appel) -> Objet:
    """POST /v1/payment_intents/{id}, as long as nothing was charged."""
    intention = appel.registre.lire("payment_intent", appel.cle, "intent")
    if intention["status"] not in CONFIRMABLES:
        raise etat_inattendu(intention, "update")
    parametres = dict(appel.parametres)
    fusionner_metadonnees(intention, parametres.pop("metadata", {}))
    if parametres.pop("allowed_payment_method_types", None) is not None:
        intention["payment_method_types"] = appel.parametres["allowed_payment_method_types"]
        intention["automatic_payment_methods"] = None
    for absent in ("payment_method", "payment_method_data", "expand"):
        parametres.pop(absent, None)
    intention |= parametres
    _attacher_moyen(appel, intention)
    return intention


def confirmer(appel: Appel) -> Objet:
    """POST /v1/payment_intents/{id}/confirm, with the secret key or from the browser."""
    intention = appel.registre.lire("payment_intent", appel.cle, "intent")
    verifier_secret(appel, intention)
    verifier_confirmable(intention)
    _attacher_moyen(appel, intention)
    return vue(appel, confirmer_intention(appel, intention))


def annuler(appel: Appel) -> Objet:
    """POST /v1/payment_intents/{id}/cancel; refused once charged or being processed."""
    intention = appel.registre.lire("payment_intent", appel.cle, "intent")
    if intention["status"] not in CONFIRMABLES:
        raise etat_inattendu(intention, "cancel")
    intention["status"] = "canceled"
    intention["canceled_at"] = maintenant()
    intention["cancellation_reason"] = appel.parametres.get("cancellation_reason")
    intention["next_action"] = None
    emettre(appel.registre, "payment_intent.canceled", intention)
    return intention


def enumerer(appel: Appel) -> Objet:
    """GET /v1/payment_intents."""
    intentions = appel.registre.tous("payment_intent")
    return lister(intentions, "/v1/payment_intents", appel.parametres)


def creer_moyen(appel: Appel) -> Objet:
    """POST /v1/payment_methods: from the browser with a number, from a server with a token."""
    return moyen_de_donnees(appel.registre, appel.parametres, publique=appel.publique)


def lire_moyen(appel: Appel) -> Objet:
    """GET /v1/payment_methods/{id}."""
    return appel.registre.lire("payment_method", appel.cle)
