"""A folder that the treasury, or its relay, reads."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from exports_tps.transports import (
    PROVISOIRE,
    NomOccupe,
    TransportEnPanne,
    blocs,
)
from facturier.commun.causes import cause
from facturier.commun.fichiers import TAILLE_BLOC, taille_lisible
from facturier.commun.heures import jour_et_heure

LECTURE_SEULE = 0o440


class Dossier:
    """An outbox on this machine, or mounted on it."""

    def __init__(self, envois: Path) -> None:
        self._envois = envois

    @property
    def adresse(self) -> str:
        """Name of the folder."""
        return self._envois.name

    @contextmanager
    def ouvrir(self) -> Iterator["SessionDossier"]:
        """Make the outbox if need be; what the system refuses is told in French."""
        try:
            self._envois.mkdir(parents=True, exist_ok=True)
            yield SessionDossier(self._envois)
        except OSError as erreur:
            raise TransportEnPanne(f"dossier d’envoi, {cause(erreur)}") from erreur

    def relever(self) -> list[str]:
        """Do nothing: the treasury puts its answers where they are read."""
        return []


class SessionDossier:
    """The folder, at hand. A failure of the system reaches `Dossier.ouvrir`, which explains it."""

    def __init__(self, envois: Path) -> None:
        self._envois = envois

    def empreinte(self, nom: str) -> str | None:
        """Read back what bears `nom`."""
        try:
            with (self._envois / nom).open("rb") as fichier:
                return hashlib.file_digest(fichier, "sha256").hexdigest()
        except FileNotFoundError:
            return None

    def ecrire(self, nom: str, source: BinaryIO) -> None:
        """Write and synchronise; what could not be written whole is removed."""
        chemin = self._envois / nom
        try:
            with chemin.open("xb") as fichier:
                for bloc in blocs(source, TAILLE_BLOC):
                    fichier.write(bloc)
                fichier.flush()
                os.fsync(fichier.fileno())
                os.fchmod(fichier.fileno(), LECTURE_SEULE)
        except OSError:
            chemin.unlink(missing_ok=True)
            raise

    def nommer(self, provisoire: str, nom: str) -> bool:
        """Rename, then make the folder itself survive a power cut."""
        if (self._envois / nom).exists():
            raise NomOccupe
        try:
            os.rename(self._envois / provisoire, self._envois / nom)
        except FileNotFoundError:
            return False
        descripteur = os.open(self._envois, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descripteur)
        finally:
            os.close(descripteur)
        return True

    def nettoyer(self, prefixe: str) -> None:
        """Remove what killed senders left."""
        with os.scandir(self._envois) as entrees:
            for entree in entrees:
                if entree.name.startswith(prefixe) and entree.name.endswith(PROVISOIRE):
                    Path(entree.path).unlink(missing_ok=True)

    def accuse(self, nom: str) -> str:
        """Tell size and time as the file system keeps them."""
        try:
            etat = (self._envois / nom).stat()
        except FileNotFoundError:
            return "déjà pris par le destinataire"
        moment = jour_et_heure(datetime.fromtimestamp(etat.st_mtime, UTC), a_la_seconde=True)
        return f"{taille_lisible(etat.st_size)}, écrit le {moment} UTC"
