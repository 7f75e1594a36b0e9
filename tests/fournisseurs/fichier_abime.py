"""A large file of tiers, three rows in a hundred broken, each in its own way; always the same.

`lignes(nombre)` yields the cells; `ecrire_csv` and `ecrire_classeur` write them. Line `n` of the
file is broken when `est_abimee(n)`.
"""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from facturier.commun.banque import cle_rib
from fournisseurs.models import Importation

ENTETE = (
    "N° RIDET",
    "Raison sociale",
    "Qualité",
    "Complément",
    "Adresse",
    "CP",
    "Commune",
    "Tél",
    "Mail",
    "Code banque",
    "Guichet",
    "N° compte",
    "Clé RIB",
    "Titulaire du compte",
)
COMMUNES = (("98800", "Nouméa"), ("98809", "Mont-Dore"), ("98835", "Dumbéa"), ("98890", "Païta"))
METIERS = ("Pépinière", "Menuiserie", "Électricité", "Transports", "Garage", "Boulangerie")
LIEUX = ("du Cagou", "des Alizés", "du Lagon", "de la Havannah", "du Niaouli", "du Récif")
VOIES = ("rue des Banians", "route du Sud", "avenue des Frangipaniers", "impasse du Santal")
PAS = 100
ABIMEES_PAR_PAS = 3


def ligne_saine(rang: int) -> list[str]:
    """Return the cells of row number `rang`, all right."""
    code_postal, commune = COMMUNES[rang % len(COMMUNES)]
    nom = f"{METIERS[rang % len(METIERS)]} {LIEUX[rang // 7 % len(LIEUX)]} {rang}"
    compte = f"{rang:011d}"
    return [
        f"9{rang:06d}001",
        nom,
        "créancier" if rang % 5 else "les deux",
        "",
        f"{rang % 200 + 1} {VOIES[rang % len(VOIES)]}",
        code_postal,
        commune,
        f"25{rang % 10_000:04d}",
        f"contact{rang}@fictif.example",
        "17499",
        "00000",
        compte,
        cle_rib("17499", "00000", compte),
        nom[:32],
    ]


def _cellule(colonne: int, valeur: str) -> Callable[[list[str]], list[str]]:
    return lambda cellules: [*cellules[:colonne], valeur, *cellules[colonne + 1 :]]


# What is wrong, and the words of the reason that must be given.
DEFAUTS: tuple[tuple[Callable[[list[str]], list[str]], str], ...] = (
    (_cellule(0, "90A00B1001"), "dix chiffres"),
    (_cellule(12, "00"), "clé est fausse"),
    (lambda cellules: cellules[:4], "« adresse_voie » est vide"),
    (_cellule(1, "x" * 300), "dépasse 100 caractères"),
    (_cellule(1, "=HYPERLINK(1)"), "formule"),
    (lambda cellules: [*cellules, "une", "deux"], "plus de cellules"),
    (_cellule(1, '"Guillemet ouvert'), "guillemet"),
    (_cellule(5, "988"), "cinq chiffres"),
    (_cellule(7, "+999 12 34"), "téléphone"),
    (_cellule(8, "sans arobase"), "adresse électronique"),
    (_cellule(2, "patron"), "qualité"),
    (_cellule(1, ""), "« nom » est vide"),
)


EN_TROP, GUILLEMET = 5, 6


def defaut(rang: int) -> int | None:
    """Return which of `DEFAUTS` row `rang` bears, if any."""
    if rang % PAS >= ABIMEES_PAR_PAS:
        return None
    return (rang // PAS * ABIMEES_PAR_PAS + rang % PAS) % len(DEFAUTS)


def abimees(nombre: int, *, est_csv: bool = True) -> dict[int, str]:
    """Return, by line of the file, the words of the reason that each broken row must be given.

    A workbook has no blank line; there a quote left open is but a character, and cells in excess
    stand under a column without a name.
    """
    attendus = {}
    for rang in range(nombre):
        quoi = defaut(rang)
        if quoi is None or (quoi == GUILLEMET and not est_csv):
            continue
        mots = "colonne sans nom" if quoi == EN_TROP and not est_csv else DEFAUTS[quoi][1]
        attendus[ligne_du_fichier(rang) if est_csv else rang + 2] = mots
    return attendus


def lignes(nombre: int, *, a_guillemets: bool = True) -> Iterator[list[str]]:
    """Yield the cells of the rows of the file; a quote left open stops other readers."""
    for rang in range(nombre):
        quoi = defaut(rang)
        if quoi == GUILLEMET and not a_guillemets:
            quoi = 0
        saine = ligne_saine(rang)
        yield saine if quoi is None else DEFAUTS[quoi][0](saine)


def ecrire_csv(
    chemin: Path, nombre: int, encodage: str = "utf-8", *, a_guillemets: bool = True
) -> None:
    """Write the file, a blank line every thousand rows; quotes left open stay as they are."""
    with chemin.open("w", encoding=encodage, errors="replace", newline="") as fichier:
        fichier.write(";".join(ENTETE) + "\r\n")
        for rang, cellules in enumerate(lignes(nombre, a_guillemets=a_guillemets)):
            fichier.write(";".join(cellules) + "\r\n" + ("\r\n" if rang % 1000 == 999 else ""))


def ligne_du_fichier(rang: int) -> int:
    """Return the line on which `ecrire_csv` puts row `rang`."""
    return rang + 2 + rang // 1000


def ecrire_classeur(chemin: Path, nombre: int) -> None:
    """Write the same rows as a workbook; the XML is written by hand, a thousand times faster."""
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for nom, contenu in _ENVELOPPE.items():
            archive.writestr(nom, contenu)
        with archive.open("xl/worksheets/sheet1.xml", "w") as feuille:
            feuille.write(_DEBUT.encode())
            for numero, cellules in enumerate((list(ENTETE), *lignes(nombre)), start=1):
                feuille.write(_rangee(numero, cellules).encode())
            feuille.write(b"</sheetData></worksheet>")


def _rangee(numero: int, cellules: list[str]) -> str:
    corps = "".join(
        f'<c r="{chr(65 + colonne)}{numero}" t="inlineStr"><is><t>{_echapper(texte)}</t></is></c>'
        for colonne, texte in enumerate(cellules)
        if texte
    )
    return f'<row r="{numero}">{corps}</row>'


def _echapper(texte: str) -> str:
    return texte.replace("&", "&amp;").replace("<", "&lt;")


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE = "http://schemas.openxmlformats.org"
_FEUILLE = f'xmlns="{_OFFICE}/spreadsheetml/2006/main"'
_DEBUT = f"{_XML}<worksheet {_FEUILLE}><sheetData>"
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships"
_ENVELOPPE = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/_rels/workbook.xml.rels": f"{_XML}"
    f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'{_XML}<workbook {_FEUILLE} xmlns:r="{_RELATION}"><sheets>'
    '<sheet name="Tiers" sheetId="1" r:id="rId1"/></sheets></workbook>',
}


def comptes(importation: Importation) -> tuple[int, int, int, int]:
    """Return created, modified, unchanged and rejected."""
    return (importation.crees, importation.modifies, importation.inchanges, importation.rejetes)


class Coupure(Exception):
    """Stands for what stops a process between two slices."""
