"""Files hidden inside a PDF: what an antivirus and an agent do not see is refused with it.

The names of a plain PDF are read as they are. Those of one whose objects are packed or enciphered
are read by a child process, bounded in memory and time: such a file may unfold without end.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from facturier.commun.fichiers import FichierRefuse

MODULE_ENFANT = "facturier.commun.joints_enfant"
RACINE = Path(__file__).resolve().parents[2]
DELAI = 30  # seconds
JOINT, PROTEGE = 3, 4  # exit codes of the child

_ENTETE = b"%PDF-"
_HEXADECIMAL = re.compile(rb"#([0-9A-Fa-f]{2})")
_JOINTS = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment)\b")
_CACHES = re.compile(rb"/(?:ObjStm|Encrypt)\b")
_REFUS = {
    JOINT: "Ce PDF contient d’autres fichiers : imprimez-le vers un nouveau PDF, puis déposez "
    "celui-ci.",
    PROTEGE: "Ce PDF demande un mot de passe : enregistrez-le sans protection, puis redéposez-le.",
}
_ILLISIBLE = "Ce PDF ne se lit pas : enregistrez-le de nouveau, puis redéposez-le."


def exiger_sans_joint(flux: BinaryIO, taille_maximale: int) -> None:
    """Let a file pass that is no PDF, or a PDF without embedded files; read from where it stands.

    One larger than `taille_maximale` bytes passes: it is refused for its size.

    Raises:
        FichierRefuse: it holds other files, asks for a password, or cannot be read.
    """
    contenu = flux.read(taille_maximale + 1)
    if not contenu.startswith(_ENTETE) or len(contenu) > taille_maximale:
        return
    noms = _HEXADECIMAL.sub(lambda code: bytes([int(code[1], 16)]), contenu)
    if _JOINTS.search(noms):
        raise FichierRefuse(_REFUS[JOINT])
    if _CACHES.search(noms) and (issue := _regarder_a_part(contenu)):
        raise FichierRefuse(_REFUS.get(issue, _ILLISIBLE))


def _regarder_a_part(contenu: bytes) -> int:
    """Return the exit code of the child that looked inside; 0 when it holds no file."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copie:
        copie.write(contenu)
        copie.flush()
        try:
            return subprocess.run(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", MODULE_ENFANT, copie.name],
                capture_output=True,
                env={"PYTHONPATH": str(RACINE), "LC_ALL": "C.UTF-8"},  # no secret reaches it
                timeout=DELAI,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return -1
