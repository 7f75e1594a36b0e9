"""Supporting documents: put away by digest, named once and for ever."""

import uuid
from pathlib import PurePath
from typing import BinaryIO

from facturier.commun.reception import garder
from facturier.grand_livre.models import PieceJustificative

LONGUEUR_NOM = 100


def ranger_justificatif(
    flux: BinaryIO, *, nom: str, genre: str, types_acceptes: tuple[str, ...] | None = None
) -> PieceJustificative:
    """Put the content of `flux` away and record it as a supporting document.

    Args:
        flux: readable from its current position, read once, in chunks.
        nom: name of the file, with its extension; shortened to 100 characters.
        genre: one of `PieceJustificative.Genre`.
        types_acceptes: of content, for a file that somebody chose.

    Raises:
        facturier.commun.fichiers.FichierRefuse: empty, larger than TAILLE_MAXIMALE_DEPOT, or of
            another type; or the store takes no more.
    """
    range_ = garder(flux, nom=nom, types_acceptes=types_acceptes)
    return enregistrer_justificatif(
        sha256=range_.sha256, taille=range_.taille, type_mime=range_.type_mime, nom=nom, genre=genre
    )


def enregistrer_justificatif(
    *, sha256: str, taille: int, type_mime: str, nom: str, genre: str
) -> PieceJustificative:
    """Record a file that is in the store already as a supporting document."""
    return PieceJustificative.objects.create(
        sha256=sha256,
        taille=taille,
        type_mime=type_mime,
        nom=raccourcir(nom),
        genre=genre,
        identifiant=uuid.uuid4().hex,
    )


def raccourcir(nom: str) -> str:
    """Shorten a file name to what the treasury accepts, keeping its extension."""
    chemin = PurePath(nom.replace("/", "-").replace("\\", "-"))
    return f"{chemin.stem[: LONGUEUR_NOM - len(chemin.suffix)]}{chemin.suffix}"
