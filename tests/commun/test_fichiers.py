import hashlib
import io
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest

from facturier.commun import fichiers, types_contenu

PDF = b"%PDF-1.7\ncontenu fictif"


def ranger(contenu, racine, **options):
    return fichiers.ranger(io.BytesIO(contenu), racine=racine, taille_maximale=1_000_000, **options)


def test_un_fichier_range_se_retrouve_par_son_empreinte(tmp_path):
    range_ = ranger(PDF, tmp_path)

    assert range_ == fichiers.FichierRange(
        hashlib.sha256(PDF).hexdigest(), len(PDF), "application/pdf"
    )
    with fichiers.ouvrir(range_.sha256, tmp_path) as relu:
        assert relu.read() == PDF


def test_un_fichier_range_est_en_lecture_seule_a_sa_place(tmp_path):
    sha256 = ranger(PDF, tmp_path).sha256

    place = tmp_path / "sha256" / sha256[:2] / sha256[2:4] / sha256
    assert stat.S_IMODE(place.stat().st_mode) == 0o440
    assert [chemin for chemin in tmp_path.rglob("*") if chemin.is_file()] == [place]


def test_le_meme_contenu_n_est_jamais_reecrit(tmp_path):
    place = fichiers.chemin(ranger(PDF, tmp_path).sha256, tmp_path)
    avant = place.stat()

    ranger(PDF, tmp_path)

    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (avant.st_ino, avant.st_mtime_ns)


def test_deux_depots_simultanes_du_meme_contenu_n_en_font_qu_un(tmp_path):
    with ThreadPoolExecutor(8) as equipe:
        ranges = list(equipe.map(lambda _: ranger(PDF * 20_000, tmp_path), range(8)))

    assert len(set(ranges)) == 1
    assert len([chemin for chemin in tmp_path.rglob("*") if chemin.is_file()]) == 1


@pytest.mark.parametrize(
    ("contenu", "explication"),
    [(b"", "vide"), (b"%PDF-" + b"0" * 1_000_000, "dépasse 1\u202fMo")],
)
def test_un_fichier_vide_ou_trop_gros_est_refuse_sans_laisser_de_trace(
    tmp_path, contenu, explication
):
    with pytest.raises(fichiers.FichierRefuse, match=explication):
        ranger(contenu, tmp_path)

    assert [chemin for chemin in tmp_path.rglob("*") if chemin.is_file()] == []


def test_un_type_qui_n_est_pas_accepte_est_refuse_en_nommant_les_autres(tmp_path):
    with pytest.raises(fichiers.FichierRefuse, match=r"page web .* PDF, image PNG"):
        ranger(b"<!DOCTYPE html><p>", tmp_path, types_acceptes={"application/pdf", "image/png"})

    assert [chemin for chemin in tmp_path.rglob("*") if chemin.is_file()] == []


def test_une_lecture_interrompue_ne_laisse_rien(tmp_path):
    class Interrompu(io.BytesIO):
        def read(self, taille=-1):
            if self.tell():
                raise OSError("coupure")
            return super().read(10)

    with pytest.raises(OSError, match="coupure"):
        fichiers.ranger(Interrompu(PDF), racine=tmp_path, taille_maximale=1_000)

    assert [chemin for chemin in tmp_path.rglob("*") if chemin.is_file()] == []


def test_un_fichier_intact_est_admis_et_denonce_une_fois_modifie(tmp_path):
    sha256 = ranger(PDF, tmp_path).sha256
    place = fichiers.chemin(sha256, tmp_path)
    fichiers.verifier(sha256, tmp_path)
    place.chmod(0o640)
    place.write_bytes(b"autre chose")

    with pytest.raises(fichiers.FichierAltere, match="modifié"):
        fichiers.verifier(sha256, tmp_path)


@pytest.mark.parametrize("empreinte", ["0" * 64, "../../etc/passwd", "A" * 64, ""])
def test_une_empreinte_inconnue_ou_malformee_est_introuvable(tmp_path, empreinte):
    with pytest.raises(fichiers.FichierIntrouvable):
        fichiers.ouvrir(empreinte, tmp_path)


@pytest.mark.parametrize(
    ("tete", "attendu"),
    [
        (b"%PDF-1.4", types_contenu.PDF),
        (b"\x89PNG\r\n\x1a\n", types_contenu.PNG),
        (b"\xff\xd8\xff\xe0", types_contenu.JPEG),
        (b'<?xml version="1.0"?><a/>', types_contenu.XML),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", types_contenu.XML),
        ('<?xml version="1.0"?>'.encode("utf-16"), types_contenu.XML),
        (b"  <Invoice xmlns='urn'>", types_contenu.XML),
        (b"<rsm:CrossIndustryInvoice>", types_contenu.XML),
        (b"<!-- page --><HTML>", types_contenu.HTML),
        (b"<!doctype html>", types_contenu.HTML),
        (b"nom;ridet\nMangrove;9000019001\n", types_contenu.CSV),
        ("nom;siège\nÉté;Nouméa\n".encode("cp1252"), types_contenu.CSV),
        (b"Madame, monsieur", types_contenu.TEXTE),
        ("é".encode() * 2048 + b"\xc3", types_contenu.TEXTE),
        (b"MZ\x90\x00\x03", types_contenu.INCONNU),
        (b"", types_contenu.TEXTE),
    ],
)
def test_le_type_se_lit_dans_les_premiers_octets(tete, attendu):
    assert types_contenu.type_contenu(tete) == attendu


def test_un_classeur_n_est_pas_une_archive_quelconque(tmp_path):
    openpyxl.Workbook().save(tmp_path / "classeur")
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("lisez-moi.txt", "rien")
    (tmp_path / "tronquee").write_bytes((tmp_path / "archive").read_bytes()[:40])

    assert types_contenu.type_fichier(tmp_path / "classeur") == types_contenu.XLSX
    assert types_contenu.type_fichier(tmp_path / "archive") == types_contenu.ZIP
    assert types_contenu.type_fichier(tmp_path / "tronquee") == types_contenu.INCONNU


@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        (10, "1\u202fko"),
        (300_000, "300\u202fko"),
        (1_500_000, "1,5\u202fMo"),
        (8_000_000, "8\u202fMo"),
    ],
)
def test_une_taille_se_lit_en_ko_ou_en_mo(octets, attendu):
    assert fichiers.taille_lisible(octets) == attendu
