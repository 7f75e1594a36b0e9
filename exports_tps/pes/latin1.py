"""Text as the treasury reads it: ISO-8859-1 only, by documented replacements, never a silent `?`.

The table is printed in `docs/pes.md`. A letter outside Latin-1 whose base letter is in it loses its
diacritic (`ā` gives `a`); a fraction or a mathematical sign, which would say something else, and
any other character are refused, by name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from exports_tps.pes.messages import CaractereRefuse

REMPLACEMENTS: Final[dict[str, str]] = {
    "œ": "oe",
    "Œ": "OE",
    "€": "EUR",
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u2032": "'",
    "\u02bc": "'",
    "\u02bb": "'",
    "\ua78c": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u2033": '"',
    "\u2039": "«",
    "\u203a": "»",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2015": "-",
    "\u2212": "-",
    "\u2022": "-",
    "\u2026": "...",
    "\u2122": "TM",
    "\u2116": "No",
    "\u0141": "L",
    "\u0142": "l",
    "\u0131": "i",
    "\u0110": "D",
    "\u0111": "d",
    "\u0178": "Y",
    "\t": " ",
    "\n": " ",
    "\r": " ",
    "\u0085": " ",
    "\u00a0": " ",
    "\u2007": " ",
    "\u2008": " ",
    "\u2009": " ",
    "\u200a": " ",
    "\u202f": " ",
    "\u2028": " ",
    "\u2029": " ",
    "\u200b": "",
    "\u200c": "",
    "\u200d": "",
    "\u2060": "",
    "\ufeff": "",
    "\u00ad": "",
}
_CONTROLES: Final = {code: "" for code in (*range(0x20), *range(0x7F, 0xA0))}
_TABLE: Final = _CONTROLES | {ord(avant): apres for avant, apres in REMPLACEMENTS.items()}
_LATIN1: Final = 256
_REPLIABLES: Final = ("L", "P", "Z", "Nd")  # letters, punctuation, spaces, digits
_DEJA_AJUSTE: Final = re.compile("(?:[!-~¡-¬®-ÿ]+(?: [!-~¡-¬®-ÿ]+)*)?")  # and no space to collapse
_DEJA_PROPRE: Final = re.compile("[ -~¡-¬®-ÿ]*")  # nothing that the table replaces or refuses


def _replier(caractere: str) -> str | None:
    """Return `caractere` without what Latin-1 cannot hold, or None when nothing is left."""
    if ord(caractere) < _LATIN1:
        return caractere
    genre = unicodedata.category(caractere)
    if genre == "Mn":
        return ""  # a diacritic that no letter is composed with
    if not genre.startswith(_REPLIABLES):
        return None
    base = "".join(c for c in unicodedata.normalize("NFKD", caractere) if ord(c) < _LATIN1)
    return base or None


def en_latin1(texte: str) -> str:
    """Return `texte` with only printable Latin-1 characters.

    Raises CaractereRefuse, naming each character that has no replacement.
    """
    if _DEJA_PROPRE.fullmatch(texte):
        return texte
    replie = unicodedata.normalize("NFC", texte).translate(_TABLE)
    caracteres = [_replier(caractere) for caractere in replie]
    if None in caracteres:
        refuses = {c for c, repli in zip(replie, caracteres, strict=True) if repli is None}
        noms = ", ".join(
            f"« {c.encode('utf-8', 'replace').decode()} » (U+{ord(c):04X})" for c in sorted(refuses)
        )
        raise CaractereRefuse(f"caractère sans équivalent dans le jeu du Trésor : {noms}.")
    return "".join(caractere for caractere in caracteres if caractere is not None)


def ajuster(texte: str | None, longueur: int) -> str | None:
    """Return `texte` in Latin-1, spaces collapsed, cut to `longueur` characters; None if empty.

    For free labels (object, name of a bank) that the format holds shorter than the product does.
    """
    if texte is not None and len(texte) <= longueur and _DEJA_AJUSTE.fullmatch(texte):
        return texte or None
    propre = " ".join(en_latin1(texte or "").split())[:longueur].rstrip()
    return propre or None
