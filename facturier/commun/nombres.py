"""Whole numbers that a page of ours wrote in an address or a form, and that anybody may change."""

from collections.abc import Iterable

CHIFFRES = 18  # what a 64-bit column holds, whatever the digits


def lire_entier(texte: str) -> int | None:
    """Return the number written in at most 18 plain digits, such as a key; None for anything else.

    Digits alone are no proof: Python reads neither « ² » nor five thousand of them.
    """
    est_lisible = texte.isascii() and texte.isdigit() and len(texte) <= CHIFFRES
    return int(texte) if est_lisible else None


def lire_entiers(textes: Iterable[str]) -> list[int]:
    """Return those of the texts that `lire_entier` reads."""
    return [lu for texte in textes if (lu := lire_entier(texte)) is not None]
