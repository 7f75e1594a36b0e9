"""Charges and balance transactions: the money side of a payment."""

from telepaiement.banc.appel import Appel
from telepaiement.banc.cartes import details_du_moyen
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import lister
from telepaiement.banc.parametres import PAGINATION, texte
from telepaiement.banc.registre import Objet, Registre, maintenant

COMMISSION_POUR_MILLE = 15
COMMISSION_FIXE = 30
PARAMETRES_LISTE = PAGINATION | {"payment_intent": texte}
# decline code -> (error code, message)
REFUS = {
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
}
_REFUS_ORDINAIRE = ("card_declined", "Your card was declined.")


def motif_de_refus(refus: str) -> tuple[str, str]:
    """Return the error code and the message of a decline code."""
    return REFUS.get(refus, _REFUS_ORDINAIRE)


def commission(montant: int) -> int:
    """Return the fee on `montant` francs: 1.5 % + 30 F, rounded half up to the franc."""
    return (montant * COMMISSION_POUR_MILLE + 500) // 1000 + COMMISSION_FIXE


def mouvement(
    registre: Registre, nature: str, source: Objet, montant: int, *, frais: int = 0
) -> Objet:
    """Record a balance transaction of `montant` francs (signed) about `source`; return it.

    In the bench the money is available at once.
    """
    details = {"amount": frais, "currency": source["currency"], "type": "stripe_fee"}
    return registre.creer(
        "balance_transaction",
        type=nature,
        reporting_category=nature,
        amount=montant,
        fee=frais,
        net=montant - frais,
        currency=source["currency"],
        source=source.get("id"),
        description=source.get("description"),
        available_on=maintenant(),
        balance_type="payments",
        exchange_rate=None,
        fee_details=[details | {"description": "Stripe processing fees"}] if frais else [],
        status="available",
        _versement=None,
    )


def debiter(registre: Registre, intention: Objet, moyen: Objet) -> Objet:
    """Charge the intent on the payment method; return the charge, succeeded or failed."""
    charge = _nouvelle_charge(registre, intention, moyen)
    if moyen["_refus"]:
        code, message = motif_de_refus(moyen["_refus"])
        charge |= {"status": "failed", "paid": False, "captured": False, "amount_captured": 0}
        charge |= {"failure_code": code, "failure_message": message}
        charge["outcome"] = _issue("issuer_declined", moyen["_refus"], message)
        emettre(registre, "charge.failed", charge)
        return charge
    frais = commission(charge["amount"])
    transaction = mouvement(registre, "charge", charge, charge["amount"], frais=frais)
    charge["balance_transaction"] = transaction["id"]
    charge["receipt_url"] = f"{registre.reglages.adresse}/recus/{charge['id']}"
    emettre(registre, "charge.succeeded", charge)
    if moyen["_suite"] == "litige":
        registre.planifier("contester", charge["id"], registre.reglages.delai_webhook)
    return charge


def _nouvelle_charge(registre: Registre, intention: Objet, moyen: Objet) -> Objet:
    charge = registre.creer(
        "charge",
        amount=intention["amount"],
        amount_captured=intention["amount"],
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details=moyen["billing_details"],
        calculated_statement_descriptor=intention["statement_descriptor_suffix"],
        captured=True,
        currency=intention["currency"],
        customer=None,
        description=intention["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        fraud_details={},
        metadata=dict(intention["metadata"]),
        outcome=_issue("approved_by_network", None, "Payment complete."),
        paid=True,
        payment_intent=intention["id"],
        payment_method=moyen["id"],
        payment_method_details=details_du_moyen(moyen),
        receipt_email=intention["receipt_email"],
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        review=None,
        shipping=None,
        statement_descriptor=None,
        statement_descriptor_suffix=intention["statement_descriptor_suffix"],
        status="succeeded",
        transfer_data=None,
        transfer_group=None,
        _suite=moyen["_suite"],
    )
    intention["latest_charge"] = charge["id"]
    return charge


def _issue(nature: str, raison: str | None, message: str) -> Objet:
    acceptee = raison is None
    return {
        "network_status": "approved_by_network" if acceptee else "declined_by_network",
        "type": "authorized" if acceptee else nature,
        "reason": raison,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": message,
    }


def lire(appel: Appel) -> Objet:
    """GET /v1/charges/{id}."""
    return appel.registre.lire("charge", appel.cle)


def enumerer(appel: Appel) -> Objet:
    """GET /v1/charges, all or those of one payment intent."""
    criteres = {
        champ: appel.parametres[champ] for champ in ("payment_intent",) if champ in appel.parametres
    }
    return lister(appel.registre.tous("charge", **criteres), "/v1/charges", appel.parametres)
