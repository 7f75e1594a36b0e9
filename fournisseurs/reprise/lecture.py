"""Read the file: CSV of any separator and usual encoding, or XLSX, as columns of text."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from facturier.commun.types_contenu import CSV, TEXTE, XLSX, type_fichier
from fournisseurs.reprise.colonnes import FichierIllisible, nommer

TAILLE_TRANCHE = 5_000
EN_TROP = 10
SEPARATEURS = (";", "\t", ",", "|")
MARQUES = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LIGNE = "ligne"
TROP = "cellules_en_trop"


def lire(chemin: Path) -> Iterator[pd.DataFrame]:
    """Yield the rows by slices of 5,000, columns named, all as text, blank rows left out.

    Column `ligne` is the line of the file where the row begins, as an editor counts it;
    `cellules_en_trop` says that the row has more cells than there are headings.

    Raises:
        FichierIllisible: neither CSV nor XLSX, no heading, column missing or given twice.
    """
    type_mime = type_fichier(chemin)
    if type_mime == XLSX:
        yield from _lire_classeur(chemin)
    elif type_mime in (CSV, TEXTE):
        yield from _lire_texte(chemin)
    else:
        raise FichierIllisible(
            "Ce fichier n’est ni un CSV ni un classeur XLSX : enregistrez-le sous l’un des deux."
        )


def _lire_texte(chemin: Path) -> Iterator[pd.DataFrame]:
    encodage = _encodage(chemin)
    with chemin.open(encoding=encodage, newline="") as fichier:
        premiere = fichier.readline()
        separateur = max(SEPARATEURS, key=premiere.count)
        entetes = next(csv.reader([premiere], delimiter=separateur), [])
    noms = nommer(entetes)
    try:
        yield from _tranches_csv(chemin, encodage, separateur, noms)
    except (pd.errors.ParserError, csv.Error) as erreur:
        raise FichierIllisible(
            f"Le fichier est mal formé (guillemet non fermé ou cellules en trop) : {erreur}"
        ) from erreur


def _tranches_csv(
    chemin: Path, encodage: str, separateur: str, noms: list[str]
) -> Iterator[pd.DataFrame]:
    surplus = [f"_{rang}" for rang in range(EN_TROP)]
    lecteur = pd.read_csv(
        chemin,
        sep=separateur,
        encoding=encodage,
        header=None,
        names=[*noms, *surplus],
        skiprows=1,
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
        index_col=False,
        chunksize=TAILLE_TRANCHE,
    )
    prochaine = 2
    with lecteur:
        for lue in lecteur:
            tranche = lue.fillna("")
            sauts = tranche.apply(lambda colonne: colonne.str.count("\n")).sum(axis=1) + 1
            tranche[LIGNE] = prochaine + sauts.cumsum() - sauts
            prochaine += int(sauts.sum())
            yield _preparer(tranche, noms, surplus)


def _lire_classeur(chemin: Path) -> Iterator[pd.DataFrame]:
    try:
        feuille = pd.read_excel(chemin, engine="calamine", header=None, dtype=str, na_filter=False)
    except Exception as erreur:  # the reader of workbooks documents no exception of its own
        raise FichierIllisible(
            "Le classeur ne s’ouvre pas : enregistrez-le de nouveau, sans mot de passe."
        ) from erreur
    if feuille.empty:
        raise FichierIllisible("Le classeur est vide : la première ligne nomme les colonnes.")
    noms = nommer([str(cellule) for cellule in feuille.iloc[0]])
    feuille.columns = pd.Index(noms)
    feuille[LIGNE] = feuille.index + 1
    for debut in range(1, len(feuille), TAILLE_TRANCHE):
        yield _preparer(feuille.iloc[debut : debut + TAILLE_TRANCHE].copy(), noms, [])


def _preparer(tranche: pd.DataFrame, noms: list[str], surplus: list[str]) -> pd.DataFrame:
    """Strip every cell, tell the rows that are too long, leave blank ones out."""
    for nom in [*noms, *surplus]:
        tranche[nom] = tranche[nom].str.strip()
    tranche[TROP] = (tranche[surplus] != "").any(axis=1)
    remplies = (tranche[noms] != "").any(axis=1) | tranche[TROP]
    return tranche.loc[remplies].drop(columns=surplus).reset_index(drop=True)


def _encodage(chemin: Path) -> str:
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
