"""What a refusal means for the payer, and what to do about it, in French."""

PAR_DEFAUT = (
    "Votre banque a refusé le paiement, sans dire pourquoi. Aucune somme n’a été prélevée. "
    "Essayez une autre carte, ou appelez votre banque."
)
EXPLICATIONS = {
    "insufficient_funds": (
        "La provision du compte ne suffit pas, ou le plafond de la carte est atteint. "
        "Aucune somme n’a été prélevée. Essayez une autre carte, ou appelez votre banque."
    ),
    "expired_card": "La carte est expirée. Vérifiez la date, ou essayez une autre carte.",
    "incorrect_cvc": "Le code de sécurité ne correspond pas. Vérifiez-le, puis recommencez.",
    "invalid_cvc": "Le code de sécurité ne correspond pas. Vérifiez-le, puis recommencez.",
    "incorrect_number": "Le numéro de la carte n’est pas valide. Vérifiez-le, puis recommencez.",
    "processing_error": (
        "La banque n’a pas pu traiter la demande. Aucune somme n’a été prélevée. "
        "Recommencez dans quelques minutes."
    ),
    "payment_intent_authentication_failure": (
        "La banque n’a pas pu vérifier votre identité. Aucune somme n’a été prélevée. "
        "Recommencez, et validez la demande dans l’application de votre banque."
    ),
    "authentication_required": (
        "La banque demande une vérification de votre identité : recommencez et validez-la."
    ),
}


def expliquer(code: str) -> str:
    """Return what to tell the payer about a decline code; lost or stolen cards are not named."""
    return EXPLICATIONS.get(code, PAR_DEFAUT)
