"""The text of a PDF, through pypdf: its own limits stop what swells when decompressed."""

import io
from collections.abc import Iterator

import pypdf
from pypdf.errors import LimitReachedError, PyPdfError

from facturier.commun.fichiers import FichierRefuse
from facturier.suivi.lecture.refus import TROP_LOURD

PAGES_LUES = 20
CARACTERES_LUS = 200_000


def extraire_texte(contenu: bytes) -> str:
    """Return the text of the first pages: 20 pages and 200 000 characters at most.

    A damaged page ends the text. Raises `FichierRefuse` when a page swells beyond the limits.
    """
    morceaux: list[str] = []
    for morceau in _pages(contenu):
        morceaux.append(morceau)
        if sum(map(len, morceaux)) > CARACTERES_LUS:
            break
    return "\n".join(morceaux)[:CARACTERES_LUS]


def _pages(contenu: bytes) -> Iterator[str]:
    try:
        for page in pypdf.PdfReader(io.BytesIO(contenu)).pages[:PAGES_LUES]:
            yield page.extract_text()
    except LimitReachedError:
        raise FichierRefuse(TROP_LOURD) from None
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return  # pypdf lets built-in errors through on damaged pages
