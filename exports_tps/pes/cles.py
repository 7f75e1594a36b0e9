"""Keys of identifiers that the treasury verifies: RIB, IBAN, SIREN, SIRET, FINESS, NIR, RIDET."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_uppercase
from typing import Final

from stdnum import luhn
from stdnum.fr import siren, siret

_RIB: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
_IBAN: Final = str.maketrans({lettre: str(int(lettre, 36)) for lettre in ascii_uppercase})
_LONGUEUR_NIR: Final = 15
_LONGUEURS_IBAN: Final = {  # ISO 13616; a country left out is not checked
    **dict.fromkeys(("FR", "MC", "IT", "SM", "GR"), 27),
    **dict.fromkeys(("AT", "EE", "LT", "LU"), 20),
    **dict.fromkeys(("BG", "DE", "GB", "IE"), 22),
    **dict.fromkeys(("CZ", "ES", "SE", "SK"), 24),
    **dict.fromkeys(("CH", "HR", "LV", "LI"), 21),
    **{"BE": 16, "DK": 18, "FI": 18, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SI": 19},
    **{"CY": 28, "HU": 28, "IS": 26, "MT": 31},
}


def cle_rib(etablissement: str, guichet: str, compte: str) -> int:
    """Return the RIB key of an account (letters allowed in the account number)."""
    banque, agence, numero = (
        int(partie.upper().translate(_RIB)) for partie in (etablissement, guichet, compte)
    )
    return 97 - (89 * banque + 15 * agence + 3 * numero) % 97


def est_rib_valide(etablissement: str, guichet: str, compte: str, cle: str) -> bool:
    """Whether the four parts have their full length and the key is right."""
    forme = re.fullmatch(
        r"[0-9A-Za-z]{5} [0-9A-Za-z]{5} [0-9A-Za-z]{11} [0-9]{2}",
        f"{etablissement} {guichet} {compte} {cle}",
    )
    return forme is not None and cle_rib(etablissement, guichet, compte) == int(cle)


@lru_cache(maxsize=1024)
def est_iban_valide(iban: str) -> bool:
    """Whether length and ISO 13616 key are right, for an IBAN in upper case without spaces."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", iban):
        return False
    if len(iban) != _LONGUEURS_IBAN.get(iban[:2], len(iban)):
        return False
    return int((iban[4:] + iban[:4]).translate(_IBAN)) % 97 == 1


def _nir(identifiant: str) -> bool:
    numero = identifiant.upper().replace("2A", "19").replace("2B", "18")
    if len(numero) != _LONGUEUR_NIR or not numero.isdigit():
        return False
    return 97 - int(numero[:13]) % 97 == int(numero[13:])


def _finess(identifiant: str) -> bool:
    numero = identifiant.upper().replace("2A", "20").replace("2B", "20")
    return re.fullmatch("[0-9]{9}", numero) is not None and luhn.is_valid(numero)


def est_identifiant_valide(nature: str, identifiant: str) -> bool:
    """Whether `identifiant` has the form and key of its NatIdTiers; True for unchecked natures."""
    if nature == "01":
        return re.fullmatch("[0-9]{14}", identifiant) is not None and siret.is_valid(identifiant)
    if nature == "02":
        return re.fullmatch("[0-9]{9}", identifiant) is not None and siren.is_valid(identifiant)
    if nature == "03":
        return _finess(identifiant)
    if nature == "04":
        return _nir(identifiant)
    if nature == "08":
        return re.fullmatch("[0-9]{9,10}", identifiant) is not None
    return True
