"""What is printed once for somebody is kept as it was: stored under its digest, read by it."""

import io

from django.conf import settings

from facturier.commun import fichiers

TAILLE_MAXIMALE = 1_000_000  # bytes


def garder(pdf: bytes) -> str:
    """Store a PDF; return its SHA-256.

    Raises:
        facturier.commun.fichiers.FichierRefuse: it is larger than `TAILLE_MAXIMALE`.
    """
    return fichiers.ranger(
        io.BytesIO(pdf), racine=settings.DOCUMENTS_RACINE, taille_maximale=TAILLE_MAXIMALE
    ).sha256


def relire(sha256: str) -> bytes:
    """Return the PDF of that digest.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    return fichiers.lire(sha256, settings.DOCUMENTS_RACINE)
