"""French typography of texts written in the code: spaces that a line may not break at."""

import re

FINE = "\u202f"
_AVANT = re.compile(r" (?=[;:?!»%](?:[\s.,)»]|$))")
_APRES = re.compile(r"« ")


def espacer(texte: str) -> str:
    """Return `texte` with a narrow no-break space before ; : ? ! » % and after «.

    Only a space already there is replaced, and only before a sign that ends a word: addresses,
    times and what people typed without space stay as they are.
    """
    return _APRES.sub(f"«{FINE}", _AVANT.sub(FINE, texte))
