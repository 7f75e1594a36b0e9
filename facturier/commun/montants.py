"""Amounts: whole Pacific francs (XPF has no decimals), from rounding to display."""

import re
from decimal import Decimal
from fractions import Fraction

DEVISE = "XPF"
CHIFFRES_MAXIMAUX = 14

_ESPACES = re.compile(r"\s+")
_UNITE = re.compile(r"(?:F|FCFP|CFP|XPF)\Z", re.IGNORECASE)
_ENTIER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]+(?:[.,][0-9]+)+")


class MontantInvalide(ValueError):
    """What was typed is not an amount in whole francs; the message is in French."""


def arrondir(valeur: Decimal | Fraction | int) -> int:
    """Round to the whole franc, half away from zero: the one rounding of the product.

    Symmetric around zero, so that the reversal of an amount cancels it exactly. Raises `TypeError`
    for a float, whose halves are not what was typed.
    """
    if isinstance(valeur, float):
        raise TypeError("an amount is rounded from an exact number, never from a float")
    exacte = Fraction(valeur)
    entier = int(abs(exacte) + Fraction(1, 2))
    return entier if exacte >= 0 else -entier


def appliquer_taux(base: int, taux: Decimal) -> int:
    """Return `taux` percent of `base` (both in francs), rounded: 11 % of 1 005 is 111."""
    return arrondir(base * Fraction(taux) / 100)


def milliers(nombre: int) -> str:
    """Return `138 750`, with a narrow no-break space between thousands."""
    signe = "\N{MINUS SIGN}" if nombre < 0 else ""
    return signe + f"{abs(nombre):,}".replace(",", "\u202f")


def afficher(montant: int) -> str:
    """Return `138 750 F CFP`: narrow no-break spaces, except the plain one inside `F CFP`."""
    return f"{milliers(montant)}\u202fF\u00a0CFP"


def lire(saisie: str) -> int:
    """Return the whole francs typed, with or without spaces and currency: `138 750 F` is 138750.

    Raises `MontantInvalide` for an empty text, decimals, anything else, or more than 14 digits.
    """
    compact = _UNITE.sub("", _ESPACES.sub("", saisie)).replace("\N{MINUS SIGN}", "-")
    if not compact:
        raise MontantInvalide("Le montant est vide : saisissez un nombre entier de francs.")
    if _DECIMAL.fullmatch(compact):
        raise MontantInvalide(
            f"Le montant « {saisie.strip()[:30]} » contient une virgule ou un point : le franc CFP "
            "n’a pas de centimes, saisissez un nombre entier, par exemple 138 750."
        )
    if not _ENTIER.fullmatch(compact):
        raise MontantInvalide(
            f"Le montant « {saisie.strip()[:30]} » n’est pas un nombre : saisissez des chiffres, "
            "par exemple 138 750."
        )
    if len(compact.lstrip("-")) > CHIFFRES_MAXIMAUX:
        raise MontantInvalide(
            f"Le montant a plus de {CHIFFRES_MAXIMAUX} chiffres : vérifiez la saisie."
        )
    return int(compact)
