"""A file handed in shown inside a page of ours: inert, framed by our own origin, and never kept."""

from typing import BinaryIO

from django.http import FileResponse, HttpResponseBase

from facturier.commun.types_contenu import JPEG, PDF, PNG

TYPES_MONTRES = (PDF, PNG, JPEG)
ENTETES = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
REMISE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
RIEN = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
POLITIQUE_IMAGE = f"{RIEN}; sandbox"
POLITIQUE_PDF = RIEN  # the PDF viewers of browsers do not start inside a sandbox


def montrer(flux: BinaryIO, *, nom: str, type_mime: str) -> HttpResponseBase:
    """Give a PDF or an image to show in place; the type is that of its content, read at deposit."""
    return fermer(FileResponse(flux, filename=nom, content_type=type_mime), type_mime)


def remettre(flux: BinaryIO, *, nom: str, type_mime: str) -> FileResponse:
    """Give a stored file as an attachment, that the browser neither guesses nor keeps."""
    return FileResponse(
        flux, as_attachment=True, filename=nom, content_type=type_mime, headers=REMISE
    )


def fermer(reponse: HttpResponseBase, type_mime: str) -> HttpResponseBase:
    """Let a browser guess no other type, run no script and load nothing from the answer."""
    for nom, valeur in ENTETES.items():
        reponse[nom] = valeur
    est_pdf = type_mime == PDF
    reponse["Content-Security-Policy"] = POLITIQUE_PDF if est_pdf else POLITIQUE_IMAGE
    return reponse
