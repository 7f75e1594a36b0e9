"""Files hidden inside a PDF, in the open, packed, or behind a password."""

from io import BytesIO

import pikepdf
import pytest

from facturier.commun.fichiers import FichierRefuse
from facturier.commun.joints import exiger_sans_joint

LIMITE = 1_000_000


def fabriquer(*, joint=False, annotation=False, **options):
    """Return a PDF of one page; `joint` embeds a file in it, `annotation` in its page."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if joint:
        pdf.attachments["virus.exe"] = b"MZ"
    if annotation:
        flux = pdf.make_stream(b"MZ", Type=pikepdf.Name.EmbeddedFile)
        fiche = pikepdf.Dictionary(F="virus.exe", EF=pikepdf.Dictionary(F=flux))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FileAttachment,
            Rect=[0, 0, 10, 10],
            FS=fiche,
        )
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
    sortie = BytesIO()
    pdf.save(sortie, **options)
    return sortie.getvalue()


EN_CLAIR = {"object_stream_mode": pikepdf.ObjectStreamMode.disable}
TASSE = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
RESTREINT = TASSE | {"encryption": pikepdf.Encryption(owner="secret", user="")}


@pytest.mark.parametrize("options", [EN_CLAIR, TASSE, RESTREINT])
@pytest.mark.parametrize("ou", ["joint", "annotation"])
def test_un_pdf_qui_contient_un_fichier_est_refuse(options, ou):
    with pytest.raises(FichierRefuse, match="contient d’autres fichiers"):
        exiger_sans_joint(BytesIO(fabriquer(**{ou: True}, **options)), LIMITE)


@pytest.mark.parametrize("options", [EN_CLAIR, TASSE, RESTREINT])
def test_un_pdf_ordinaire_passe(options):
    exiger_sans_joint(BytesIO(fabriquer(**options)), LIMITE)


def test_un_nom_ecrit_en_hexadecimal_ne_trompe_pas():
    contenu = fabriquer(joint=True, **EN_CLAIR)
    assert b"/EmbeddedFile" in contenu

    with pytest.raises(FichierRefuse, match="autres fichiers"):
        exiger_sans_joint(BytesIO(contenu.replace(b"/Embedded", b"/#45mbed#64ed")), LIMITE)


def test_un_pdf_a_mot_de_passe_est_refuse():
    contenu = fabriquer(encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(FichierRefuse, match="mot de passe"):
        exiger_sans_joint(BytesIO(contenu), LIMITE)


def test_un_pdf_tasse_et_coupe_est_refuse():
    with pytest.raises(FichierRefuse, match="ne se lit pas"):
        exiger_sans_joint(BytesIO(b"%PDF-1.7\n/ObjStm\n"), LIMITE)


@pytest.mark.parametrize("contenu", [b"\x89PNG /EmbeddedFile", b"%PDF-1.7 /EmbeddedFile" * 10])
def test_une_image_ou_un_fichier_trop_gros_se_juge_ailleurs(contenu):
    exiger_sans_joint(BytesIO(contenu), 100)
