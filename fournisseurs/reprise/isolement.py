"""Turn a workbook into text in a child process, bounded in memory, time and output.

A workbook is an archive that may unfold without end, or claim a cell at the far corner of its
sheet: the library would then swell until the system kills the process. The child dies alone.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from fournisseurs.reprise.colonnes import FichierIllisible

MODULE_ENFANT = "fournisseurs.reprise.classeur"
RACINE = Path(__file__).resolve().parents[2]
DELAI = 300  # seconds
TAILLE_DEPLIEE = 1_000_000_000  # bytes, as the archive declares them
ILLISIBLE = 3  # exit code of the child for a workbook it cannot open

Fusions = list[tuple[int, int]]  # first and last line of each range of merged cells


def convertir(classeur: Path, sortie: Path) -> Fusions:
    """Write the first sheet of `classeur` to `sortie` as CSV (`;`, UTF-8), one line a row.

    Raises:
        FichierIllisible: protected, malformed, empty, or out of proportion once unfolded.
    """
    _exiger_proportion(classeur)
    try:
        enfant = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", MODULE_ENFANT, str(classeur), str(sortie)],
            capture_output=True,
            env=_environnement(),
            timeout=DELAI,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FichierIllisible(_DEMESURE) from None
    if enfant.returncode == ILLISIBLE:
        raise FichierIllisible(
            "Le classeur ne s’ouvre pas : enregistrez-le de nouveau, sans mot de passe."
        )
    if enfant.returncode != 0:
        raise FichierIllisible(_DEMESURE)
    return [(debut, fin) for debut, fin in json.loads(enfant.stdout)]


_DEMESURE = (
    "Le classeur est démesuré une fois déplié : copiez les seules lignes utiles dans un nouveau "
    "classeur, ou enregistrez-le au format CSV."
)


def _exiger_proportion(classeur: Path) -> None:
    with zipfile.ZipFile(classeur) as archive:
        if sum(membre.file_size for membre in archive.infolist()) > TAILLE_DEPLIEE:
            raise FichierIllisible(_DEMESURE)


def _environnement() -> dict[str, str]:
    """Nothing of the parent's environment but its path: no secret reaches the child."""
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(RACINE), "LC_ALL": "C.UTF-8"}
