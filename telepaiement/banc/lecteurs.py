"""Terminal, server-driven: locations, simulated readers, payments presented on them."""

import datetime

from telepaiement.banc.appel import Appel
from telepaiement.banc.cartes import (
    ADRESSE,
    Carte,
    carte_de_reference,
    enregistrer_moyen,
    lire_carte,
)
from telepaiement.banc.confirmation import CONFIRMABLES, regler
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import lister
from telepaiement.banc.parametres import (
    EXPANSION,
    PAGINATION,
    Schema,
    booleen,
    entier,
    exiger,
    fusionner_metadonnees,
    metadonnees,
    parmi,
    texte,
)
from telepaiement.banc.registre import Objet, Registre, identifiant, maintenant

APPAREILS = {"simulated-wpe": "simulated_wisepos_e", "simulated-s700": "simulated_stripe_s700"}
PARAMETRES_LIEU: Schema = EXPANSION | {
    "display_name": texte,
    "address": ADRESSE,
    "metadata": metadonnees,
}
PARAMETRES_CREATION: Schema = EXPANSION | {
    "registration_code": texte,
    "label": texte,
    "location": texte,
    "metadata": metadonnees,
}
PARAMETRES_MODIFICATION: Schema = EXPANSION | {"label": texte, "metadata": metadonnees}
PARAMETRES_LISTE: Schema = PAGINATION | {
    "location": texte,
    "device_type": texte,
    "serial_number": texte,
    "status": parmi("online", "offline"),
}
PARAMETRES_TRAITEMENT: Schema = EXPANSION | {
    "payment_intent": texte,
    "process_config": {"enable_customer_cancellation": booleen, "skip_tipping": booleen},
}
PARAMETRES_PRESENTATION: Schema = EXPANSION | {
    "type": parmi("card", "card_present"),
    "card_present": {"number": texte},
    "card": {"number": texte, "exp_month": entier, "exp_year": entier, "cvc": texte},
}


def creer_lieu(appel: Appel) -> Objet:
    """POST /v1/terminal/locations."""
    exiger(appel.parametres, "display_name", "address")
    return appel.registre.creer(
        "terminal.location",
        display_name=appel.parametres["display_name"],
        address=appel.parametres["address"],
        metadata=appel.parametres.get("metadata", {}),
    )


def lire_lieu(appel: Appel) -> Objet:
    """GET /v1/terminal/locations/{id}."""
    return appel.registre.lire("terminal.location", appel.cle, "location")


def enumerer_lieux(appel: Appel) -> Objet:
    """GET /v1/terminal/locations."""
    lieux = appel.registre.tous("terminal.location")
    return lister(lieux, "/v1/terminal/locations", appel.parametres)


def creer(appel: Appel) -> Objet:
    """POST /v1/terminal/readers: only the registration codes of simulated readers."""
    registre, parametres = appel.registre, appel.parametres
    exiger(parametres, "registration_code", "location")
    registre.lire("terminal.location", parametres["location"], "location")
    appareil = APPAREILS.get(parametres["registration_code"])
    if appareil is None:
        message = "We could not find the reader with this registration code."
        raise ErreurStripe(message, parametre="registration_code")
    serie = identifiant("SIMULATOR")[-12:]
    return registre.creer(
        "terminal.reader",
        action=None,
        device_sw_version="",
        device_type=appareil,
        ip_address="127.0.0.1",
        label=parametres.get("label", serie),
        last_seen_at=maintenant() * 1000,
        location=parametres["location"],
        metadata=parametres.get("metadata", {}),
        serial_number=serie,
        status="online",
    )


def lire(appel: Appel) -> Objet:
    """GET /v1/terminal/readers/{id}."""
    return appel.registre.lire("terminal.reader", appel.cle, "reader")


def modifier(appel: Appel) -> Objet:
    """POST /v1/terminal/readers/{id}: label and metadata."""
    lecteur = lire(appel)
    fusionner_metadonnees(lecteur, appel.parametres.get("metadata", {}))
    lecteur["label"] = appel.parametres.get("label", lecteur["label"])
    return lecteur


def enumerer(appel: Appel) -> Objet:
    """GET /v1/terminal/readers."""
    noms = ("location", "device_type", "serial_number", "status")
    criteres = {nom: appel.parametres[nom] for nom in noms if nom in appel.parametres}
    lecteurs = appel.registre.tous("terminal.reader", **criteres)
    return lister(lecteurs, "/v1/terminal/readers", appel.parametres)


