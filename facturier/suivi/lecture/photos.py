"""Photos of a paper invoice: checked before anything is decoded, then drawn apart."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from facturier.commun import types_contenu
from facturier.commun.fichiers import FichierRefuse, recopier
from facturier.suivi.lecture.isolement import photographier_isolement

PAGES_MAXIMALES = 20
DELAI_MAXIMAL = 40.0
TYPES_PHOTO = (types_contenu.JPEG, types_contenu.PNG, types_contenu.HEIC)
EXTENSIONS_PHOTO = (".jpg", ".jpeg", ".png", ".heic", ".heif")


@dataclass(frozen=True, slots=True)
class Original:
    """A photo as it was handed in: its name, its SHA-256, its size in bytes."""

    nom: str
    sha256: str
    taille: int


def est_photo(flux: BinaryIO) -> bool:
    """Tell by its content whether a file is a photo, readable or not; `flux` stays where it is."""
    return _type(flux) in TYPES_PHOTO


def est_heic(flux: BinaryIO) -> bool:
    """Tell whether a file is a photo that neither browsers nor the treasury show as it is."""
    return _type(flux) == types_contenu.HEIC


@contextmanager
def en_pdf(
    photos: Sequence[tuple[str, BinaryIO]], *, taille_maximale: int
) -> Iterator[tuple[IO[bytes], list[Original]]]:
    """Lend the PDF whose pages are `photos` (name and content), with what each one was.

    The photos are not kept: they tell where and when they were taken, their digest does not.

    Args:
        taille_maximale: of each photo, in bytes.

    Raises:
        FichierRefuse: too many photos, or one that cannot be read within bounds as a JPEG, a PNG
            or a HEIC.
    """
    if len(photos) > PAGES_MAXIMALES:
        raise FichierRefuse(
            f"Une facture photographiée a {PAGES_MAXIMALES} pages au plus : numérisez-la en PDF."
        )
    with tempfile.TemporaryFile() as suite, tempfile.TemporaryFile() as pdf:
        originaux = [_ajouter(suite, nom, flux, taille_maximale) for nom, flux in photos]
        suite.seek(0)
        tailles = [original.taille for original in originaux]
        photographier_isolement(suite, tailles, pdf, delai=DELAI_MAXIMAL)
        yield pdf, originaux


def _type(flux: BinaryIO) -> str:
    debut = flux.tell()
    tete = flux.read(types_contenu.TAILLE_TETE)
    flux.seek(debut)
    return types_contenu.type_contenu(tete)


def _ajouter(suite: IO[bytes], nom: str, flux: BinaryIO, taille_maximale: int) -> Original:
    type_mime = _type(flux)
    if type_mime not in TYPES_PHOTO:
        raise FichierRefuse(
            f"Le fichier « {nom[:80]} » n’est pas une photo JPEG, PNG ou HEIC (contenu : "
            f"{types_contenu.LIBELLES[type_mime]}) : les pages d’une facture photographiée sont "
            "toutes des photos."
        )
    sha256, taille = recopier(flux, suite, taille_maximale)
    return Original(nom, sha256, taille)
