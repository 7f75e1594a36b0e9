"""XML invoices from outside: read by a hardened parser, and the objects hidden in base64."""

import binascii
from base64 import b64decode
from collections.abc import Iterator

from lxml import etree

from facturier.commun import xml_sur
from facturier.suivi.lecture.facture_lue import LONGUEUR_NOM, FichierJoint

_OBJETS_JOINTS = ("{*}EmbeddedDocumentBinaryObject", "{*}AttachmentBinaryObject")


def lire_xml(contenu: bytes) -> etree._Element:
    """Parse XML without entity, network or DTD. Raises `FichierRefuse` for a DOCTYPE or bad XML."""
    return xml_sur.lire_xml(contenu, objet="la facture")


def objets_joints(racine: etree._Element) -> Iterator[FichierJoint]:
    """Yield the binary objects of a UBL or CII invoice, sized once decoded."""
    for element in racine.iter(*_OBJETS_JOINTS):
        yield FichierJoint(
            nom=element.get("filename", "sans nom")[:LONGUEUR_NOM],
            type_mime=element.get("mimeCode", "application/octet-stream")[:LONGUEUR_NOM],
            taille=_taille_decodee(element.text or ""),
        )


def contenus_joints(racine: etree._Element) -> Iterator[bytes]:
    """Yield the bytes of the same objects; damaged base64 is given as it is written."""
    for element in racine.iter(*_OBJETS_JOINTS):
        texte = element.text or ""
        try:
            yield b64decode(texte)
        except (binascii.Error, ValueError):
            yield texte.encode()


def _taille_decodee(base64: str) -> int:
    try:
        return len(b64decode(base64))
    except (binascii.Error, ValueError):
        return len(base64)
