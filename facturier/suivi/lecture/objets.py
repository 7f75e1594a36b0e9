"""What is hidden in an invoice file, to be scanned on its own: embedded files, base64 objects."""

import io
from collections.abc import Iterator
from contextlib import suppress

import pikepdf

from facturier.commun import types_contenu
from facturier.commun.fichiers import FichierRefuse
from facturier.suivi.lecture.document_pdf import NOMS_FACTURX, joints
from facturier.suivi.lecture.xml_sur import contenus_joints, lire_xml


def extraire(contenu: bytes, type_mime: str) -> Iterator[bytes]:
    """Yield the bytes of each embedded object, those of the XML of a Factur-X included.

    A file that cannot be read ends there: the reading then says why it is refused.
    """
    with suppress(pikepdf.PdfError, pikepdf.DataDecodingError, FichierRefuse):
        yield from _du_pdf(contenu) if type_mime == types_contenu.PDF else _du_xml(contenu)


def _du_pdf(contenu: bytes) -> Iterator[bytes]:
    with pikepdf.open(io.BytesIO(contenu)) as pdf:
        for joint, octets in joints(pdf):
            yield octets
            if joint.nom.lower() in NOMS_FACTURX:
                yield from _du_xml(octets)


def _du_xml(contenu: bytes) -> Iterator[bytes]:
    yield from contenus_joints(lire_xml(contenu))
