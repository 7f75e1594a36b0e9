"""Balance transactions and payouts.

An automatic payout (made by a control, as Stripe makes it by itself every day) takes every
transaction not yet paid out and can be itemised. A payout asked for through the API is a manual
one: Stripe cannot tell its transactions, and neither does the bench.
"""

from telepaiement.banc.appel import Appel
from telepaiement.banc.debits import mouvement
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import lister
from telepaiement.banc.parametres import (
    EXPANSION,
    PAGINATION,
    Schema,
    date_ou_intervalle,
    exiger,
    metadonnees,
    montant,
    parmi,
    texte,
)
from telepaiement.banc.registre import Objet, Registre, maintenant

PARAMETRES_CREATION: Schema = EXPANSION | {
    "amount": montant,
    "currency": texte,
    "description": texte,
    "metadata": metadonnees,
    "method": parmi("standard", "instant"),
    "statement_descriptor": texte,
}
PARAMETRES_LISTE: Schema = PAGINATION | {
    "status": parmi("pending", "in_transit", "paid", "canceled", "failed"),
    "arrival_date": date_ou_intervalle,
}
PARAMETRES_TRANSACTIONS: Schema = PAGINATION | {
    "payout": texte,
    "type": texte,
    "source": texte,
    "currency": texte,
}


def _a_verser(registre: Registre, devise: str) -> list[Objet]:
    return list(registre.tous("balance_transaction", _versement=None, currency=devise))


def solde(registre: Registre, devise: str) -> int:
    """Return the balance in whole units: the net of all transactions of `devise`."""
    return sum(un["net"] for un in registre.tous("balance_transaction", currency=devise))


def _nouveau_versement(registre: Registre, somme: int, devise: str, **champs: object) -> Objet:
    versement = registre.creer(
        "payout",
        amount=somme,
        arrival_date=maintenant(),
        balance_transaction=None,
        currency=devise,
        destination="ba_banc",
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        original_payout=None,
        reversed_by=None,
        source_type="card",
        status="paid",
        trace_id=None,
        type="bank_account",
        **champs,
    )
    sortie = mouvement(registre, "payout", versement, -somme)
    versement["balance_transaction"] = sortie["id"]
    return versement


def changer(registre: Registre, devise: str, francs_par_unite: float) -> None:
    """Settle what is not paid out yet in another currency, as an account held in it is."""
    for transaction in _a_verser(registre, "xpf"):
        for champ in ("amount", "fee"):
            transaction[champ] = round(transaction[champ] * 100 / francs_par_unite)
        transaction["net"] = transaction["amount"] - transaction["fee"]
        transaction["exchange_rate"] = 1 / francs_par_unite
        transaction["currency"] = devise


def verser(registre: Registre, devise: str = "xpf", *, est_debit: bool = False) -> Objet:
    """Make the automatic payout of all that is available; 400 when there is nothing to pay.

    With `est_debit`, a balance below zero is taken from the bank account, as Stripe may do.
    """
    transactions = _a_verser(registre, devise)
    somme = sum(transaction["net"] for transaction in transactions)
    if somme == 0 or (somme < 0) is not est_debit:
        message = f"Rien à verser : le solde disponible est de {somme} F."
        raise ErreurStripe(message, code="balance_insufficient")
    versement = _nouveau_versement(
        registre,
        somme,
        devise,
        automatic=True,
        description="STRIPE PAYOUT",
        metadata={},
        method="standard",
        reconciliation_status="completed",
        statement_descriptor=None,
    )
    transactions.append(registre.lire("balance_transaction", versement["balance_transaction"]))
    for transaction in transactions:
        transaction["_versement"] = versement["id"]
    for nature in ("payout.created", "payout.paid", "payout.reconciliation_completed"):
        emettre(registre, nature, versement)
    return versement


def creer(appel: Appel) -> Objet:
    """POST /v1/payouts: a manual payout, up to the balance."""
    registre, parametres = appel.registre, appel.parametres
    exiger(parametres, "amount", "currency")
    if parametres["amount"] > solde(registre, parametres["currency"]):
        message = "You have insufficient funds in your Stripe account for this transfer."
        raise ErreurStripe(message, code="balance_insufficient")
    versement = _nouveau_versement(
        registre,
        parametres["amount"],
        parametres["currency"],
        automatic=False,
        description=parametres.get("description"),
        metadata=parametres.get("metadata", {}),
        method=parametres.get("method", "standard"),
        reconciliation_status="not_applicable",
        statement_descriptor=parametres.get("statement_descriptor"),
    )
    for nature in ("payout.created", "payout.paid"):
        emettre(registre, nature, versement)
    return versement


def echouer(registre: Registre, versement: Objet) -> Objet:
    """Turn a paid payout into a failed one: its amount comes back as `payout_failure`."""
    if versement["status"] == "failed":
        raise ErreurStripe("This payout has already failed.")
    retour = mouvement(registre, "payout_failure", versement, versement["amount"])
    versement |= {
        "status": "failed",
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
        "failure_balance_transaction": retour["id"],
    }
    emettre(registre, "payout.failed", versement)
    return versement


def lire(appel: Appel) -> Objet:
    """GET /v1/payouts/{id}."""
    return appel.registre.lire("payout", appel.cle, "payout")


def enumerer(appel: Appel) -> Objet:
    """GET /v1/payouts, by status or date of arrival."""
    parametres = dict(appel.parametres)
    criteres = {nom: parametres[nom] for nom in ("status",) if nom in parametres}
    # In the bench a payout arrives the second it is created.
    parametres["created"] = parametres.get("created", {}) | parametres.get("arrival_date", {})
    return lister(appel.registre.tous("payout", **criteres), "/v1/payouts", parametres)


def lire_transaction(appel: Appel) -> Objet:
    """GET /v1/balance_transactions/{id}."""
    return appel.registre.lire("balance_transaction", appel.cle)


def enumerer_transactions(appel: Appel) -> Objet:
    """GET /v1/balance_transactions, by payout, type, source or currency."""
    registre, parametres = appel.registre, appel.parametres
    noms = [nom for nom in ("type", "source", "currency") if nom in parametres]
    criteres: Objet = {nom: parametres[nom] for nom in noms}
    if "payout" in parametres:
        versement = registre.lire("payout", parametres["payout"], "payout")
        if not versement["automatic"]:
            raise ErreurStripe(
                "Balance transaction history can only be filtered on automatic transfers, not "
                "manual.",
                parametre="payout",
            )
        criteres["_versement"] = versement["id"]
    transactions = registre.tous("balance_transaction", **criteres)
    return lister(transactions, "/v1/balance_transactions", parametres)


def lire_solde(appel: Appel) -> Objet:
    """GET /v1/balance: what is available, in XPF."""
    somme = solde(appel.registre, "xpf")
    disponible = [{"amount": somme, "currency": "xpf", "source_types": {"card": somme}}]
    return {"object": "balance", "available": disponible, "pending": [], "livemode": False}
