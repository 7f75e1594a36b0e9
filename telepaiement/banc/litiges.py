"""Disputes: opened and closed by a control, since no one contests a test card by itself."""

from telepaiement.banc.appel import Appel
from telepaiement.banc.debits import mouvement
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import emettre
from telepaiement.banc.listes import lister
from telepaiement.banc.parametres import PAGINATION, Schema, texte
from telepaiement.banc.registre import Objet, Registre, maintenant

# 15 euros, at the fixed parity.
FRAIS = 1790
DELAI_REPONSE_JOURS = 7
PARAMETRES_LISTE: Schema = PAGINATION | {"charge": texte, "payment_intent": texte}


def contester(registre: Registre, cle_charge: str, motif: str = "fraudulent") -> Objet:
    """Open a dispute on the whole charge: its amount and a fee leave the balance."""
    charge = registre.lire("charge", cle_charge, "charge")
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise ErreurStripe("Ce paiement n’est pas encaissé, ou il est déjà contesté.")
    litige = registre.creer(
        "dispute",
        amount=charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={},
        evidence_details={
            "due_by": maintenant() + DELAI_REPONSE_JOURS * 86_400,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=motif,
        status="needs_response",
    )
    charge["disputed"] = True
    retrait = mouvement(registre, "adjustment", litige, -charge["amount"], frais=FRAIS)
    retrait["reporting_category"] = "dispute"
    litige["balance_transactions"] = [retrait]
    emettre(registre, "charge.dispute.created", litige)
    emettre(registre, "charge.dispute.funds_withdrawn", litige)
    return litige


def clore(registre: Registre, litige: Objet, issue: str) -> Objet:
    """Close a dispute as `won` (the amount comes back) or `lost`."""
    if issue not in ("won", "lost"):
        raise ErreurStripe(
            "L’issue est «\u202fwon\u202f» ou «\u202flost\u202f».", parametre="issue"
        )
    if litige["status"] in ("won", "lost"):
        raise ErreurStripe("Ce litige est déjà clos.")
    litige["status"] = issue
    if issue == "won":
        retour = mouvement(registre, "adjustment", litige, litige["amount"])
        retour["reporting_category"] = "dispute_reversal"
        litige["balance_transactions"].append(retour)
        registre.lire("charge", litige["charge"])["disputed"] = False
        emettre(registre, "charge.dispute.funds_reinstated", litige)
    emettre(registre, "charge.dispute.closed", litige)
    return litige


def contester_plus_tard(registre: Registre, cle: str) -> None:
    """Open the dispute that the test card 4000000000000259 brings by itself."""
    contester(registre, cle)


def lire(appel: Appel) -> Objet:
    """GET /v1/disputes/{id}."""
    return appel.registre.lire("dispute", appel.cle)


def enumerer(appel: Appel) -> Objet:
    """GET /v1/disputes, all or those of a charge or of a payment intent."""
    noms = [nom for nom in ("charge", "payment_intent") if nom in appel.parametres]
    criteres = {nom: appel.parametres[nom] for nom in noms}
    return lister(appel.registre.tous("dispute", **criteres), "/v1/disputes", appel.parametres)
