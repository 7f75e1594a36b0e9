"""Reading the statement of the bank account: CAMT.053 or CSV, checked line by line.

The same contract as the other imports: dry unless asked otherwise, a bad line is rejected with its
number and reason and stops no other, the same file or an overlapping one changes nothing.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from lxml import etree

from facturier.acces.models import Utilisateur
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import DEVISE, MontantInvalide, lire
from facturier.commun.xml_sur import lire_xml
from telepaiement.bilan import Bilan
from telepaiement.models import FormatReleve, LigneBancaire, ReleveBancaire

TAILLE_MAXIMALE = 10_000_000  # bytes
LIGNES_MAXIMALES = 50_000
SYNONYMES = {
    "date_operation": "date",
    "date d'opération": "date",
    "date operation": "date",
    "libellé": "libelle",
    "référence": "reference",
    "débit": "debit",
    "crédit": "credit",
    "frais": "commission",
}
FORMATS_DATE = ("%Y-%m-%d", "%d/%m/%Y")
FAMILLES_CARTES = {"CCRD", "MCRD"}  # ISO 20022: customer and merchant card transactions
NOM_DU_PAYEUR = (  # version 8 of camt.053 names a party one step lower
    "{*}RltdPties/{*}Dbtr/{*}Nm",
    "{*}RltdPties/{*}Dbtr/{*}Pty/{*}Nm",
)
COMPTE_INCONNU = "compte non précisé"


@dataclass(frozen=True, slots=True)
class Ligne:
    """A movement as the bank wrote it: whole francs, negative for money that left.

    `commission` is what it says that it kept, None when it does not tell.
    """

    jour: date
    montant: int
    libelle: str
    reference: str
    commission: int | None = None


@transaction.atomic
def importer(contenu: bytes, *, nom: str, par: Utilisateur, executer: bool = False) -> Bilan:
    """Keep the movements of a statement that are new; without `executer`, only count them.

    Args:
        contenu: the file, CAMT.053 or CSV (UTF-8), told apart by its content.
        nom: its name, for people.

    Raises:
        FichierRefuse: empty, too large, hostile, or neither format; the message is in French.
    """
    if not contenu.strip():
        raise FichierRefuse("Ce fichier est vide.")
    if len(contenu) > TAILLE_MAXIMALE:
        raise FichierRefuse("Ce fichier dépasse 10 Mo : demandez un relevé par mois à la banque.")
    est_xml = contenu.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    bilan = Bilan()
    compte, lues = _lire_camt(contenu, bilan) if est_xml else _lire_csv(contenu, bilan)
    identites = _identites(compte, lues)
    connues = set(
        LigneBancaire.objects.filter(identite__in=identites).values_list("identite", flat=True)
    )
    neuves = {cle: ligne for cle, ligne in identites.items() if cle not in connues}
    bilan.crees, bilan.inchanges = len(neuves), len(identites) - len(neuves)
    if executer and neuves:
        releve = ReleveBancaire.objects.create(
            sha256=hashlib.sha256(contenu).hexdigest(),
            nom_fichier=nom[-100:],
            format=FormatReleve.CAMT053 if est_xml else FormatReleve.CSV,
            compte=compte[:34],
            par=par,
        )
        LigneBancaire.objects.bulk_create(
            LigneBancaire(
                releve=releve,
                identite=cle,
                jour=ligne.jour,
                montant=ligne.montant,
                commission=ligne.commission,
                libelle=ligne.libelle[:300],
                reference=ligne.reference[:100],
            )
            for cle, ligne in neuves.items()
        )
    return bilan


def _identites(compte: str, lues: list[Ligne]) -> dict[str, Ligne]:
    """Name each movement for ever: by the reference of the bank, else by what it says and its rank.

    Two movements of a day that say the same are told apart by their order in the file.
    """
    rangs: Counter[tuple[Any, ...]] = Counter()
    identites = {}
    for ligne in lues:
        dit = (compte, ligne.jour.isoformat(), ligne.montant, ligne.libelle, ligne.reference)
        rangs[dit] += 1
        texte = "\x1f".join(map(str, (*dit, rangs[dit])))
        identites[hashlib.sha256(texte.encode()).hexdigest()] = ligne
    return identites


def _lire_camt(contenu: bytes, bilan: Bilan) -> tuple[str, list[Ligne]]:
    """Read the booked entries of a CAMT.053, whatever its version."""
    racine = lire_xml(contenu, objet="le relevé")
    releves = racine.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not releves:
        raise FichierRefuse(
            "Ce XML n’est pas un relevé CAMT.053 : demandez ce format à la banque, ou un CSV."
        )
    comptes = {_texte(un, "{*}Acct/{*}Id/{*}IBAN", "{*}Acct/{*}Id/{*}Othr/{*}Id") for un in releves}
    if len(comptes) > 1:
        raise FichierRefuse("Ce relevé porte sur plusieurs comptes : importez-les un par un.")
    entrees = [entree for un in releves for entree in un.findall("{*}Ntry")]
    _borner(len(entrees))
    lues = []
    for rang, entree in enumerate(entrees, start=1):
        if _texte(entree, "{*}Sts/{*}Cd", "{*}Sts") in {"PDNG", "INFO"}:
            continue
        try:
            lues += _entrees(entree)
        except ValueError as erreur:
            reference = _texte(entree, "{*}AcctSvcrRef", "{*}NtryRef")
            bilan.rejets.append((rang, reference, str(erreur)))
    return comptes.pop() or COMPTE_INCONNU, lues


def _entrees(entree: etree._Element) -> list[Ligne]:
    """Read one entry: itself, or each transfer of a batch whose details add up to it.

    What the bank credits for cards stays whole, and so does what bears a commission: it is one
    remise, matched as such. Raises `ValueError`, in French, for what cannot be kept.
    """
    entiere = _entree(entree)
    details = entree.findall("{*}NtryDtls/{*}TxDtls")
    est_de_cartes = _texte(entree, "{*}BkTxCd/{*}Domn/{*}Fmly/{*}Cd") in FAMILLES_CARTES
    if len(details) < 2 or est_de_cartes or entiere.commission:  # noqa: PLR2004
        return [entiere]
    sommes = [
        _texte(un, "{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt", "{*}AmtDtls/{*}InstdAmt/{*}Amt")
        for un in details
    ]
    if not all(sommes) or sum(map(_francs, sommes)) != abs(entiere.montant):
        return [entiere]
    signe = 1 if entiere.montant > 0 else -1
    entete = _texte(entree, "{*}AddtlNtryInf")
    return [
        Ligne(
            jour=entiere.jour,
            montant=signe * _francs(somme),
            libelle=_libelle([entete, *_textes_du_detail(detail)]),
            reference=_texte(
                detail, "{*}Refs/{*}AcctSvcrRef", "{*}Refs/{*}EndToEndId", "{*}Refs/{*}TxId"
            )
            or entiere.reference,
        )
        for detail, somme in zip(details, sommes, strict=True)
    ]


def _textes_du_detail(detail: etree._Element) -> list[str]:
    return [
        *(un.text or "" for un in detail.findall("{*}RmtInf/{*}Ustrd")),
        _texte(detail, *NOM_DU_PAYEUR),
    ]


def _libelle(textes: list[str]) -> str:
    return " – ".join(filter(None, (un.strip() for un in textes))) or "sans libellé"


def _entree(entree: etree._Element) -> Ligne:
    """Read one entry. Raises `ValueError`, in French, for what cannot be kept."""
    montant = entree.find("{*}Amt")
    devise = "" if montant is None else montant.get("Ccy", "")
    if montant is None or devise != DEVISE:
        raise ValueError(f"devise {devise or 'absente'} : le compte se tient en {DEVISE}")
    somme = _francs((montant.text or "").strip())
    sens = _texte(entree, "{*}CdtDbtInd")
    if sens not in {"CRDT", "DBIT"}:
        raise ValueError("le sens (CdtDbtInd) n’est ni CRDT ni DBIT")
    details = "{*}NtryDtls/{*}TxDtls/"
    textes = [
        _texte(entree, "{*}AddtlNtryInf"),
        *(un.text or "" for un in entree.findall(f"{details}{{*}}RmtInf/{{*}}Ustrd")),
        _texte(entree, *(f"{details}{chemin}" for chemin in NOM_DU_PAYEUR)),
    ]
    return Ligne(
        jour=_jour(_texte(entree, "{*}BookgDt/{*}Dt", "{*}BookgDt/{*}DtTm")[:10]),
        montant=somme if sens == "CRDT" else -somme,
        libelle=_libelle(textes),
        reference=_texte(
            entree, "{*}AcctSvcrRef", f"{details}{{*}}Refs/{{*}}EndToEndId", "{*}NtryRef"
        ),
        commission=_commission_camt(entree),
    )


def _commission_camt(entree: etree._Element) -> int | None:
    """Return what an entry says that the bank kept: its total, or the sum of its charges."""
    total = _texte(entree, "{*}Chrgs/{*}TtlChrgsAndTaxAmt")
    if total:
        return _entier(total)
    montants = [un.text or "" for un in entree.findall("{*}Chrgs/{*}Rcrd/{*}Amt")]
    return sum(_entier(un.strip()) for un in montants) if montants else None


def _texte(element: etree._Element, *chemins: str) -> str:
    for chemin in chemins:
        if texte := (element.findtext(chemin) or "").strip():
            return texte
    return ""


def _francs(texte: str) -> int:
    """Read an amount, which is not null."""
    montant = _entier(texte)
    if montant == 0:
        raise MontantInvalide("le montant est nul")
    return montant


def _entier(texte: str) -> int:
    """Read whole francs that a bank may write with decimals, all of them zeros."""
    entier, _, decimales = texte.replace(",", ".").partition(".")
    if decimales.strip("0"):
        raise ValueError(f"le montant {texte} a des centimes, que le franc CFP n’a pas")
    return lire(entier)


def _jour(texte: str) -> date:
    for forme in FORMATS_DATE:
        try:
            return datetime.strptime(texte, forme).date()  # noqa: DTZ007  (a day, without hour)
        except ValueError:
            continue
    raise ValueError(f"la date « {texte[:20]} » ne se lit pas : AAAA-MM-JJ ou JJ/MM/AAAA")


def _borner(nombre: int) -> None:
    if nombre > LIGNES_MAXIMALES:
        raise FichierRefuse(f"Ce relevé dépasse {LIGNES_MAXIMALES} lignes : coupez-le par mois.")


def _lire_csv(contenu: bytes, bilan: Bilan) -> tuple[str, list[Ligne]]:
    """Read a CSV: date, libelle, montant (or debit and credit), reference, compte, commission."""
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FichierRefuse("Ce fichier n’est ni un CAMT.053 ni un CSV en UTF-8.") from None
    separateur = ";" if ";" in texte.partition("\n")[0] else ","
    lecteur = csv.DictReader(io.StringIO(texte), delimiter=separateur)
    noms = [_nom(nom) for nom in lecteur.fieldnames or []]
    a_montant = "montant" in noms or {"debit", "credit"} <= set(noms)
    if not {"date", "libelle"} <= set(noms) or not a_montant:
        raise FichierRefuse(
            "Ce CSV n’a pas les colonnes attendues : date, libelle, et montant (ou debit et "
            "credit) ; reference, compte et commission si la banque les donne."
        )
    lecteur.fieldnames = noms
    lues, comptes = [], set()
    for rang, cellules in enumerate(_rangees(lecteur), start=2):
        _borner(rang)
        try:
            lues.append(_ligne_csv(cellules))
            comptes.add(cellules.get("compte", ""))
        except ValueError as erreur:
            bilan.rejets.append((rang, cellules.get("reference", ""), str(erreur)))
    if len(comptes) > 1:
        raise FichierRefuse("Ce relevé porte sur plusieurs comptes : importez-les un par un.")
    return next(iter(comptes), "") or COMPTE_INCONNU, lues


def _nom(colonne: str) -> str:
    propre = colonne.strip().lower().replace("’", "'")
    return SYNONYMES.get(propre, propre)


def _rangees(lecteur: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    try:
        for rangee in lecteur:
            yield {nom: (valeur or "").strip() for nom, valeur in rangee.items() if nom}
    except csv.Error as erreur:
        raise FichierRefuse(f"Ce CSV ne se lit pas au-delà d’une ligne : {erreur}.") from erreur


def _ligne_csv(cellules: dict[str, str]) -> Ligne:
    """Read one row. Raises `ValueError`, in French, for what cannot be kept."""
    if cellules.get("montant"):
        montant = _francs(cellules["montant"])
    elif credit := abs(_entier(cellules.get("credit") or "0")):
        montant = credit
    elif cellules.get("debit"):
        montant = -abs(_francs(cellules["debit"]))
    else:
        raise ValueError("aucun montant")
    if not cellules["libelle"]:
        raise ValueError("le libellé est vide")
    return Ligne(
        jour=_jour(cellules["date"]),
        montant=montant,
        libelle=cellules["libelle"],
        reference=cellules.get("reference", ""),
        commission=abs(_entier(cellules["commission"])) if cellules.get("commission") else None,
    )
