"""Run the reading in a child process, bounded in time, memory, files and output.

A parser that loops, swells or crashes then costs one child, never a web worker. A fresh interpreter
rather than a fork: forking a process that runs threads is unsafe, and multiprocessing refuses to
work inside Celery's daemonic workers. It costs about 0.4 s a file, mostly imports.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from facturier.commun.fichiers import FichierRefuse
from facturier.suivi.lecture.echange import de_json
from facturier.suivi.lecture.facture_lue import FactureLue
from facturier.suivi.lecture.refus import ILLISIBLE, TROP_LOURD

MODULE_ENFANT = "facturier.suivi.lecture.enfant"
OCTETS_TAILLE = 8  # before each object; the child says the same
ENTETE_PDF = b"%PDF-"
RACINE = Path(__file__).resolve().parents[3]

_journal = logging.getLogger(__name__)


def lire_isolement(fichier: IO[bytes], type_mime: str, *, delai: float) -> FactureLue:
    """Read an open file, from its beginning, in a child process. Raises `FichierRefuse`."""
    reponse = _reponse(fichier, type_mime, delai)
    if "refus" in reponse:
        raise FichierRefuse(str(reponse["refus"]))
    try:
        return de_json(reponse["facture"])
    except (ArithmeticError, KeyError, TypeError, ValueError):
        _journal.exception("the reading child gave an answer that cannot be understood")
        raise FichierRefuse(ILLISIBLE) from None


def photographier_isolement(
    photos: IO[bytes], tailles: Sequence[int], sortie: IO[bytes], *, delai: float
) -> None:
    """Write in `sortie` the PDF whose pages are photos, read one after the other in `photos`.

    `tailles` gives their sizes in bytes. Raises `FichierRefuse`.
    """
    _executer(photos, ["photos", *map(str, tailles)], sortie, delai)
    if sortie.read(len(ENTETE_PDF)) != ENTETE_PDF:
        sortie.seek(0)
        raise FichierRefuse(str(json.load(sortie)["refus"]))
    sortie.seek(0)


def objets_isolement(fichier: IO[bytes], type_mime: str, *, delai: float) -> list[bytes]:
    """Return what is embedded in an open file, read from its beginning. Raises `FichierRefuse`."""
    objets = []
    with tempfile.TemporaryFile() as sortie:
        _executer(fichier, ["objets", type_mime], sortie, delai)
        while taille := sortie.read(OCTETS_TAILLE):
            objets.append(sortie.read(int.from_bytes(taille)))
    return objets


def _reponse(fichier: IO[bytes], type_mime: str, delai: float) -> dict[str, Any]:
    with tempfile.TemporaryFile() as sortie:
        _executer(fichier, [type_mime], sortie, delai)
        return dict(json.load(sortie))


def _executer(entree: IO[bytes], arguments: list[str], sortie: IO[bytes], delai: float) -> None:
    """Run the child from `entree` to `sortie`, which is left at its beginning."""
    with tempfile.TemporaryFile() as erreurs:
        try:
            enfant = subprocess.run(  # noqa: S603 - our own module, arguments from our own table
                [sys.executable, "-P", "-m", MODULE_ENFANT, *arguments],
                stdin=entree,
                stdout=sortie,
                stderr=erreurs,
                env=_environnement(),
                timeout=delai,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FichierRefuse(TROP_LOURD) from None
        if enfant.returncode != 0:
            _journal.error(
                "the reading child ended with code %d: %s", enfant.returncode, _cause(erreurs)
            )
            raise FichierRefuse(TROP_LOURD if enfant.returncode < 0 else ILLISIBLE)
        sortie.seek(0)


def _cause(erreurs: IO[bytes]) -> str:
    """Name the exception that ended the child, without its message: it may quote the invoice."""
    erreurs.seek(0)
    lignes = erreurs.read().decode(errors="replace").split("\n")
    return next((ligne.split(":")[0] for ligne in reversed(lignes) if ligne), "killed")


def _environnement() -> dict[str, str]:
    """Nothing of the parent's environment but its path: no secret reaches the child."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(RACINE),
        "LC_ALL": "C.UTF-8",
    }
