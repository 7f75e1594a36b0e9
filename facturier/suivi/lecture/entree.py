"""The entry: what is checked before anything is parsed, then the isolated reading."""

import tempfile
from pathlib import Path
from typing import IO, BinaryIO

from facturier.commun import types_contenu
from facturier.commun.fichiers import FichierRefuse, recopier
from facturier.suivi.lecture.facture_lue import FactureLue
from facturier.suivi.lecture.isolement import lire_isolement, objets_isolement

TAILLE_MAXIMALE = 20_000_000
DELAI_MAXIMAL = 20.0

_TYPES_PAR_EXTENSION = {".pdf": types_contenu.PDF, ".xml": types_contenu.XML}


def lire_facture(
    contenu: BinaryIO | Path,
    nom: str,
    *,
    taille_maximale: int = TAILLE_MAXIMALE,
    delai: float = DELAI_MAXIMAL,
) -> FactureLue:
    """Read an invoice file named `nom`: PDF, Factur-X, UBL 2.1 or CII.

    `taille_maximale` in bytes, `delai` in seconds. Raises `FichierRefuse` when the file is empty,
    too large, not what its name says, encrypted, or cannot be read within bounds; a file that is
    merely hard to understand is returned with fewer data and `avertissements`.
    """
    with tempfile.TemporaryFile() as copie:
        _copier(contenu, copie, taille_maximale)
        type_mime = types_contenu.type_contenu(copie.read(types_contenu.TAILLE_TETE))
        _exiger_coherence(nom, type_mime)
        copie.seek(0)
        return lire_isolement(copie, type_mime, delai=delai)


def objets_embarques(contenu: BinaryIO, *, delai: float = DELAI_MAXIMAL) -> list[bytes]:
    """Return what is embedded in a PDF or XML invoice, to be scanned on its own.

    Raises `FichierRefuse` when it cannot be taken out within bounds.
    """
    with tempfile.TemporaryFile() as copie:
        _copier(contenu, copie, TAILLE_MAXIMALE)
        type_mime = types_contenu.type_contenu(copie.read(types_contenu.TAILLE_TETE))
        if type_mime not in _TYPES_PAR_EXTENSION.values():
            return []
        copie.seek(0)
        return objets_isolement(copie, type_mime, delai=delai)


def _copier(contenu: BinaryIO | Path, copie: IO[bytes], taille_maximale: int) -> None:
    if isinstance(contenu, Path):
        with contenu.open("rb") as source:
            recopier(source, copie, taille_maximale)
    else:
        recopier(contenu, copie, taille_maximale)
    copie.seek(0)


def _exiger_coherence(nom: str, type_mime: str) -> None:
    attendu = _TYPES_PAR_EXTENSION.get(Path(nom).suffix.lower())
    libelle = types_contenu.LIBELLES[type_mime]
    if attendu is None:
        raise FichierRefuse(
            f"Le fichier « {nom[:80]} » n’est ni un PDF ni un XML : déposez la facture en PDF, "
            "Factur-X, UBL ou CII."
        )
    if type_mime != attendu:
        raise FichierRefuse(
            f"Le fichier « {nom[:80]} » ne contient pas ce que son nom annonce (contenu : "
            f"{libelle}) : réexportez la facture depuis votre logiciel, puis redéposez-la."
        )
