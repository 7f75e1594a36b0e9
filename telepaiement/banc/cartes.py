"""Test cards: what each number does, and the payment methods made from them.

The number itself never leaves `lire_carte`: what is kept is the brand, the last four digits and
the behaviour.
"""

import dataclasses
import datetime
import hashlib
import re
from typing import Any

from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.parametres import Schema, entier, exiger, metadonnees, parmi, texte
from telepaiement.banc.registre import Objet, Registre

# Stripe accepts an expiry up to fifty years ahead.
ANNEES_A_VENIR = 50
SIECLE, SIECLE_COURANT = 2000, 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class Carte:
    """What a test card is and does.

    `refus` is the decline code, `authentification` is "requise" or "possible",
    `suite` is what happens later: "litige", "remboursement_echoue", "remboursement_en_attente".
    """

    numero: str
    marque: str = "visa"
    refus: str = ""
    authentification: str = ""
    suite: str = ""
    alias: tuple[str, ...] = ()
    libelle: str


CARTES = (
    Carte(numero="4242424242424242", alias=("visa",), libelle="Paiement accepté"),
    Carte(
        numero="5555555555554444",
        marque="mastercard",
        alias=("mastercard",),
        libelle="Paiement accepté (Mastercard)",
    ),
    Carte(
        numero="378282246310005",
        marque="amex",
        alias=("amex",),
        libelle="Paiement accepté (American Express)",
    ),
    Carte(
        numero="4000002500001001",
        marque="cartes_bancaires",
        alias=("visa_cartesBancaires", "cartesBancaires"),
        libelle="Paiement accepté (Cartes Bancaires)",
    ),
    Carte(
        numero="4000000000000002",
        refus="generic_decline",
        alias=("visa_chargeDeclined", "chargeDeclined"),
        libelle="Refusée sans précision",
    ),
    Carte(
        numero="4000000000009995",
        refus="insufficient_funds",
        alias=("visa_chargeDeclinedInsufficientFunds", "chargeDeclinedInsufficientFunds"),
        libelle="Provision insuffisante",
    ),
    Carte(
        numero="4000000000009987",
        refus="lost_card",
        alias=("visa_chargeDeclinedLostCard",),
        libelle="Carte perdue",
    ),
    Carte(
        numero="4000000000009979",
        refus="stolen_card",
        alias=("visa_chargeDeclinedStolenCard",),
        libelle="Carte volée",
    ),
    Carte(
        numero="4000000000000069",
        refus="expired_card",
        alias=("chargeDeclinedExpiredCard",),
        libelle="Carte expirée",
    ),
    Carte(
        numero="4000000000000127",
        refus="incorrect_cvc",
        alias=("chargeDeclinedIncorrectCvc",),
        libelle="Code de sécurité incorrect",
    ),
    Carte(
        numero="4000000000000119",
        refus="processing_error",
        alias=("chargeDeclinedProcessingError",),
        libelle="Erreur de traitement",
    ),
    Carte(
        numero="4000000000000341",
        refus="generic_decline",
        alias=("chargeCustomerFail",),
        libelle="Refusée au débit",
    ),
    Carte(
        numero="4000002500003155",
        authentification="requise",
        alias=("authenticationRequiredOnSetup",),
        libelle="Authentification demandée",
    ),
    Carte(
        numero="4000000000003220",
        authentification="requise",
        alias=("threeDSecure2Required", "threeDSecureRequired"),
        libelle="Authentification demandée",
    ),
    Carte(
        numero="4000002760003184",
        authentification="requise",
        alias=("authenticationRequired",),
        libelle="Authentification demandée à chaque paiement",
    ),
    Carte(
        numero="4000008260003178",
        authentification="requise",
        refus="insufficient_funds",
        alias=("authenticationRequiredChargeDeclinedInsufficientFunds",),
        libelle="Authentification, puis provision insuffisante",
    ),
    Carte(
        numero="4000008400001629",
        authentification="requise",
        refus="generic_decline",
        alias=("threeDSecureRequiredChargeDeclined",),
        libelle="Authentification, puis refus",
    ),
    Carte(
        numero="4000000000003055",
        authentification="possible",
        alias=("threeDSecureOptional",),
        libelle="Authentification seulement si le service l’exige",
    ),
    Carte(
        numero="4000000000000259",
        suite="litige",
        alias=("createDispute",),
        libelle="Acceptée, puis contestée",
    ),
    Carte(
        numero="4000000000005126",
        suite="remboursement_echoue",
        alias=("refundFail",),
        libelle="Acceptée, son remboursement échoue",
    ),
    Carte(
        numero="4000000000007726",
        suite="remboursement_en_attente",
        alias=("pendingRefund",),
        libelle="Acceptée, son remboursement est différé",
    ),
)
_PAR_NUMERO = {carte.numero: carte for carte in CARTES}
_PAR_ALIAS = {alias: carte for carte in CARTES for alias in carte.alias}

CARTE: Schema = {
    "number": texte,
    "exp_month": entier,
    "exp_year": entier,
    "cvc": texte,
    "token": texte,
}
ADRESSE: Schema = dict.fromkeys(
    ("city", "country", "line1", "line2", "postal_code", "state"), texte
)
FACTURATION: Schema = {"name": texte, "email": texte, "phone": texte, "address": ADRESSE}
DONNEES_MOYEN: Schema = {
    "type": parmi("card", "card_present"),
    "card": CARTE,
    "billing_details": FACTURATION,
    "metadata": metadonnees,
    "allow_redisplay": parmi("always", "limited", "unspecified"),
}


