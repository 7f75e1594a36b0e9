"""Photos of a paper invoice made into the pages of a PDF, inside the reading child.

Each page is redrawn from the pixels: turned as the camera says, reduced to what a print needs, its
contrast stretched, and without any of the metadata of the photo (place, device, date).
"""

import io
from collections.abc import Iterable

from PIL import Image, ImageOps
from pillow_heif import options, register_heif_opener
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from facturier.commun.fichiers import FichierRefuse

POINTS_MAXIMAUX = 60_000_000
COTE_MINIMAL = 400  # below, no text can be read
COTE_PAGE = 2_400  # about 200 points an inch on A4
FORMATS = ("JPEG", "PNG", "HEIF")
QUALITES = (85, 70, 55)
OCTETS_PAGE = 700_000
MARGE = 14  # points of a page
COUPE = 1  # percent of the lightest and darkest points left out when contrast is stretched


def composer(photos: Iterable[bytes]) -> bytes:
    """Return the PDF whose pages are `photos` (JPEG, PNG, HEIC) in order; the same for the same.

    Raises:
        FichierRefuse: a photo has too many points, too few, or cannot be decoded.
    """
    sortie = io.BytesIO()
    document = Canvas(sortie, pagesize=A4, invariant=True, pageCompression=1)
    for rang, octets in enumerate(photos, start=1):
        page = _redresser(octets, rang)
        largeur, hauteur = landscape(A4) if page.width > page.height else A4
        document.setPageSize((largeur, hauteur))
        document.drawImage(
            ImageReader(_comprimer(page)),
            MARGE,
            MARGE,
            largeur - 2 * MARGE,
            hauteur - 2 * MARGE,
            preserveAspectRatio=True,
        )
        document.showPage()
    document.save()
    return sortie.getvalue()


def _redresser(octets: bytes, rang: int) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limit says what to do
    options.DECODE_THREADS = 1  # each thread would take its share of the memory allowed
    register_heif_opener(thumbnails=False)
    try:
        with Image.open(io.BytesIO(octets), formats=FORMATS) as photo:
            _mesurer(photo, rang)
            photo.draft("RGB", (COTE_PAGE, COTE_PAGE))  # a JPEG is decoded already reduced
            photo.thumbnail((COTE_PAGE, COTE_PAGE))
            droite = ImageOps.exif_transpose(photo)
            return ImageOps.autocontrast(_sur_blanc(droite), cutoff=COUPE, preserve_tone=True)
    except FichierRefuse:  # a ValueError too
        raise
    except (OSError, SyntaxError, ValueError, EOFError):
        raise FichierRefuse(
            f"La photo {rang} est abîmée ou incomplète : reprenez-la, puis redéposez-la."
        ) from None


def _mesurer(photo: Image.Image, rang: int) -> None:
    largeur, hauteur = photo.size
    if largeur * hauteur > POINTS_MAXIMAUX:
        raise FichierRefuse(
            f"La photo {rang} a {largeur} sur {hauteur} points, plus de "
            f"{POINTS_MAXIMAUX // 1_000_000} millions : reprenez-la avec une définition ordinaire."
        )
    if max(largeur, hauteur) < COTE_MINIMAL:
        raise FichierRefuse(
            f"La photo {rang} n’a que {largeur} sur {hauteur} points : le texte y serait "
            "illisible, reprenez-la de plus près."
        )


def _sur_blanc(photo: Image.Image) -> Image.Image:
    """Return opaque colours: what is transparent becomes the white of the paper."""
    if not photo.has_transparency_data:
        return photo.convert("RGB")
    calque = photo.convert("RGBA")
    fond = Image.new("RGBA", calque.size, "white")
    return Image.alpha_composite(fond, calque).convert("RGB")


def _comprimer(page: Image.Image) -> io.BytesIO:
    """Return a JPEG without metadata, of `OCTETS_PAGE` if a fair quality allows it."""
    sortie = io.BytesIO()
    for qualite in QUALITES:
        sortie = io.BytesIO()
        page.save(sortie, "JPEG", quality=qualite, optimize=True)
        if sortie.tell() <= OCTETS_PAGE:
            break
    sortie.seek(0)
    return sortie
