"""Bank details: RIB, IBAN and BIC as New Caledonian banks issue them.

Banks of New Caledonia issue French IBANs (FR) built on the RIB; the `NC` form exists in registry
tables only, so it is warned about, never refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.iso7064 import mod_97_10

LONGUEUR_RIB = 23
LONGUEUR_IBAN_RIB = 27
PAYS_DU_RIB = ("FR", "NC")

_SEPARATEURS = re.compile(r"[\s.\-/]+")
_FORME_RIB = re.compile(r"([0-9]{5})([0-9]{5})([0-9A-Z]{11})([0-9]{2})")
_FORME_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_COMPTE_DANS_UN_TEXTE = re.compile(
    r"[A-Za-z]{2}[0-9]{2}(?:[\s.\-/]?[0-9A-Za-z]{4}){2,7}(?:[\s.\-/]?[0-9A-Za-z]{1,3}\b)?"
    r"|[0-9]{5}[\s.\-/]?[0-9]{5}[\s.\-/]?[0-9A-Za-z]{11}[\s.\-/]?[0-9]{2}"
)
_CHIFFRES_D_UN_COMPTE = 10  # fewer digits than this, and it is a word of the sentence
_CHIFFRES_DES_LETTRES = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


class CoordonneesInvalides(ValueError):
    """A RIB, IBAN or BIC is not what it should be; the message is in French."""


class RibInvalide(CoordonneesInvalides):
    """The RIB is malformed, or its key is wrong."""


class IbanInvalide(CoordonneesInvalides):
    """The IBAN is malformed, or its check digits are wrong."""


class BicInvalide(CoordonneesInvalides):
    """The BIC has not the form of one."""


@dataclass(frozen=True, slots=True)
class Rib:
    """A French RIB, always valid: building one with a wrong form or key raises `RibInvalide`."""

    banque: str
    guichet: str
    compte: str
    cle: str

    def __post_init__(self) -> None:
        if not _FORME_RIB.fullmatch(str(self)):
            raise RibInvalide(
                "Le RIB a une forme incorrecte : code banque (5 chiffres), code guichet "
                "(5 chiffres), numéro de compte (11 caractères), clé (2 chiffres)."
            )
        if self.cle != cle_rib(self.banque, self.guichet, self.compte):
            raise RibInvalide(
                f"La clé {self.cle} ne correspond pas à ce RIB : vérifiez chaque chiffre sur le "
                "relevé d’identité bancaire."
            )

    def __str__(self) -> str:
        return f"{self.banque}{self.guichet}{self.compte}{self.cle}"

    @property
    def iban(self) -> str:
        """The IBAN (FR form) of this account, without spaces."""
        return f"FR{mod_97_10.calc_check_digits(f'{self}FR')}{self}"


def cle_rib(banque: str, guichet: str, compte: str) -> str:
    """Return the two digits that check a RIB, letters of the account taken as digits."""
    chiffres = compte.translate(_CHIFFRES_DES_LETTRES)
    somme = 89 * int(banque) + 15 * int(guichet) + 3 * int(chiffres)
    return f"{97 - somme % 97:02d}"


def lire_rib(saisie: str) -> Rib:
    """Return the RIB typed with or without spaces, dots or dashes. Raises `RibInvalide`."""
    compact = _SEPARATEURS.sub("", saisie).upper()
    if len(compact) != LONGUEUR_RIB:
        raise RibInvalide(
            f"Un RIB a {LONGUEUR_RIB} caractères : vous en avez saisi {len(compact)}. "
            "Recopiez banque, guichet, compte et clé."
        )
    return Rib(compact[:5], compact[5:10], compact[10:21], compact[21:])


def normaliser_iban(saisie: str) -> str:
    """Return the IBAN without spaces, in capitals, once its form, check digits and key are right.

    Raises `IbanInvalide`; `RibInvalide` when the IBAN holds but the RIB inside it does not.
    """
    iban = _SEPARATEURS.sub("", saisie).upper()
    if not _FORME_IBAN.fullmatch(iban):
        raise IbanInvalide(
            "L’IBAN a une forme incorrecte : deux lettres de pays, deux chiffres de contrôle, puis "
            "le compte, par exemple FR76 suivi de 23 caractères."
        )
    if iban.startswith(PAYS_DU_RIB):
        _verifier_iban_de_rib(iban)
    else:
        _verifier_iban_etranger(iban)
    return iban


def _verifier_iban_de_rib(iban: str) -> None:
    if len(iban) != LONGUEUR_IBAN_RIB:
        raise IbanInvalide(
            f"Un IBAN {iban[:2]} a {LONGUEUR_IBAN_RIB} caractères : vous en avez saisi {len(iban)}."
        )
    if not mod_97_10.is_valid(iban[4:] + iban[:4]):
        raise IbanInvalide(_ERREUR_DE_CONTROLE)
    lire_rib(iban[4:])


def _verifier_iban_etranger(iban: str) -> None:
    """Check form and check digits; the national rules of stdnum refuse banks they do not know."""
    try:
        stdnum_iban.validate(iban, check_country=False)
    except InvalidChecksum:
        raise IbanInvalide(_ERREUR_DE_CONTROLE) from None
    except ValidationError:
        raise IbanInvalide(
            f"L’IBAN n’a pas la forme attendue pour le pays « {iban[:2]} » : vérifiez le code du "
            "pays et le nombre de caractères."
        ) from None


_ERREUR_DE_CONTROLE = (
    "Les chiffres de contrôle de l’IBAN sont faux : vérifiez chaque caractère sur le relevé "
    "d’identité bancaire."
)


def rib_de_iban(iban: str) -> Rib | None:
    """Return the RIB inside a normalised IBAN of the FR or NC form, None for another country."""
    return lire_rib(iban[4:]) if iban.startswith(PAYS_DU_RIB) else None


def avertissement_iban(iban: str) -> str | None:
    """Return what an agent must know about the country of a normalised IBAN, in French, or None."""
    if iban.startswith("FR"):
        return None
    if iban.startswith("NC"):
        return (
            "Cet IBAN commence par NC, alors que les banques calédoniennes délivrent des IBAN "
            "français (FR) : faites confirmer le relevé d’identité bancaire."
        )
    return (
        f"Ce compte est tenu à l’étranger (pays « {iban[:2]} ») : le virement n’est pas local, "
        "vérifiez le BIC et l’identité du titulaire."
    )


def masquer_iban(iban: str) -> str:
    """Return `FR76 •••• •••• 0118`: enough to recognise an account, too little to use it."""
    return "\u00a0".join((iban[:4], "••••", "••••", iban[-4:]))


def masquer_comptes(texte: str) -> str:
    """Return `texte` with every IBAN or RIB in it masked, however it is typed."""

    def masquer(trouve: re.Match[str]) -> str:
        compact = _SEPARATEURS.sub("", trouve[0])
        est_un_compte = sum(lettre.isdigit() for lettre in compact) >= _CHIFFRES_D_UN_COMPTE
        return masquer_iban(compact) if est_un_compte else trouve[0]

    return _COMPTE_DANS_UN_TEXTE.sub(masquer, texte)


def afficher_iban(iban: str) -> str:
    """Return a normalised IBAN in groups of four, with no-break spaces."""
    return "\u00a0".join(iban[debut : debut + 4] for debut in range(0, len(iban), 4))


def normaliser_bic(saisie: str) -> str:
    """Return the BIC in capitals, 8 or 11 characters. Raises `BicInvalide`."""
    try:
        return str(stdnum_bic.validate(_SEPARATEURS.sub("", saisie)))
    except ValidationError:
        raise BicInvalide(
            f"Le BIC « {saisie.strip()[:20]} » a une forme incorrecte : 8 ou 11 caractères, par "
            "exemple BCADNCNN."
        ) from None


def nom_banque(code_banque: str, banques: Mapping[str, str]) -> str | None:
    """Return the name of a bank from an editable table (code of 5 digits to name).

    None for a code that the table does not hold: an unknown bank is never a reason to refuse.
    """
    return banques.get(code_banque)
