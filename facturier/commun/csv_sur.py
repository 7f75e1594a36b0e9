"""Cells of CSV and XLSX exports, made harmless for the spreadsheet that opens them."""

import csv
from collections.abc import Iterable, Iterator

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


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, texte: str) -> str:
        return texte


def morceaux_csv(lignes: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield rows already made safe as CSV for a French spreadsheet: BOM, semicolons."""
    yield "\ufeff"
    redacteur = csv.writer(_Echo(), delimiter=";")
    for ligne in lignes:
        yield redacteur.writerow(ligne)
