"""Telephone numbers: New Caledonian by default, others with their country code."""

import phonenumbers

REGION = "NC"
INDICATIF = 687


class TelephoneInvalide(ValueError):
    """What was typed is not a telephone number; the message is in French."""


def normaliser(saisie: str) -> str:
    """Return the international form (E.164), `+687258122`, of a number as typed.

    Six digits are read as New Caledonian. Raises `TelephoneInvalide` when no such number can exist.
    """
    try:
        numero = phonenumbers.parse(saisie, REGION)
    except phonenumbers.NumberParseException:
        raise TelephoneInvalide(_message(saisie)) from None
    if numero.extension or not phonenumbers.is_valid_number(numero):
        raise TelephoneInvalide(_message(saisie))
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)


def afficher(numero: str) -> str:
    """Return a normalised number as people read it, `+687 25 81 22`, with no-break spaces."""
    lu = phonenumbers.parse(numero)
    if lu.country_code != INDICATIF:
        forme = phonenumbers.format_number(lu, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return forme.replace(" ", "\u00a0")
    local = str(lu.national_number)
    return "\u00a0".join((f"+{INDICATIF}", local[:2], local[2:4], local[4:]))


def _message(saisie: str) -> str:
    return (
        f"Le numéro de téléphone « {saisie.strip()[:30]} » n’existe pas : saisissez six chiffres "
        "(25 81 22), ou l’indicatif du pays et le numéro (+33 1 23 45 67 89)."
    )
