"""Read a text table by slices of some ten thousand lines, whatever is wrong with a few of them.

One line of text is one row. Arrow parses the lines that hold as many cells as the heading; the few
others (cells missing or in excess, a quote left open, a cell on several lines) are taken apart one
by one, so that a bad one never carries its neighbours away.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from fournisseurs.reprise.colonnes import DEFAUT, LIGNE, SANS_NOM, SAUT, Colonnes, FichierIllisible

TAILLE_BLOC = 2 * 1024 * 1024  # characters
LIGNES_D_UNE_CELLULE = 20
LONGUEUR_LIGNE = 100_000
SEPARATEURS = (";", "\t", ",", "|")
MARQUES = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
EN_TROP = "La ligne a plus de cellules que l’en-tête de colonnes."
ANONYME = (
    "La ligne a une cellule sous une colonne sans nom : nommez la colonne, ou videz la cellule."
)
GUILLEMET = "Un guillemet ouvert n’est jamais refermé : ôtez-le, ou fermez-le."
TEXTE = pd.StringDtype("pyarrow", na_value=np.nan)


@dataclass(frozen=True, slots=True)
class Forme:
    """How the lines of a file are cut, and the names of its columns."""

    separateur: str
    noms: list[str]


def lire_texte(
    chemin: Path, encodage: str, colonnes: Colonnes, *, separateur: str = ""
) -> Iterator[pd.DataFrame]:
    """Yield the rows of a text file by slices, with columns `ligne` and `defaut`."""
    with chemin.open(encoding=encodage, errors="replace") as fichier:
        forme, ligne = _en_tete(fichier, colonnes, separateur)
        reste = ""
        while bloc := fichier.read(TAILLE_BLOC):
            lignes = (reste + bloc).split("\n")
            reste = lignes.pop()
            if len(reste) > LONGUEUR_LIGNE:
                raise FichierIllisible("Une ligne est démesurée : ce n’est pas un tableau.")
            gardees = _fin_complete(lignes)
            reste = "\n".join([*lignes[gardees:], reste])
            if any(lignes[:gardees]):
                yield _tranche(lignes[:gardees], ligne, forme)
            ligne += gardees
        if reste:
            yield _tranche(reste.split("\n"), ligne, forme)


def encodage_de(chemin: Path) -> str:
    """Return the encoding told by the mark, else UTF-8 when the whole file holds, else cp1252."""
    with chemin.open("rb") as fichier:
        tete = fichier.read(4)
        for marque, encodage in MARQUES:
            if tete.startswith(marque):
                return encodage
        fichier.seek(0)
        decodeur = codecs.getincrementaldecoder("utf-8")()
        try:
            while bloc := fichier.read(1 << 20):
                decodeur.decode(bloc)
            decodeur.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _en_tete(fichier: io.TextIOWrapper, colonnes: Colonnes, separateur: str) -> tuple[Forme, int]:
    """Read the first line that is not blank; return the form, and the number of the next line."""
    for ligne in range(1, 1000):
        texte = fichier.readline(LONGUEUR_LIGNE)
        if not texte:
            break
        if texte.lower().startswith("sep=") and len(texte.strip()) == len("sep=;"):
            separateur = texte.strip()[-1]
        elif texte.strip("; \t,|\n"):
            separateur = separateur or max(SEPARATEURS, key=texte.count)
            entetes = next(csv.reader([texte.rstrip("\n")], delimiter=separateur), [])
            return Forme(separateur, colonnes.nommer(entetes)), ligne + 1
    colonnes.nommer([])
    raise FichierIllisible("Le fichier est vide : la première ligne nomme les colonnes.")


def _ouvre_un_guillemet(lignes: list[str]) -> list[int]:
    """Return the ranks of the lines that hold an odd number of quotes."""
    nombres = pc.count_substring(pa.array(lignes, pa.string()), '"').to_numpy()
    rangs: list[int] = np.flatnonzero(nombres % 2).tolist()
    return rangs


def _fin_complete(lignes: list[str]) -> int:
    """Return how many lines to take, so that a cell on several lines stays whole."""
    fin = lignes[-LIGNES_D_UNE_CELLULE:]
    impairs = _ouvre_un_guillemet(fin)
    if len(impairs) % 2 == 0:
        return len(lignes)
    return len(lignes) - len(fin) + impairs[-1]


def _tranche(lignes: list[str], premiere: int, forme: Forme) -> pd.DataFrame:
    """Return the rows of some lines, the first of which has number `premiere`."""
    ouvertes = _fermer_les_guillemets(lignes, forme)
    table, ecartees = _analyser(lignes, forme)
    numeros = np.delete(np.arange(len(lignes)), [rang for rang, _ in ecartees])
    cadre = _en_texte(table)
    cadre[LIGNE] = numeros + premiere
    cadre[DEFAUT] = pd.Series("", index=cadre.index, dtype=TEXTE)
    if autres := [*_couper_au_plus_juste(ouvertes, forme), *_completer(ecartees, forme)]:
        reprises = pd.DataFrame(
            {
                nom: [cellules[rang] for _, cellules, _ in autres]
                for rang, nom in enumerate(forme.noms)
            },
            dtype=TEXTE,
        )
        reprises[LIGNE] = [rang + premiere for rang, _, _ in autres]
        reprises[DEFAUT] = pd.Series([defaut for _, _, defaut in autres], dtype=TEXTE)
        cadre = pd.concat([cadre, reprises]).sort_values(LIGNE, kind="stable")
    _refuser_sans_nom(cadre, forme)
    remplies = (cadre[forme.noms] != "").any(axis=1) | (cadre[DEFAUT] != "")
    return cadre.loc[remplies].reset_index(drop=True)


def _refuser_sans_nom(cadre: pd.DataFrame, forme: Forme) -> None:
    """Give a default to the rows that hold something under a blank heading."""
    anonymes = [nom for nom in forme.noms if nom.startswith(SANS_NOM)]
    if anonymes:
        en_trop = (cadre[anonymes] != "").any(axis=1) & (cadre[DEFAUT] == "")
        cadre.loc[en_trop, DEFAUT] = ANONYME


def _fermer_les_guillemets(lignes: list[str], forme: Forme) -> list[tuple[int, str]]:
    """Join the cells written on several lines; take out, and return, quotes left open."""
    impairs = [
        rang
        for rang in _ouvre_un_guillemet(lignes)
        if f'{forme.separateur}"' in f"{forme.separateur}{lignes[rang]}"
        or f'"{forme.separateur}' in f"{lignes[rang]}{forme.separateur}"
    ]
    ouvertes: list[tuple[int, str]] = []
    fermee = -1
    for rang, suivant in pairwise([*impairs, len(lignes)]):
        if rang <= fermee:
            continue
        jointe = "\n".join(lignes[rang : suivant + 1])
        if suivant - rang <= LIGNES_D_UNE_CELLULE and _est_une_ligne(jointe, forme):
            lignes[rang] = jointe.replace("\n", SAUT)
            lignes[rang + 1 : suivant + 1] = [""] * (suivant - rang)
            fermee = suivant
        else:
            ouvertes.append((rang, lignes[rang]))
            lignes[rang] = ""
    return ouvertes


def _est_une_ligne(texte: str, forme: Forme) -> bool:
    try:
        lues = list(csv.reader(io.StringIO(texte), delimiter=forme.separateur, strict=True))
    except csv.Error:
        return False
    return len(lues) == 1 and len(lues[0]) <= len(forme.noms)


def _analyser(lignes: list[str], forme: Forme) -> tuple[pa.Table, list[tuple[int, str]]]:
    """Parse the lines that have the right number of cells; return the others with their rank."""
    ecartees: list[tuple[int, str]] = []

    def ecarter(ligne: arrow_csv.InvalidRow) -> str:
        ecartees.append((ligne.number - 1, ligne.text))
        return "skip"

    table = arrow_csv.read_csv(
        io.BytesIO("\n".join([*lignes, ""]).encode()),
        read_options=arrow_csv.ReadOptions(
            column_names=forme.noms, use_threads=False, block_size=1 << 28
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=forme.separateur, ignore_empty_lines=False, invalid_row_handler=ecarter
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(forme.noms, pa.string()),
            strings_can_be_null=False,
        ),
    )
    return table, ecartees


def _en_texte(table: pa.Table) -> pd.DataFrame:
    return pd.DataFrame(
        {nom: pd.Series(_propre(table.column(nom)), dtype=TEXTE) for nom in table.column_names}
    )


def _propre(colonne: pa.ChunkedArray) -> pa.ChunkedArray:
    """Strip the cells, and take off the apostrophe that keeps a spreadsheet from computing."""
    nette = pc.utf8_trim_whitespace(colonne)
    protegees = pc.match_substring_regex(nette, r"^'[=+\-@]")
    if pc.any(protegees).as_py():
        return pc.if_else(protegees, pc.utf8_slice_codeunits(nette, 1), nette)
    return nette


def _completer(
    ecartees: Iterable[tuple[int, str]], forme: Forme
) -> Iterator[tuple[int, list[str], str]]:
    """Yield rank, cells and default of the lines that have not as many cells as the heading."""
    nombre = len(forme.noms)
    for rang, texte in ecartees:
        cellules = [c.strip() for c in next(csv.reader([texte], delimiter=forme.separateur), [])]
        defaut = EN_TROP if any(cellules[nombre:]) else ""
        yield rang, [*cellules, *[""] * nombre][:nombre], defaut


def _couper_au_plus_juste(
    ouvertes: Iterable[tuple[int, str]], forme: Forme
) -> Iterator[tuple[int, list[str], str]]:
    """Yield rank, cells and default of the lines whose quote is left open: cut at separators."""
    nombre = len(forme.noms)
    for rang, texte in ouvertes:
        cellules = [cellule.strip(' "') for cellule in texte.split(forme.separateur)]
        yield rang, [*cellules, *[""] * nombre][:nombre], GUILLEMET