def _erreur_carte(message: str, code: str, parametre: str) -> ErreurStripe:
    return ErreurStripe(message, statut=402, nature="card_error", code=code, parametre=parametre)


def _cle_juste(numero: str) -> bool:
    """Tell whether `numero` satisfies the Luhn check."""
    doubles = [int(chiffre) * (1 + rang % 2) for rang, chiffre in enumerate(reversed(numero))]
    return sum(sum(divmod(valeur, 10)) for valeur in doubles) % 10 == 0


def lire_carte(donnees: Objet) -> Carte:
    """Return the test card of a typed number, or raise the card error Stripe would."""
    exiger(donnees, "number", "exp_month", "exp_year")
    numero = donnees["number"].replace(" ", "")
    if not re.fullmatch(r"[0-9]{12,19}", numero) or not _cle_juste(numero):
        raise _erreur_carte("Your card number is incorrect.", "incorrect_number", "number")
    _verifier_echeance(donnees["exp_month"], donnees["exp_year"])
    carte = _PAR_NUMERO.get(numero)
    _verifier_code(donnees.get("cvc"), 4 if carte and carte.marque == "amex" else 3)
    if carte is None:
        raise ErreurStripe(
            "Your card was declined. Your request was in test mode, but used a non test card.",
            statut=402,
            nature="card_error",
            code="card_declined",
            decline_code="test_mode_live_card",
            parametre="number",
        )
    return carte


def _annee_entiere(annee: int) -> int:
    """Return 2029 for 29 as for 2029."""
    return annee + (SIECLE if annee < SIECLE_COURANT else 0)


def _verifier_echeance(mois: int, annee: int) -> None:
    annee = _annee_entiere(annee)
    aujourdhui = datetime.datetime.now(datetime.UTC).date()
    if mois not in range(1, 13):
        message = "Your card's expiration month is invalid."
        raise _erreur_carte(message, "invalid_expiry_month", "exp_month")
    trop_loin = annee > aujourdhui.year + ANNEES_A_VENIR
    if trop_loin or (annee, mois) < (aujourdhui.year, aujourdhui.month):
        message = "Your card's expiration year is invalid."
        raise _erreur_carte(message, "invalid_expiry_year", "exp_year")


def _verifier_code(code: str | None, longueur: int) -> None:
    if code is not None and (not code.isdecimal() or len(code) != longueur):
        raise _erreur_carte("Your card's security code is invalid.", "invalid_cvc", "cvc")


def carte_de_reference(reference: str) -> Carte:
    """Return the card behind `pm_card_visa` or `tok_visa`, or raise 404."""
    alias = reference.removeprefix("pm_card_").removeprefix("tok_")
    if alias not in _PAR_ALIAS:
        raise ErreurStripe(
            f"No such PaymentMethod: '{reference}'",
            statut=404,
            code="resource_missing",
            parametre="payment_method",
        )
    return _PAR_ALIAS[alias]


def _echeance(donnees: Objet) -> tuple[int, int]:
    annee_par_defaut = datetime.datetime.now(datetime.UTC).year + 3
    annee = donnees.get("exp_year", annee_par_defaut)
    return donnees.get("exp_month", 12), _annee_entiere(annee)


def enregistrer_moyen(
    registre: Registre, carte: Carte, donnees: Objet, *, genre: str = "card"
) -> Objet:
    """Keep a payment method of `genre` for `carte`: brand, last four digits, behaviour."""
    mois, annee = _echeance(donnees.get("card", {}))
    details = {
        "brand": carte.marque,
        "display_brand": carte.marque,
        "last4": carte.numero[-4:],
        "fingerprint": hashlib.sha256(carte.numero.encode()).hexdigest()[:16],
        "exp_month": mois,
        "exp_year": annee,
        "funding": "credit",
        "country": "NC",
    }
    facturation = donnees.get("billing_details", {})
    return registre.creer(
        "payment_method",
        type=genre,
        customer=None,
        metadata=donnees.get("metadata", {}),
        billing_details={nom: facturation.get(nom) for nom in FACTURATION},
        allow_redisplay=donnees.get("allow_redisplay", "unspecified"),
        _refus=carte.refus,
        _authentification=carte.authentification,
        _suite=carte.suite,
        **{genre: details},
    )


def moyen_de_donnees(registre: Registre, donnees: Objet, *, publique: bool) -> Objet:
    """Create a payment method from `payment_method_data`.

    A typed number is accepted with the publishable key only: as on a Stripe account by default, a
    card number sent with the secret key is refused, since it went through the shop's server.
    """
    exiger(donnees, "type")
    saisie = donnees.get("card", {})
    if "token" in saisie:
        return enregistrer_moyen(registre, carte_de_reference(saisie["token"]), donnees)
    if not publique:
        raise ErreurStripe(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. "
            "To continue processing use Stripe.js, the Stripe mobile bindings, or Stripe Elements.",
            statut=402,
        )
    return enregistrer_moyen(registre, lire_carte(saisie), donnees)


def moyen_de_reference(registre: Registre, reference: str) -> Objet:
    """Return a payment method by identifier; `pm_card_…` makes a fresh one."""
    if reference.startswith(("pm_card_", "tok_")):
        return enregistrer_moyen(registre, carte_de_reference(reference), {})
    return registre.lire("payment_method", reference, "payment_method")


def details_du_moyen(moyen: Objet) -> dict[str, Any]:
    """Return `payment_method_details` of a charge."""
    genre = moyen["type"]
    details = dict(moyen[genre]) | {"network": moyen[genre]["brand"]}
    if genre == "card_present":
        details |= {"read_method": "contactless_emv", "emv_auth_data": None}
    return {"type": genre, genre: details}
