"""Virus scan of what is handed in: clamd, spoken to by its INSTREAM command over a socket.

Without `CLAMD_SOCKET`, or when clamd does not answer, a file is « non analysé »: silence is never
taken for a clean bill.
"""

import socket
import struct
from enum import StrEnum
from typing import BinaryIO

import structlog
from django.conf import settings

from facturier.commun.fichiers import FichierRefuse

TAILLE_BLOC = 64 * 1024
DELAI_SECONDES = 30.0
REPONSE_MAXIMALE = 4096

journal = structlog.get_logger(__name__)


class AntivirusMuet(FichierRefuse):
    """The antivirus declared does not answer: nothing is known of the file."""


class Verdict(StrEnum):
    """What the antivirus said of a file."""

    NON_ANALYSE = "non_analyse"
    SAIN = "sain"
    INFECTE = "infecte"


def est_configure() -> bool:
    """Tell whether an antivirus is declared (`CLAMD_SOCKET`)."""
    return bool(settings.CLAMD_SOCKET)


def analyser(flux: BinaryIO) -> Verdict:
    """Send `flux`, from where it stands, to clamd and return its verdict; moves `flux` to its end.

    `CLAMD_SOCKET` is the path of a Unix socket, or `machine:port`. A failure is logged and answered
    by `NON_ANALYSE`.
    """
    if not est_configure():
        return Verdict.NON_ANALYSE
    try:
        with _connecter(settings.CLAMD_SOCKET) as connexion:
            reponse = _interroger(connexion, flux)
    except OSError as erreur:
        journal.warning("antivirus_muet", erreur=str(erreur))
        return Verdict.NON_ANALYSE
    return _lire_reponse(reponse)


def exiger_sain(flux: BinaryIO) -> None:
    """Let `flux` through, back at its beginning, unless the antivirus declared finds it infected.

    Raises:
        FichierRefuse: infected.
        AntivirusMuet: the antivirus declared does not answer.
    """
    if not est_configure():
        return
    verdict = analyser(flux)
    if verdict == Verdict.INFECTE:
        raise FichierRefuse(
            "L’antivirus a trouvé un virus dans ce fichier, ou dans un document qu’il contient : "
            "il n’a pas été conservé. Analysez votre poste, puis déposez un fichier sain."
        )
    if verdict == Verdict.NON_ANALYSE:
        raise AntivirusMuet(
            "L’antivirus ne répond pas : rien n’est conservé. Redéposez ce fichier dans quelques "
            "minutes."
        )
    flux.seek(0)


def _connecter(adresse: str) -> socket.socket:
    if adresse.startswith("/"):
        connexion = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connexion.settimeout(DELAI_SECONDES)
        try:
            connexion.connect(adresse)
        except OSError:
            connexion.close()
            raise
        return connexion
    machine, _, port = adresse.rpartition(":")
    return socket.create_connection((machine, int(port)), timeout=DELAI_SECONDES)


def _interroger(connexion: socket.socket, flux: BinaryIO) -> bytes:
    connexion.sendall(b"zINSTREAM\0")
    while bloc := flux.read(TAILLE_BLOC):
        connexion.sendall(struct.pack(">I", len(bloc)) + bloc)
    connexion.sendall(struct.pack(">I", 0))
    reponse = b""
    while not reponse.endswith(b"\0") and len(reponse) < REPONSE_MAXIMALE:
        recu = connexion.recv(REPONSE_MAXIMALE)
        if not recu:
            break
        reponse += recu
    return reponse.rstrip(b"\0")


def _lire_reponse(reponse: bytes) -> Verdict:
    if reponse == b"stream: OK":
        return Verdict.SAIN
    if reponse.endswith(b" FOUND"):
        return Verdict.INFECTE
    journal.warning("antivirus_en_erreur", reponse=reponse.decode(errors="replace"))
    return Verdict.NON_ANALYSE
