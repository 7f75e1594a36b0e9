"""Confirmation of a PaymentIntent: authentication, then charge or decline."""

from telepaiement.banc.appel import Appel
from telepaiement.banc.debits import debiter, motif_de_refus
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import publier
from telepaiement.banc.registre import Objet, Registre, identifiant

CONFIRMABLES = ("requires_payment_method", "requires_confirmation", "requires_action")
_ETATS_DITS = {
    "succeeded": "it has already succeeded after being previously confirmed",
    "canceled": "it has a status of canceled",
    "processing": "it has a status of processing",
}


def etat_inattendu(intention: Objet, acte: str) -> ErreurStripe:
    """Return the 400 of an act that the state of the intent forbids."""
    etat = intention["status"]
    dit = _ETATS_DITS.get(etat, f"it has a status of {etat}")
    return ErreurStripe(
        f"You cannot {acte} this PaymentIntent because {dit}.",
        code="payment_intent_unexpected_state",
        payment_intent=publier(intention),
    )


def verifier_confirmable(intention: Objet) -> None:
    """Refuse to confirm an intent that is charged, canceled or being processed."""
    if intention["status"] not in CONFIRMABLES:
        raise etat_inattendu(intention, "confirm")


def confirmer_intention(appel: Appel, intention: Objet) -> Objet:
    """Confirm with the attached payment method; raise the 402 of a decline."""
    registre, parametres = appel.registre, appel.parametres
    retour = parametres.get("return_url")
    _exiger_retour(intention, retour)
    moyen = _moyen_attache(registre, intention)
    intention["payment_method_options"] |= parametres.get("payment_method_options", {})
    intention |= {"last_payment_error": None, "next_action": None}
    if _authentification_due(intention, moyen):
        intention["status"] = "requires_action"
        sdk = parametres.get("use_stripe_sdk", False)
        intention["next_action"] = _action(registre, intention, retour, sdk=sdk)
        emettre(registre, "payment_intent.requires_action", intention)
        return intention
    return regler_ou_refuser(registre, intention)


def _exiger_retour(intention: Objet, retour: str | None) -> None:
    automatiques = intention["automatic_payment_methods"]
    if automatiques and automatiques["allow_redirects"] == "always" and not retour:
        raise ErreurStripe(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
            "Because some of these payment methods might redirect your customer off of your page, "
            "you must provide a `return_url`. If you don't want to accept redirect-based payment "
            "methods, set `automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents "
            "and Payment Intents."
        )


def _moyen_attache(registre: Registre, intention: Objet) -> Objet:
    if not intention["payment_method"]:
        raise ErreurStripe(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=publier(intention),
        )
    moyen = registre.lire("payment_method", intention["payment_method"])
    if moyen["type"] not in intention["payment_method_types"]:
        raise ErreurStripe(
            f"The PaymentMethod provided ({moyen['type']}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method",
            parametre="payment_method",
        )
    return moyen


def _authentification_due(intention: Objet, moyen: Objet) -> bool:
    if moyen["type"] != "card":
        return False
    demandee = intention["payment_method_options"].get("card", {}).get("request_three_d_secure")
    forcee = demandee in ("any", "challenge") and moyen["_authentification"] == "possible"
    return forcee or bool(moyen["_authentification"] == "requise")


def _action(registre: Registre, intention: Objet, retour: str | None, *, sdk: bool) -> Objet:
    url = f"{registre.reglages.adresse}/3ds/{intention['id']}?secret={intention['client_secret']}"
    if sdk or not retour:
        donnees = {
            "type": "three_d_secure_redirect",
            "stripe_js": url,
            "source": identifiant("src"),
        }
        return {"type": "use_stripe_sdk", "use_stripe_sdk": donnees}
    return {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": retour}}


def authentifier(registre: Registre, intention: Objet, *, acceptee: bool) -> Objet:
    """Apply the payer's answer to the bank: charge, or ask for another payment method."""
    if intention["status"] != "requires_action":
        raise etat_inattendu(intention, "authenticate")
    intention["next_action"] = None
    if acceptee:
        return regler_ou_refuser(registre, intention)
    erreur = {
        "type": "invalid_request_error",
        "code": "payment_intent_authentication_failure",
        "message": (
            "The provided PaymentMethod has failed authentication. You can provide "
            "payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent "
            "again."
        ),
    }
    _redemander_un_moyen(registre, intention, erreur)
    return intention


def _redemander_un_moyen(registre: Registre, intention: Objet, erreur: Objet) -> None:
    moyen = registre.lire("payment_method", intention["payment_method"])
    intention["last_payment_error"] = erreur | {"payment_method": publier(moyen)}
    intention |= {"status": "requires_payment_method", "payment_method": None, "processing": None}
    emettre(registre, "payment_intent.payment_failed", intention)


def regler_ou_refuser(registre: Registre, intention: Objet) -> Objet:
    """Charge now and return the intent; raise the 402 of a decline."""
    lenteur = registre.pannes.pop("traitement", 0)
    if lenteur:
        intention["status"] = "processing"
        emettre(registre, "payment_intent.processing", intention)
        registre.planifier("regler", intention["id"], lenteur)
        return intention
    erreur = regler(registre, intention)
    if erreur is not None:
        champs = {cle: valeur for cle, valeur in erreur.items() if cle not in ("type", "message")}
        raise ErreurStripe(
            erreur["message"],
            statut=402,
            nature="card_error",
            payment_intent=publier(intention),
            payment_method=intention["last_payment_error"]["payment_method"],
            **champs,
        )
    return intention


def regler(registre: Registre, intention: Objet) -> Objet | None:
    """Charge the intent; return None, or the card error, kept as `last_payment_error`."""
    moyen = registre.lire("payment_method", intention["payment_method"])
    charge = debiter(registre, intention, moyen)
    if charge["status"] == "succeeded":
        intention["status"] = "succeeded"
        intention["amount_received"] = intention["amount"]
        emettre(registre, "payment_intent.succeeded", intention)
        return None
    code, message = motif_de_refus(moyen["_refus"])
    erreur = {
        "type": "card_error",
        "code": code,
        "message": message,
        "charge": charge["id"],
        "decline_code": moyen["_refus"],
    }
    _redemander_un_moyen(registre, intention, erreur)
    return erreur


def regler_plus_tard(registre: Registre, cle: str) -> None:
    """Settle an intent left in `processing`."""
    regler(registre, registre.lire("payment_intent", cle))
