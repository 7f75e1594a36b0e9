"""PDF files: encryption, embedded files, and the XML of Factur-X."""

import io
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from facturier.commun.fichiers import FichierRefuse
from facturier.suivi.lecture.facture_lue import LONGUEUR_NOM, FichierJoint
from facturier.suivi.lecture.refus import ILLISIBLE, TROP_LOURD

NOMS_FACTURX = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml")

_CHIFFRE = (
    "Ce PDF est protégé par un mot de passe ou des restrictions : enregistrez-le sans protection, "
    "puis redéposez-le."
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF carries beside its pages: embedded files, and the invoice XML if it is one."""

    fichiers_joints: tuple[FichierJoint, ...]
    xml: bytes | None


def inspecter(contenu: bytes) -> Document:
    """List the embedded files of a PDF. Raises `FichierRefuse` when encrypted or unreadable."""
    try:
        with pikepdf.open(io.BytesIO(contenu)) as pdf:
            if pdf.is_encrypted:
                raise FichierRefuse(_CHIFFRE)
            if not pdf.pages:
                raise FichierRefuse(ILLISIBLE)
            trouves = list(joints(pdf))
    except pikepdf.PasswordError:
        raise FichierRefuse(_CHIFFRE) from None
    except pikepdf.DataDecodingError:  # how qpdf reports that it ran out of memory, too
        raise FichierRefuse(TROP_LOURD) from None
    except pikepdf.PdfError:
        raise FichierRefuse(ILLISIBLE) from None
    xml = next((octets for joint, octets in trouves if joint.nom.lower() in NOMS_FACTURX), None)
    return Document(tuple(joint for joint, _ in trouves), xml)


def joints(pdf: pikepdf.Pdf) -> Iterator[tuple[FichierJoint, bytes]]:
    """Yield every embedded file, whether the catalogue or an annotation refers to it."""
    vus = set()
    for objet in pdf.objects:
        for fiche in _fiches(objet):
            flux = next(iter(fiche["/EF"].values()))
            if flux.objgen in vus:
                continue
            vus.add(flux.objgen)
            octets = flux.read_bytes()
            yield _decrire(fiche, flux, octets), octets


def _fiches(objet: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield the file specifications found in one object: itself, or the one it carries directly."""
    if not isinstance(objet, pikepdf.Dictionary):
        return
    for candidat in (objet, objet.get("/FS")):
        if isinstance(candidat, pikepdf.Dictionary) and _a_un_flux(candidat):
            yield candidat


def _a_un_flux(fiche: pikepdf.Object) -> bool:
    fichiers = fiche.get("/EF")
    return isinstance(fichiers, pikepdf.Dictionary) and any(
        isinstance(flux, pikepdf.Stream) for flux in fichiers.values()
    )


def _decrire(fiche: pikepdf.Object, flux: pikepdf.Object, octets: bytes) -> FichierJoint:
    nom = str(fiche.get("/UF") or fiche.get("/F") or "sans nom")[:LONGUEUR_NOM]
    declare = str(flux.get("/Subtype", "")).removeprefix("/").replace("#2F", "/")
    devine = mimetypes.guess_type(nom)[0] or "application/octet-stream"
    return FichierJoint(nom, (declare or devine)[:LONGUEUR_NOM], len(octets))
