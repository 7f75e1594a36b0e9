"""RIDET: the New Caledonian register number of an establishment.

A RID (7 digits) names an enterprise; a RIDET adds the 3 digits of one of its establishments. It is
often printed without its leading zero, with spaces or a dot ("300 137.001").
"""

import re

from stdnum import luhn

LONGUEUR_RID = 7
LONGUEUR_RIDET = 10

_SEPARATEURS = re.compile(r"[\s.\-/]+")
_CHIFFRES = re.compile(r"[0-9]+")


class RidetInvalide(ValueError):
    """What was typed is not a RIDET; the message, in French, is meant for the person who typed."""


def normaliser(saisie: str) -> str:
    """Return the ten digits of a RIDET typed with or without leading zero, spaces, dot or dash.

    Raises `RidetInvalide` for any other character or length.
    """
    chiffres = _SEPARATEURS.sub("", saisie)
    if not chiffres:
        raise RidetInvalide("Le RIDET est vide : saisissez ses dix chiffres.")
    if not _CHIFFRES.fullmatch(chiffres):
        raise RidetInvalide(
            f"Le RIDET « {saisie.strip()[:30]} » contient autre chose que des chiffres : "
            "saisissez dix chiffres, par exemple 0 300 137.001."
        )
    if len(chiffres) == LONGUEUR_RIDET - 1:
        chiffres = f"0{chiffres}"
    if len(chiffres) != LONGUEUR_RIDET:
        raise RidetInvalide(_message_de_longueur(len(chiffres)))
    return chiffres


def _message_de_longueur(longueur: int) -> str:
    if longueur in (LONGUEUR_RID - 1, LONGUEUR_RID):
        return (
            f"Ce numéro de {longueur} chiffres est un RID (l’entreprise) : "
            "ajoutez les trois chiffres de l’établissement, par exemple 001."
        )
    return f"Un RIDET a dix chiffres (neuf sans le zéro de tête) : vous en avez saisi {longueur}."


def rid(ridet: str) -> str:
    """Return the seven digits that name the enterprise of a normalised RIDET."""
    return ridet[:LONGUEUR_RID]


def afficher(ridet: str) -> str:
    """Return a normalised RIDET as people write it, `0 300 137.001`, with no-break spaces."""
    return f"{ridet[0]}\u00a0{ridet[1:4]}\u00a0{ridet[4:7]}.{ridet[7:]}"


def cle_plausible(ridet: str) -> bool:
    """Say whether the RID of a normalised RIDET passes the Luhn sum.

    A hint against typing mistakes, never a reason to refuse: the register publishes no check digit,
    and the sum merely holds for nearly all the numbers found in public texts.
    """
    return bool(luhn.is_valid(rid(ridet)))
