"""Simple types of PES V2: one object writes, reads and checks the lexical form of a value.

Each mirrors one `Base_*` type of the official schemas (README of the format, §2). A type may refuse
a little more than the schema (an integer written `12.0`), never less.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from exports_tps.pes.latin1 import en_latin1
from exports_tps.pes.messages import ErreurPES

_POINT: Final = r"[^\n\r]"  # what the full stop means in a schema pattern
_BASE: Final = rf"(?=(?:[^ .]|n[^c]|[^n]c|[^n][^c]|{_POINT}{{3,}})\Z)(?={_POINT}*[^0]+{_POINT}*\Z)"
_NON_VIDE: Final = rf"(?=(?:[^ .]|n[^c]|[^n]c|[^n][^c]|{_POINT}{{3,}})\Z)"
_SAUF: Final = "ni vide, ni « nc », ni un point ou un espace seul, ni des zéros seuls"
_BLANC: Final = r"[ \t\n\r]*"
_CHIFFRES_MONTANT: Final = 14

Montant = int | Decimal


@dataclass(frozen=True, slots=True, eq=False)
class TypeSimple:
    """A lexical type: `attendu` tells a person what is wanted, in French."""

    attendu: str
    motif: re.Pattern[str]
    lire: Callable[[str], Any] = str
    convertir: Callable[[Any], str] = en_latin1
    affiner: Callable[[str], bool] | None = None

    def accepte(self, texte: str) -> bool:
        """Whether `texte` belongs to the type."""
        if self.motif.fullmatch(texte) is None:
            return False
        return self.affiner is None or self.affiner(texte)

    def ecrire(self, valeur: Any) -> str:
        """Return the lexical form of `valeur`; raise ErreurPES when the type refuses it."""
        texte = self.convertir(valeur)
        if self.motif.fullmatch(texte) is None or (self.affiner and not self.affiner(texte)):
            raise ErreurPES(self.refus(texte))
        return texte

    def refus(self, texte: str) -> str:
        """Return the French reason why `texte` is refused."""
        apercu = texte if len(texte) <= 60 else texte[:57] + "..."  # noqa: PLR2004
        return f"la valeur « {apercu} » est refusée ; attendu : {self.attendu}."


def texte(maximum: int, *, minimum: int = 1) -> TypeSimple:
    """Free text of `minimum` to `maximum` characters (`Base_TexteN`)."""
    motif = rf"{_BASE}[\s\S]{{{minimum},{maximum}}}"
    return TypeSimple(f"texte de {minimum} à {maximum} caractères, {_SAUF}", re.compile(motif))


def texte_libre(maximum: int) -> TypeSimple:
    """Text that may be empty (`Base_TexteN_Light`)."""
    return TypeSimple(
        f"texte d’au plus {maximum} caractères", re.compile(rf"[\s\S]{{0,{maximum}}}")
    )


def alphanumerique(maximum: int) -> TypeSimple:
    """Letters and digits, at least one not zero (`Base_AlphanumN`)."""
    motif = rf"{_BASE}[0-9a-zA-Z]{{1,{maximum}}}"
    return TypeSimple(f"1 à {maximum} lettres ou chiffres, {_SAUF}", re.compile(motif))


def alphanumerique_libre(maximum: int) -> TypeSimple:
    """Letters and digits, possibly none (`Base_AlphanumN_Light`)."""
    motif = rf"[0-9a-zA-Z]{{0,{maximum}}}"
    return TypeSimple(f"au plus {maximum} lettres ou chiffres", re.compile(motif))


def chiffres(maximum: int, *, minimum: int = 0) -> TypeSimple:
    """Digits kept as text, leading zeros included (`Base_NumN_Light`)."""
    motif = rf"[0-9]{{{minimum},{maximum}}}"
    return TypeSimple(f"{minimum} à {maximum} chiffres", re.compile(motif))


def numero(maximum: int) -> TypeSimple:
    """Whole number above zero, at most `maximum` digits (`Base_NumN`), an `int` in records."""
    motif = rf"{_BLANC}\+?0*[1-9][0-9]{{0,{maximum - 1}}}{_BLANC}"
    attendu = f"nombre entier supérieur à zéro, {maximum} chiffres au plus"
    return TypeSimple(attendu, re.compile(motif), lire=int, convertir=str)


def compte(maximum: int) -> TypeSimple:
    """Account number: the same schema type as `numero`, kept as text."""
    motif = rf"0*[1-9][0-9]{{0,{maximum - 1}}}"
    return TypeSimple(f"numéro de compte de {maximum} chiffres au plus", re.compile(motif))


def _lire_decimal(texte: str) -> Montant:
    valeur = Decimal(texte.strip())
    return int(valeur) if valeur == valeur.to_integral_value() else valeur


def en_decimal(valeur: Montant) -> Decimal:
    """Return an amount as a Decimal; anything else (a float, a text) is refused."""
    if isinstance(valeur, bool) or not isinstance(valeur, int | Decimal):
        raise ErreurPES("un montant est un nombre entier de francs ou un Decimal.")
    return Decimal(valeur)


def _convertir_decimal(valeur: Montant) -> str:
    return str(valeur) if type(valeur) is int else format(en_decimal(valeur), "f")


def _decimal(
    attendu: str, motif: str, *, chiffres_total: int, non_nul: bool, decimales: int = 2
) -> TypeSimple:
    def affiner(texte: str) -> bool:
        if texte.isdigit() and texte[0] != "0":
            return len(texte) <= chiffres_total
        entiers, _, decimales = texte.strip().lstrip("+-").partition(".")
        significatifs = entiers.lstrip("0") + decimales.rstrip("0")
        est_nul = not significatifs.strip("0")
        return len(significatifs) <= chiffres_total and not (non_nul and est_nul)

    motif_complet = re.compile(
        rf"{_BLANC}{motif}(?:[0-9]+(?:\.[0-9]{{0,{decimales}}}0*)?|\.[0-9]{{1,{decimales}}}0*)"
        rf"{_BLANC}"
    )
    return TypeSimple(attendu, motif_complet, _lire_decimal, _convertir_decimal, affiner)


MONTANT: Final = _decimal(
    "montant supérieur à zéro, 14 chiffres au plus dont 2 décimales",
    r"\+?",
    chiffres_total=_CHIFFRES_MONTANT,
    non_nul=True,
)
MONTANT_OU_ZERO: Final = _decimal(
    "montant positif ou nul, 14 chiffres au plus dont 2 décimales",
    r"\+?",
    chiffres_total=_CHIFFRES_MONTANT,
    non_nul=False,
)
MONTANT_RELATIF: Final = _decimal(
    "montant de 14 chiffres au plus dont 2 décimales",
    "[+-]?",
    chiffres_total=_CHIFFRES_MONTANT,
    non_nul=False,
)
TAUX: Final = _decimal(
    "taux supérieur à zéro, 5 chiffres au plus dont 2 décimales",
    r"\+?",
    chiffres_total=5,
    non_nul=True,
)
TAUX_OU_ZERO: Final = _decimal(
    "taux positif ou nul, 5 chiffres au plus dont 2 décimales",
    r"\+?",
    chiffres_total=5,
    non_nul=False,
)
QUANTITE: Final = _decimal(
    "quantité supérieure à zéro, 6 chiffres au plus dont 4 décimales",
    r"\+?",
    chiffres_total=6,
    non_nul=True,
    decimales=4,
)
TAUX_SOUS_CENT: Final = _decimal(
    "taux supérieur à zéro et inférieur à 100, 2 décimales au plus",
    r"\+?(?=0*[0-9]{1,2}(?:\.|[ \t\n\r]*\Z)|\.)",
    chiffres_total=4,
    non_nul=True,
)
TYPES_MONTANT: Final = frozenset({MONTANT, MONTANT_OU_ZERO, MONTANT_RELATIF})


def _est_date(texte: str) -> bool:
    try:
        date.fromisoformat(texte)
    except ValueError:
        return False
    return True


_MOTIF_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # no blank around, as libxml2
DATE: Final = TypeSimple(
    "date au format AAAA-MM-JJ", _MOTIF_DATE, date.fromisoformat, date.isoformat, _est_date
)
DATE_DEPUIS_1900: Final = TypeSimple(
    "date au format AAAA-MM-JJ, à partir de 1900",
    re.compile(r"(?:19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}"),
    date.fromisoformat,
    date.isoformat,
    _est_date,
)
ANNEE: Final = TypeSimple(
    "année au format AAAA", re.compile("(?!0000)[0-9]{4}"), int, "{:04d}".format
)
BOOLEEN: Final = TypeSimple(
    "0, 1, true ou false",
    re.compile(rf"{_BLANC}(?:0|1|true|false){_BLANC}"),
    lambda lu: lu.strip() in {"1", "true"},
    lambda valeur: "1" if valeur else "0",
)


def code(*valeurs: str) -> TypeSimple:
    """One code of a closed list, written exactly so."""
    attendu = "l’un des codes " + ", ".join(valeurs)
    return TypeSimple(attendu, re.compile("|".join(re.escape(valeur) for valeur in valeurs)))


def codes(
    premier: int, dernier: int, *, sauf: tuple[int, ...] = (), largeur: int = 2
) -> TypeSimple:
    """Codes numbered from `premier` to `dernier` on `largeur` digits, without those of `sauf`."""
    numeros = (numero for numero in range(premier, dernier + 1) if numero not in sauf)
    return code(*(f"{numero:0{largeur}d}" for numero in numeros))


def codes_parmi(*plages: tuple[int, int]) -> TypeSimple:
    """Two-digit codes of several ranges, bounds included."""
    return code(*(f"{n:02d}" for premier, dernier in plages for n in range(premier, dernier + 1)))


def motif(attendu: str, expression: str, *, base: bool = True) -> TypeSimple:
    """Text that matches `expression`; `base` adds the values refused to every text."""
    return TypeSimple(attendu, re.compile((_BASE if base else "") + f"(?:{expression})"))


CODIQUE: Final = motif(
    "codique de 6 ou 7 chiffres (ou 02A, 02B suivi de 3 ou 4 chiffres)",
    "02[AB][0-9]{3,4}|[0-9]{6,7}",
)
CODE_COLLECTIVITE: Final = motif("exactement 3 chiffres, pas 000", "[0-9]{3}")
CODE_BUDGET: Final = motif(
    "2 caractères : chiffre ou majuscule, puis chiffre", "[0-9A-Z][0-9]", base=False
)
BIC: Final = motif(
    "BIC de 8 ou 11 caractères, en majuscules",
    "[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?",
    base=False,
)
IBAN: Final = motif(
    "IBAN de 34 caractères au plus, sans espace", "[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}", base=False
)
TALON_OPTIQUE: Final = motif(
    "1 à 60 chiffres, majuscules ou espaces", r"[0-9A-Z \t\n\r]{1,60}", base=False
)
NOM_PJ: Final = TypeSimple(
    "nom de 100 caractères au plus, terminé par un point et 2 à 4 lettres ou chiffres",
    re.compile(rf"{_NON_VIDE}(?={_POINT}+\.[A-Za-z0-9]{{2,4}}\Z)[\s\S]{{1,100}}"),
)


def texte_sepa(maximum: int) -> TypeSimple:
    """Text limited to the SEPA character set."""
    expression = rf"[0-9a-zA-Z/?:().,\-+' ]{{1,{maximum}}}"
    return motif(f"texte SEPA de 1 à {maximum} caractères", expression, base=False)
