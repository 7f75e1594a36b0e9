"""Cells of CSV and XLSX exports, made harmless for the spreadsheet that opens them."""

from collections.abc import Iterable

_DEBUTS_DE_FORMULE = ("=", "+", "-", "@", "\t", "\r", "\n")


def cellule_sure(valeur: object) -> object:
    """Return `valeur`, with an apostrophe in front of a text a spreadsheet would take as a formula.

    Numbers and dates pass unchanged: a negative amount stays a number.
    """
    if isinstance(valeur, str) and valeur.startswith(_DEBUTS_DE_FORMULE):
        return f"'{valeur}"
    return valeur


def ligne_sure(valeurs: Iterable[object]) -> list[object]:
    """Return the cells of one row, each made safe, ready for a csv writer or a worksheet."""
    return [cellule_sure(valeur) for valeur in valeurs]
