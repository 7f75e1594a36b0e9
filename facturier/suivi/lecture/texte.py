"""Data guessed from the text of a PDF invoice by the labels French invoices use.

Every datum found here is of origin `texte`: a person must check it. The name of the supplier is not
looked for: no label announces it reliably, and the RIDET finds it in the register of suppliers.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from facturier.commun import banque, ridet
from facturier.commun.montants import DEVISE, MontantInvalide, lire
from facturier.suivi.lecture.facture_lue import (
    Donnee,
    FactureLue,
    Format,
    Montants,
    Origine,
    TauxLu,
    TypeDocument,
    Valeur,
)

_MOIS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_SIECLE = 2000

_NUMERO = r"(?:n ?[°o]\.?|numero|ref(?:erence)?\.?|#)"
_CODE = r"([a-z0-9][a-z0-9/_.\-]{0,39})"
# Not followed by more digits or decimals: 138 750,50 must give nothing, rather than 138.
_MONTANT = r"(-?(?:\d{1,3}(?:[ .]\d{3}){1,4}|\d{1,14}))(?:[.,]0{1,2})?(?! ?\d|[.,]\d)"
_ECART = r"[^\d\n\-]{0,30}\n?[^\d\n\-]{0,10}"
_DATE = r"(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}(?:er)? [a-z]{3,9} \d{4})"


def _motif(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.MULTILINE)


_FACTURE = (
    _motif(rf"\b(?:facture|avoir)\s*{_NUMERO} ?:?\s*{_CODE}"),
    _motif(rf"\b{_NUMERO} (?:de (?:la )?)?(?:facture|d'avoir|avoir) ?:?\s*{_CODE}"),
)
_COMMANDE = (
    _motif(
        rf"\bbon de commande\s*(?:{_NUMERO})? ?:?\s*([a-z0-9/_.\-]{{0,20}}\d[a-z0-9/_.\-]{{0,20}})"
    ),
    _motif(rf"\b(?:commande|bc)\s*{_NUMERO} ?:?\s*{_CODE}"),
)
_CORRIGEE = (
    _motif(
        rf"\b(?:sur|annule|corrige|rectifie|concerne)(?: partiellement)? (?:la |votre )?facture"
        rf"\s*(?:{_NUMERO})? ?:?\s*{_CODE}"
    ),
    _motif(rf"\bfacture (?:d'origine|initiale|corrigee|rectifiee)\s*(?:{_NUMERO})? ?:?\s*{_CODE}"),
)
_EMISSION = (
    _motif(rf"\bdate(?: de (?:la )?facture| de facturation| d'emission)? ?:?\s*{_DATE}"),
    _motif(rf"\b(?:emise?|facture|etablie?|noumea,?) (?:du|le) ?:?\s*{_DATE}"),
    _motif(rf"\bfacture\b[^\n]{{0,60}}\bdu {_DATE}"),
)
_ECHEANCE = (
    _motif(rf"\b(?:date d'|date limite )?(?:echeance|de paiement) ?:?\s*(?:le )?{_DATE}"),
    _motif(rf"\b(?:a (?:payer|regler)|payable) (?:avant |au plus tard )?le ?:?\s*{_DATE}"),
)
_RIDET = (_motif(r"\br\.?i\.?d\.?e\.?t\.?\s*(?:n ?°)? ?:?\s*(\d(?:[ .\-]{0,2}\d){8,9})(?!\d)"),)
_IBAN = (_motif(r"\b((?:fr|nc)\d\d(?: ?[0-9a-z]{4}){5} ?[0-9a-z]{3})\b"),)
_RIB = (_motif(r"\brib ?:?\s*(\d{5} ?\d{5} ?[0-9a-z]{11} ?\d\d)\b"),)
_HT = (
    _motif(
        rf"\b(?:total|montant|sous-total|base)(?: general| net)? \(?h\.?t\.?\b{_ECART}{_MONTANT}"
    ),
)
_TTC = (
    _motif(rf"\b(?:total|montant)(?: general| net)? \(?t\.?t\.?c\.?\b{_ECART}{_MONTANT}"),
    _motif(rf"\bnet a payer\b{_ECART}{_MONTANT}"),
)
_TGC = (
    _motif(rf"\b(?:total|montant)(?: de la| des)? \(?t\.?g\.?c\.?\b(?![^\n]*%){_ECART}{_MONTANT}"),
)
_TAUX = _motif(
    r"\bt\.?g\.?c\.? ?(?:a |au taux de )?\(?(\d{1,2}(?:[.,]\d{1,2})?) ?%\)?"
    rf"[^\d\n\-]{{0,30}}{_MONTANT}(?:[^\d\n\-]{{1,20}}{_MONTANT})?"
)
_AVOIR = _motif(r"^\s*(?:facture d'avoir|avoir)\b")
_EURO = _motif(r"€|\beur(?:os?)?\b")
_FRANC = _motif(r"\b(?:f\.? ?cfp|fcfp|xpf|francs? (?:cfp|pacifique)|t\.?g\.?c)\b")


def lire_texte(texte: str) -> FactureLue:
    """Guess the data of an invoice from its text. Nothing is refused: what is not found is None."""
    if not texte.strip():
        return FactureLue(
            format=Format.PDF,
            avertissements=(
                "Ce PDF ne contient aucun texte (numérisation) : saisissez les données de la "
                "facture à la main.",
            ),
        )
    plat = _aplatir(texte)
    devise = _devise(plat)
    en_francs = devise in (None, DEVISE)
    numeros_ridet = list(_ridets(plat))
    return FactureLue(
        format=Format.PDF,
        numero=_lue(_code(_FACTURE, plat)),
        date_emission=_lue(_jour(_EMISSION, plat)),
        date_echeance=_lue(_jour(_ECHEANCE, plat)),
        ridet_emetteur=_lue(numeros_ridet[0] if numeros_ridet else None),
        numero_commande=_lue(_code(_COMMANDE, plat)),
        numero_corrige=_lue(_code(_CORRIGEE, plat)),
        devise=_lue(devise),
        iban=_lue(_iban(plat)),
        type_document=_lue(TypeDocument.AVOIR if _AVOIR.search(plat) else TypeDocument.FACTURE),
        avertissements=tuple(_avertissements(devise, numeros_ridet)),
        **(_montants(plat) if en_francs else Montants()),
    )


def _aplatir(texte: str) -> str:
    """Lower case, no accents, plain spaces and apostrophes: one spelling for each label."""
    decompose = unicodedata.normalize("NFKD", texte.replace("°", "\0")).replace("\0", "°")
    sans_accents = "".join(signe for signe in decompose if not unicodedata.combining(signe))
    return re.sub(r"[^\S\n]+", " ", sans_accents.replace("’", "'").lower())


def _montants(plat: str) -> Montants:
    ht, ttc = _montant(_HT, plat), _montant(_TTC, plat)
    repartition = _repartition(plat, ht)
    tgc = _montant(_TGC, plat)
    if tgc is None and repartition:
        tgc = sum(part.taxe for part in repartition)
    return Montants(
        montant_ht=_lue(ht),
        montant_tgc=_lue(tgc),
        montant_ttc=_lue(ttc),
        repartition=_lue(repartition or None),
    )


def _repartition(plat: str, ht: int | None) -> tuple[TauxLu, ...]:
    """Read `TGC 11 % : 13 750` or `TGC 11 % sur 125 000 : 13 750`, once for each rate."""
    parts: dict[Decimal, TauxLu] = {}
    for trouve in _TAUX.finditer(plat):
        taux = Decimal(trouve[1].replace(",", "."))
        premier, second = _francs(trouve[2]), _francs(trouve[3])
        if premier is not None:
            base, taxe = (None, premier) if second is None else (premier, second)
            parts.setdefault(taux, TauxLu(taux, base, taxe))
    if len(parts) == 1:
        return tuple(TauxLu(part.taux, part.base or ht, part.taxe) for part in parts.values())
    return tuple(parts.values())


def _avertissements(devise: str | None, numeros_ridet: list[str]) -> Iterator[str]:
    yield (
        "Les données ont été devinées dans le texte du PDF : vérifiez chacune d’elles avant "
        "d’envoyer."
    )
    if devise not in (None, DEVISE):
        yield (
            "La facture semble libellée en euros : ses montants ne sont pas repris, saisissez-les "
            "en francs CFP."
        )
    if len(set(numeros_ridet)) > 1:
        yield "Plusieurs RIDET figurent dans la facture : vérifiez celui de l’émetteur."


def _trouver(motifs: tuple[re.Pattern[str], ...], plat: str) -> Iterator[str]:
    for motif in motifs:
        for trouve in motif.finditer(plat):
            yield trouve[1]


def _code(motifs: tuple[re.Pattern[str], ...], plat: str) -> str | None:
    """Return a document number in capitals; one without any digit is a word, not a number."""
    candidats = (code.rstrip(".-_/").upper() for code in _trouver(motifs, plat))
    return next((code for code in candidats if re.search(r"\d", code)), None)


def _jour(motifs: tuple[re.Pattern[str], ...], plat: str) -> date | None:
    return next((jour for ecrit in _trouver(motifs, plat) if (jour := _lire_date(ecrit))), None)


def _lire_date(ecrit: str) -> date | None:
    morceaux = re.split(r"[/.\- ]", ecrit.replace("er ", " "))
    if len(morceaux[0]) == len("2026"):
        morceaux.reverse()
    jour, mois, annee = morceaux
    try:
        rang = int(mois) if mois.isdigit() else _MOIS.index(mois) + 1
        return date(int(annee) + (_SIECLE if len(annee) == len("26") else 0), rang, int(jour))
    except ValueError:
        return None


def _montant(motifs: tuple[re.Pattern[str], ...], plat: str) -> int | None:
    return next((_francs(ecrit) for ecrit in _trouver(motifs, plat)), None)


def _francs(ecrit: str | None) -> int | None:
    if ecrit is None:
        return None
    try:
        return lire(ecrit.replace(".", ""))
    except MontantInvalide:
        return None


def _ridets(plat: str) -> Iterator[str]:
    for ecrit in _trouver(_RIDET, plat):
        try:
            yield ridet.normaliser(ecrit)
        except ridet.RidetInvalide:
            continue


def _iban(plat: str) -> str | None:
    for ecrit in _trouver(_IBAN, plat):
        try:
            return banque.normaliser_iban(ecrit)
        except banque.CoordonneesInvalides:
            continue
    for ecrit in _trouver(_RIB, plat):
        try:
            return banque.lire_rib(ecrit).iban
        except banque.CoordonneesInvalides:
            continue
    return None


def _devise(plat: str) -> str | None:
    """Francs win when both are named: an equivalent in euros is often printed below the total."""
    if _FRANC.search(plat):
        return DEVISE
    return "EUR" if _EURO.search(plat) else None


def _lue(valeur: Valeur | None) -> Donnee[Valeur] | None:
    return None if valeur is None else Donnee(valeur, Origine.TEXTE)
