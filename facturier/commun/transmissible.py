"""What the treasury can read of a text (decision 56): asked where it is typed, by one function.

A pièce is never edited: what could not be written once it is issued is refused weeks before, in the
form, the file or the request that brings it.
"""

import unicodedata

from django.core.exceptions import ValidationError

from exports_tps.pes.latin1 import en_latin1
from exports_tps.pes.messages import CaractereRefuse


def refus_du_tresor(texte: str) -> str:
    """Return in French what of `texte` the treasury cannot read, or "": it follows a name."""
    try:
        en_latin1(texte)
    except CaractereRefuse as refus:
        return f"{refus} Écrivez-le autrement."
    return ""


def exiger_transmissible(texte: str) -> None:
    """Refuse a text, as the validator of its field does.

    Raises:
        ValidationError: it names each character.
    """
    if refus := refus_du_tresor(texte):
        raise ValidationError(f"{refus[:1].upper()}{refus[1:]}", code="transmissible")


def en_transmissible(texte: str) -> str:
    """Return `texte`, as a file gave it, without the characters that would be refused."""
    compose = unicodedata.normalize("NFC", texte)  # an accent apart would go alone
    return "".join(signe for signe in compose if not refus_du_tresor(signe)).strip()
