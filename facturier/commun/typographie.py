"""French typography of texts written in the code: spaces that a line may not break at."""

import re
import unicodedata

FINE = "\u202f"
_AVANT = re.compile(r" (?=[;:?!»%](?:[\s.,)»]|$))")
_APRES = re.compile(r"« ")


def espacer(texte: str) -> str:
    """Return `texte` with a narrow no-break space before ; : ? ! » % and after «.

    Only a space already there is replaced, and only before a sign that ends a word: addresses,
    times and what people typed without space stay as they are.
    """
    return _APRES.sub(f"«{FINE}", _AVANT.sub(FINE, texte))


def de(nom: object) -> str:
    """Return « de » before a name, elided before a vowel: `de Serge Santal`, `d’Odile Banian`."""
    texte = str(nom)
    initiale = unicodedata.normalize("NFD", texte[:1]).upper()[:1]
    return f"d’{texte}" if initiale and initiale in "AEIOU" else f"de {texte}"
