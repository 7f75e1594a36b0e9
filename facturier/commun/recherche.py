"""Words for searching: lower case, without accents, the same for what is stored and what is typed.

A word holds only `0-9a-z`, so that every engine and every collation sorts it alike and a prefix is
a range: `suivant` gives its upper bound.
"""

import re
import unicodedata

LONGUEUR_MOT = 40
MOTS_CHERCHES = 8  # what a person types; a longer text is cut

_SANS_DECOMPOSITION = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "\u0131": "i"}
)
_MOT = re.compile(r"[0-9a-z]+")
_ENTRE_CHIFFRES = re.compile(r"(?<=\d)[\s.\-/\u00a0\u202f]+(?=\d)")


def simplifier(texte: str) -> str:
    """Return `texte` in lower case, without accents; punctuation stays."""
    decompose = unicodedata.normalize("NFKD", texte.casefold().translate(_SANS_DECOMPOSITION))
    return "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))


def mots(texte: str) -> list[str]:
    """Return the words of `texte` in their order: `L’Atelier du Çà` gives `l`, `atelier`, …"""
    return [mot[:LONGUEUR_MOT] for mot in _MOT.findall(simplifier(texte))]


def mots_ranges(*textes: str) -> set[str]:
    """Return the words to store for `textes`; groups of figures are kept apart and together.

    A number loses its leading zeros too, for people leave them out.
    """
    trouves: set[str] = set()
    for texte in filter(None, textes):
        trouves.update(mots(texte), mots(_ENTRE_CHIFFRES.sub("", texte)))
    numeros = {mot for mot in trouves if mot.isdigit() and mot.startswith("0")}
    return (
        trouves | {mot[1:] for mot in numeros if mot[1:]} | {n.lstrip("0") for n in numeros} - {""}
    )


def mots_cherches(saisie: str) -> list[str]:
    """Return the beginnings of words a person asks for, each once; `300 137.001` is one number."""
    uniques = dict.fromkeys(mots(_ENTRE_CHIFFRES.sub("", saisie)))
    # « sar sarl »: the shorter is implied by the longer.
    utiles = [
        m for m in uniques if not any(m != autre and autre.startswith(m) for autre in uniques)
    ]
    return utiles[:MOTS_CHERCHES]


def suivant(prefixe: str) -> str | None:
    """Return the first word after all those that begin with `prefixe`; None when there is none."""
    racine = prefixe.rstrip("z")
    if not racine:
        return None
    dernier = racine[-1]
    return racine[:-1] + ("a" if dernier == "9" else chr(ord(dernier) + 1))
