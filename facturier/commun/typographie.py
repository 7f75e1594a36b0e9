"""French typography of texts written in the code: spaces that a line may not break at."""

import re
import unicodedata

from facturier.commun.montants import milliers

FINE = "\u202f"
_AVANT = re.compile(r" (?=[;:?!»%](?:[\s.,)»]|$))")
_APRES = re.compile(r"« ")
_ELIDE = re.compile(r"[AEIOUŒ]|Y(?![AEIOU])", re.IGNORECASE)  # d’Yves, but de Yann


def espacer(texte: str) -> str:
    """Return `texte` with a narrow no-break space before ; : ? ! » % and after «.

    Only a space already there is replaced, and only before a sign that ends a word: addresses,
    times and what people typed without space stay as they are.
    """
    return _APRES.sub(f"«{FINE}", _AVANT.sub(FINE, texte))


def de(nom: object) -> str:
    """Return « de » before a name, elided before a vowel: `de Serge Santal`, `d’Odile Banian`."""
    texte = str(nom)
    return f"d’{texte}" if _ELIDE.match(unicodedata.normalize("NFD", texte)) else f"de {texte}"


def autres(nombre: int, quoi: str = "") -> str:
    """Count what is not named: `1 autre`, `3 autres pièces` when `quoi` is « pièce »."""
    pluriel = "s" if nombre > 1 else ""
    return f"{milliers(nombre)} autre{pluriel}" + (f" {quoi}{pluriel}" if quoi else "")
