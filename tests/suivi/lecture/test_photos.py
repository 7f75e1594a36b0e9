"""Photos of a paper invoice: what becomes of them, and what is refused."""

import io
from hashlib import sha256

import pikepdf
import pytest
from PIL import Image

from facturier.commun.fichiers import FichierRefuse
from facturier.suivi.lecture.pages_photo import composer
from facturier.suivi.lecture.photos import en_pdf
from tests.suivi.lecture.echantillons import heic_bombe, photo, png_bombe

TAILLE = 20_000_000


def pages(pdf):
    """Return the images of the pages of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            pikepdf.PdfImage(next(iter(page.get_images().values()))).as_pil_image()
            for page in document.pages
        ]


def refus(*photos):
    with pytest.raises(FichierRefuse) as refuse, en_pdf(photos, taille_maximale=TAILLE):
        pass
    return str(refuse.value)


def test_deux_photos_font_un_pdf_de_deux_pages_et_gardent_leur_empreinte():
    recto, verso = photo(), photo(texte="Verso")

    with en_pdf(
        [("recto.jpg", io.BytesIO(recto)), ("verso.jpg", io.BytesIO(verso))],
        taille_maximale=TAILLE,
    ) as (pdf, originaux):
        images = pages(pdf.read())

    assert [image.size for image in images] == [(900, 1200), (900, 1200)]
    assert [original.sha256 for original in originaux] == [
        sha256(recto).hexdigest(),
        sha256(verso).hexdigest(),
    ]


def test_les_memes_photos_font_le_meme_pdf():
    assert composer([photo()]) == composer([photo()])


@pytest.mark.parametrize("genre", ["JPEG", "HEIF"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_une_photo_est_redressee(orientation, genre):
    """The dark half of the photo is at its foot, however the camera was held."""
    (image,) = pages(composer([photo(orientation=orientation, pied_sombre=True, genre=genre)]))

    assert image.size == (900, 1200)
    assert image.convert("L").getpixel((450, 100)) > 200
    assert image.convert("L").getpixel((450, 1150)) < 100


def test_le_lieu_et_l_appareil_ne_restent_pas():
    pdf = composer([photo(orientation=6, gps=True)])

    (image,) = pages(pdf)
    assert b"Appareil Fictif" in photo(gps=True)
    assert not image.getexif()
    assert b"Exif" not in pdf
    assert b"Appareil Fictif" not in pdf


def test_une_photo_terne_gagne_en_contraste():
    (image,) = pages(composer([photo(papier=150, encre=100)]))

    sombre, clair = image.convert("L").getextrema()
    assert clair - sombre > 200


def test_une_grande_photo_est_reduite():
    pdf = composer([photo(taille=(3000, 4000))])

    (image,) = pages(pdf)
    assert image.size == (1800, 2400)
    assert len(pdf) < 1_000_000


def test_une_page_transparente_devient_blanche():
    sortie = io.BytesIO()
    Image.new("RGBA", (600, 800), (0, 0, 0, 0)).save(sortie, "PNG")

    (image,) = pages(composer([sortie.getvalue()]))

    assert image.convert("L").getextrema() == (255, 255)


def test_une_photo_en_paysage_fait_une_page_en_paysage():
    with pikepdf.open(io.BytesIO(composer([photo(taille=(1200, 900))]))) as document:
        _, _, largeur, hauteur = document.pages[0].mediabox

    assert largeur > hauteur


def test_une_bombe_de_points_est_refusee_en_francais():
    assert "60 millions" in refus(("bombe.png", io.BytesIO(png_bombe())))
    assert "60 millions" in refus(("bombe.heic", io.BytesIO(heic_bombe())))


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (photo()[:5000], "photo 1 est abîmée"),
        (b"\xff\xd8\xff" + b"\0" * 500, "photo 1 est abîmée"),
        (photo(taille=(200, 300)), "200 sur 300 points"),
        (b"", "n’est pas une photo"),
        (b"%PDF-1.7\n", "contenu : PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "photo 1 est abîmée"),
        (photo(taille=(200, 300), genre="HEIF"), "200 sur 300 points"),
    ],
    ids=["tronquée", "fausse", "minuscule", "vide", "pdf", "heic", "heic minuscule"],
)
def test_ce_qui_ne_se_lit_pas_est_refuse_avec_ce_qu_il_faut_faire(octets, message):
    assert message in refus(("page.jpg", io.BytesIO(octets)))


def test_une_photo_trop_lourde_ou_trop_de_pages_sont_refusees():
    with (
        pytest.raises(FichierRefuse, match="dépasse"),
        en_pdf([("a.jpg", io.BytesIO(photo()))], taille_maximale=1000),
    ):
        pass
    assert "20 pages au plus" in refus(*[("a.jpg", io.BytesIO(photo()))] * 21)