def traiter(appel: Appel) -> Objet:
    """POST /v1/terminal/readers/{id}/process_payment_intent."""
    exiger(appel.parametres, "payment_intent")
    lecteur = lire(appel)
    _verifier_disponible(lecteur)
    cle = appel.parametres["payment_intent"]
    intention = appel.registre.lire("payment_intent", cle, "payment_intent")
    if intention["status"] not in CONFIRMABLES:
        message = f"PaymentIntent {cle} has status {intention['status']}: it cannot be processed."
        raise ErreurStripe(message, code="intent_invalid_state", parametre="payment_intent")
    if "card_present" not in intention["payment_method_types"]:
        message = "The PaymentIntent must include `card_present` in its `payment_method_types`."
        raise ErreurStripe(message, code="payment_intent_invalid_parameter")
    lecteur["action"] = {
        "type": "process_payment_intent",
        "status": "in_progress",
        "failure_code": None,
        "failure_message": None,
        "process_payment_intent": {
            "payment_intent": intention["id"],
            "process_config": appel.parametres.get("process_config", {}),
        },
    }
    emettre(appel.registre, "terminal.reader.action_updated", lecteur)
    return lecteur


def _verifier_disponible(lecteur: Objet) -> None:
    if lecteur["status"] == "offline":
        raise ErreurStripe(
            "Reader is currently offline, please ensure the reader is powered on and connected to "
            "the internet before retrying your request.",
            code="terminal_reader_offline",
        )
    if _en_cours(lecteur):
        raise ErreurStripe(
            "Reader is currently busy processing another request. Please reference the "
            "integration guide at https://stripe.com/docs/terminal.",
            statut=409,
            code="terminal_reader_busy",
        )


def _en_cours(lecteur: Objet) -> bool:
    return bool(lecteur["action"] and lecteur["action"]["status"] == "in_progress")


def annuler_action(appel: Appel) -> Objet:
    """POST /v1/terminal/readers/{id}/cancel_action: the reader forgets what it was doing."""
    lecteur = lire(appel)
    if lecteur["status"] == "offline":
        _verifier_disponible(lecteur)
    lecteur["action"] = None
    return lecteur


def presenter(appel: Appel) -> Objet:
    """POST /v1/test_helpers/terminal/readers/{id}/present_payment_method."""
    carte = _carte_presentee(appel.parametres)
    return presenter_carte(appel.registre, lire(appel), carte)


def _carte_presentee(parametres: Objet) -> Carte:
    genre = parametres.get("type", "card_present")
    saisie = parametres.get(genre, {})
    if "number" not in saisie:
        return carte_de_reference("pm_card_visa")
    annee = datetime.datetime.now(datetime.UTC).year + 3
    return lire_carte({"exp_month": 12, "exp_year": annee} | saisie)


def presenter_carte(registre: Registre, lecteur: Objet, carte: Carte) -> Objet:
    """Present `carte` on the reader and let it finish the payment under way."""
    if not _en_cours(lecteur):
        message = "The reader is not waiting for a payment method to be presented."
        raise ErreurStripe(message, code="terminal_reader_invalid_state")
    action = lecteur["action"]
    cle = action["process_payment_intent"]["payment_intent"]
    intention = registre.lire("payment_intent", cle)
    erreur = _payer(registre, intention, carte)
    if erreur is None:
        action["status"] = "succeeded"
        emettre(registre, "terminal.reader.action_succeeded", lecteur)
    else:
        action |= {"status": "failed", "failure_code": erreur["code"]}
        action["failure_message"] = erreur["message"]
        emettre(registre, "terminal.reader.action_failed", lecteur)
    return lecteur


def _payer(registre: Registre, intention: Objet, carte: Carte) -> Objet | None:
    if intention["status"] not in CONFIRMABLES:
        return {"code": "intent_invalid_state", "message": "The PaymentIntent was canceled."}
    moyen = enregistrer_moyen(registre, carte, {}, genre="card_present")
    intention |= {"payment_method": moyen["id"], "last_payment_error": None}
    return regler(registre, intention)


def brancher(lecteur: Objet, *, en_ligne: bool) -> Objet:
    """Switch a reader on or off, as pulling its plug would."""
    lecteur["status"] = "online" if en_ligne else "offline"
    if en_ligne:
        lecteur["last_seen_at"] = maintenant() * 1000
    return lecteur
