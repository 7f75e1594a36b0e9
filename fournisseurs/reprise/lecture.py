"""Read the file: CSV of any separator and usual encoding, or XLSX, as columns of text."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from facturier.commun.types_contenu import CSV, TEXTE, XLSX, type_fichier
from fournisseurs.reprise.colonnes import DEFAUT, LIGNE, Colonnes, FichierIllisible
from fournisseurs.reprise.isolement import Fusions, convertir
from fournisseurs.reprise.texte import encodage_de, lire_texte

FUSION = "La ligne est prise dans des cellules fusionnées : défusionnez-les et complétez-les."


def lire(chemin: Path, colonnes: Colonnes) -> Iterator[pd.DataFrame]:
    """Yield the rows by slices, columns named, all as stripped text, blank rows left out.

    Column `ligne` is the line of the file where the row begins, as an editor or a spreadsheet
    counts it; `defaut` is empty, or says why the row could not be read as it should.

    Raises:
        FichierIllisible: neither CSV nor XLSX, no heading, column missing or given twice.
    """
    type_mime = type_fichier(chemin)
    if type_mime == XLSX:
        yield from _lire_classeur(chemin, colonnes)
    elif type_mime in (CSV, TEXTE):
        yield from lire_texte(chemin, encodage_de(chemin), colonnes)
    else:
        raise FichierIllisible(
            "Ce fichier n’est ni un CSV ni un classeur XLSX : enregistrez-le sous l’un des deux."
        )


def _lire_classeur(chemin: Path, colonnes: Colonnes) -> Iterator[pd.DataFrame]:
    with tempfile.NamedTemporaryFile(suffix=".csv") as sortie:
        fusions = convertir(chemin, Path(sortie.name))
        for tranche in lire_texte(Path(sortie.name), "utf-8", colonnes, separateur=";"):
            _marquer(tranche, fusions)
            yield tranche


def _marquer(tranche: pd.DataFrame, fusions: Fusions) -> None:
    """Tell the rows that merged cells cross: only the first cell of a merge holds the value."""
    for debut, fin in fusions:
        prises = tranche[LIGNE].between(debut, fin) & (tranche[DEFAUT] == "")
        tranche.loc[prises, DEFAUT] = FUSION
