"""Refunds: whole or partial, never above what the charge still holds."""

from telepaiement.banc.appel import Appel
from telepaiement.banc.debits import mouvement
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import lister
from telepaiement.banc.parametres import (
    EXPANSION,
    PAGINATION,
    Schema,
    fusionner_metadonnees,
    metadonnees,
    montant,
    parmi,
    texte,
)
from telepaiement.banc.registre import Objet, Registre

PARAMETRES_CREATION: Schema = EXPANSION | {
    "charge": texte,
    "payment_intent": texte,
    "amount": montant,
    "reason": parmi("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": metadonnees,
}
PARAMETRES_MODIFICATION: Schema = EXPANSION | {"metadata": metadonnees}
PARAMETRES_LISTE: Schema = PAGINATION | {"charge": texte, "payment_intent": texte}
# How long a late outcome takes, in seconds.
DELAI_ISSUE = 1.0


def creer(appel: Appel) -> Objet:
    """POST /v1/refunds."""
    registre, parametres = appel.registre, appel.parametres
    charge = _charge_a_rembourser(registre, parametres)
    somme = _montant_permis(charge, parametres)
    differe = charge["_suite"] == "remboursement_en_attente"
    remboursement = registre.creer(
        "refund",
        amount=somme,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"type": "card", "card": {"type": "refund"}},
        metadata=parametres.get("metadata", {}),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=parametres.get("reason"),
        receipt_number=None,
        source_transfer_reversal=None,
        status="pending" if differe else "succeeded",
        transfer_reversal=None,
    )
    charge["amount_refunded"] += somme
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    transaction = mouvement(registre, "refund", remboursement, -somme)
    remboursement["balance_transaction"] = transaction["id"]
    emettre(registre, "refund.created", remboursement)
    emettre(registre, "charge.refunded", charge)
    if charge["_suite"].startswith("remboursement"):
        registre.planifier("finir_remboursement", remboursement["id"], DELAI_ISSUE)
    return remboursement


def _charge_a_rembourser(registre: Registre, parametres: Objet) -> Objet:
    if ("charge" in parametres) == ("payment_intent" in parametres):
        message = "One of the following params should be provided for this request: charge or "
        raise ErreurStripe(message + "payment_intent.", code="parameter_missing")
    if "payment_intent" in parametres:
        intention = registre.lire("payment_intent", parametres["payment_intent"], "payment_intent")
        if intention["status"] != "succeeded":
            message = f"This PaymentIntent ({intention['id']}) does not have a successful charge "
            raise ErreurStripe(
                message + "to refund.",
                code="payment_intent_unexpected_state",
                parametre="payment_intent",
            )
        parametres = {"charge": intention["latest_charge"]}
    charge = registre.lire("charge", parametres["charge"], "charge")
    if charge["status"] != "succeeded":
        raise ErreurStripe("This charge failed, so it cannot be refunded.", parametre="charge")
    return charge


def _montant_permis(charge: Objet, parametres: Objet) -> int:
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise ErreurStripe(message, code="charge_disputed")
    reste = charge["amount"] - charge["amount_refunded"]
    if reste == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise ErreurStripe(message, code="charge_already_refunded")
    somme: int = parametres.get("amount", reste)
    if somme > reste:
        raise ErreurStripe(
            f"Refund amount ({somme} F) is greater than unrefunded amount on charge ({reste} F)",
            code="amount_too_large",
            parametre="amount",
        )
    return somme


def finir_remboursement(registre: Registre, cle: str) -> None:
    """Bring the late outcome of a refund: the pending one succeeds, the other fails."""
    remboursement = registre.lire("refund", cle)
    if remboursement["status"] == "pending":
        remboursement["status"] = "succeeded"
        emettre(registre, "refund.updated", remboursement)
        return
    echouer(registre, remboursement)


def echouer(registre: Registre, remboursement: Objet) -> Objet:
    """Turn a refund into a failed one: the money comes back to the balance."""
    if remboursement["status"] == "failed":
        raise ErreurStripe("Ce remboursement est déjà rejeté.")
    charge = registre.lire("charge", remboursement["charge"])
    charge["amount_refunded"] -= remboursement["amount"]
    charge["refunded"] = False
    retour = mouvement(registre, "refund_failure", remboursement, remboursement["amount"])
    remboursement |= {
        "status": "failed",
        "failure_reason": "lost_or_stolen_card",
        "failure_balance_transaction": retour["id"],
    }
    emettre(registre, "refund.updated", remboursement)
    emettre(registre, "refund.failed", remboursement)
    return remboursement


def lire(appel: Appel) -> Objet:
    """GET /v1/refunds/{id}."""
    return appel.registre.lire("refund", appel.cle)


def modifier(appel: Appel) -> Objet:
    """POST /v1/refunds/{id}: metadata only."""
    remboursement = lire(appel)
    fusionner_metadonnees(remboursement, appel.parametres.get("metadata", {}))
    return remboursement


def enumerer(appel: Appel) -> Objet:
    """GET /v1/refunds, all or those of a charge or of a payment intent."""
    noms = [nom for nom in ("charge", "payment_intent") if nom in appel.parametres]
    criteres = {nom: appel.parametres[nom] for nom in noms}
    return lister(appel.registre.tous("refund", **criteres), "/v1/refunds", appel.parametres)
