"""Content-addressed store of documents: a file is named by its SHA-256 and never changes.

Layout: `<racine>/sha256/ab/cd/<the 64 hexadecimal digits>`, mode 0440. The same content is stored
once, whoever hands it in.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from facturier.commun.types_contenu import LIBELLES, type_fichier

TAILLE_BLOC = 256 * 1024
KILO_OCTET = 1_000
MEGA_OCTET = 1_000_000
MODE_FICHIER = 0o440
MODE_DOSSIER = 0o750

_EMPREINTE = re.compile(r"[0-9a-f]{64}")


class FichierRefuse(ValueError):
    """A file handed in is not accepted; the message says in French what, and what to do."""


class FichierTropLourd(FichierRefuse):
    """The file is larger than what is allowed here."""


class DocumentPerdu(Exception):
    """What the store was handed in can no longer be read from it: an administrator must look."""


class FichierIntrouvable(DocumentPerdu, LookupError):
    """No file of the store bears this digest."""


class FichierAltere(DocumentPerdu, RuntimeError):
    """The content of a stored file no longer matches its name."""


@dataclass(frozen=True, slots=True)
class FichierRange:
    """A file of the store: digest (64 hexadecimal digits), size in bytes, MIME type by content."""

    sha256: str
    taille: int
    type_mime: str


def ranger(
    flux: BinaryIO,
    *,
    racine: Path,
    taille_maximale: int,
    types_acceptes: Collection[str] | None = None,
) -> FichierRange:
    """Store what `flux` yields from where it stands, and return how to find it again.

    Streams to a temporary file of the store, synchronises it, then gives it its final name in one
    atomic step that cannot overwrite. `taille_maximale` is in bytes; `types_acceptes` are MIME
    types. Raises `FichierRefuse` for an empty, too large or unaccepted file, leaving nothing.
    """
    _creer_dossier(racine / "sha256")
    with tempfile.NamedTemporaryFile(dir=racine / "sha256", prefix=".depot-") as temporaire:
        sha256, taille = recopier(flux, temporaire, taille_maximale)
        type_mime = type_fichier(Path(temporaire.name))
        _exiger_type(type_mime, types_acceptes)
        os.fchmod(temporaire.fileno(), MODE_FICHIER)
        os.fsync(temporaire.fileno())
        _nommer(Path(temporaire.name), chemin(sha256, racine))
    return FichierRange(sha256, taille, type_mime)


def recopier(source: BinaryIO, cible: IO[bytes], taille_maximale: int) -> tuple[str, int]:
    """Copy a stream within a limit in bytes; return the SHA-256 and the size of what was copied.

    Raises `FichierRefuse` when it is empty or goes beyond the limit.
    """
    empreinte = hashlib.sha256()
    taille = 0
    while bloc := source.read(TAILLE_BLOC):
        taille += len(bloc)
        if taille > taille_maximale:
            raise FichierTropLourd(
                f"Le fichier dépasse {taille_lisible(taille_maximale)} : réduisez-le "
                "(numérisation en 200 points par pouce, par exemple) ou scindez-le."
            )
        empreinte.update(bloc)
        cible.write(bloc)
    if taille == 0:
        raise FichierRefuse("Le fichier est vide : vérifiez-le sur votre poste et redéposez-le.")
    cible.flush()
    return empreinte.hexdigest(), taille


def ouvrir(sha256: str, racine: Path) -> BinaryIO:
    """Open a stored file for reading. Raises `FichierIntrouvable`."""
    try:
        return chemin(sha256, racine).open("rb")
    except FileNotFoundError:
        raise FichierIntrouvable(
            f"Le document {sha256[:12]}… n’est pas dans les archives : l’administrateur doit "
            "l’y remettre depuis une sauvegarde."
        ) from None


def lire(sha256: str, racine: Path) -> bytes:
    """Return the whole of a small stored file, as it was stored.

    Raises `FichierIntrouvable` when it is missing, `FichierAltere` when it has changed since.
    """
    with ouvrir(sha256, racine) as fichier:
        contenu = fichier.read()
    if hashlib.sha256(contenu).hexdigest() != sha256:
        raise _altere(sha256)
    return contenu


def sortir(sha256: str, racine: Path, destination: Path) -> None:
    """Copy a stored file out; it bears its name once whole, and nothing is left when it fails.

    Raises `FichierIntrouvable`, and the OSError by which the system refuses the copy.
    """
    provisoire = destination.with_name(f".{destination.name}.part")
    try:
        with ouvrir(sha256, racine) as source, provisoire.open("wb") as copie:
            shutil.copyfileobj(source, copie)
        provisoire.replace(destination)
    except OSError:
        provisoire.unlink(missing_ok=True)
        raise


def taille(sha256: str, racine: Path) -> int:
    """Return the size in bytes of a stored file. Raises `FichierIntrouvable`."""
    with ouvrir(sha256, racine) as fichier:
        return os.fstat(fichier.fileno()).st_size


def verifier(sha256: str, racine: Path) -> None:
    """Read a stored file again and compare it with its name.

    Raises `FichierAltere` when they differ, `FichierIntrouvable` when it is missing.
    """
    relu = hashlib.sha256()
    with ouvrir(sha256, racine) as fichier:
        while bloc := fichier.read(TAILLE_BLOC):
            relu.update(bloc)
    if relu.hexdigest() != sha256:
        raise _altere(sha256)


def _altere(sha256: str) -> FichierAltere:
    return FichierAltere(
        f"Le document {sha256[:12]}… a été modifié depuis son dépôt : l’administrateur doit le "
        "restaurer depuis une sauvegarde."
    )


def chemin(sha256: str, racine: Path) -> Path:
    """Return where a digest is stored. Raises `FichierIntrouvable` for anything but a digest."""
    if not _EMPREINTE.fullmatch(sha256):
        raise FichierIntrouvable(
            f"« {sha256[:80]} » n’est pas une empreinte SHA-256 : elle a 64 chiffres hexadécimaux."
        )
    return racine / "sha256" / sha256[:2] / sha256[2:4] / sha256


def exiger_inscriptible(racine: Path) -> None:
    """Write a byte in the store, and forget it.

    Raises:
        OSError: no file can be written there.
    """
    racine.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=racine) as essai:
        essai.write(b"1")


def taille_lisible(octets: int) -> str:
    """Return a size in bytes as people read it, `8 Mo`, `1,5 Mo` or `300 ko`, rounded."""
    if octets >= MEGA_OCTET:
        return f"{octets / MEGA_OCTET:.1f}".removesuffix(".0").replace(".", ",") + "\u202fMo"
    return f"{max(1, round(octets / KILO_OCTET))}\u202fko"


@contextmanager
def magasin_d_essai() -> Iterator[Path]:
    """Lend a store that does not outlive a trial."""
    with tempfile.TemporaryDirectory(prefix="facturier-essai-") as nom:
        yield Path(nom)


def _exiger_type(type_mime: str, types_acceptes: Collection[str] | None) -> None:
    if types_acceptes is None or type_mime in types_acceptes:
        return
    acceptes = ", ".join(sorted(LIBELLES.get(accepte, accepte) for accepte in types_acceptes))
    raise FichierRefuse(
        f"Ce fichier est de type « {LIBELLES[type_mime]} », qui n’est pas accepté ici : déposez "
        f"un fichier de type {acceptes}."
    )


def _nommer(temporaire: Path, destination: Path) -> None:
    """Give the content its final name; a name already taken holds the same content."""
    _creer_dossier(destination.parent)
    try:
        os.link(temporaire, destination)
    except FileExistsError:
        return
    _synchroniser(destination.parent)


def _creer_dossier(dossier: Path) -> None:
    if dossier.is_dir():
        return
    _creer_dossier(dossier.parent)
    dossier.mkdir(mode=MODE_DOSSIER, exist_ok=True)
    _synchroniser(dossier.parent)


def _synchroniser(dossier: Path) -> None:
    """Make the entries of a folder survive a power cut."""
    descripteur = os.open(dossier, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
