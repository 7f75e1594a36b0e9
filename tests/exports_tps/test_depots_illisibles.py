"""What is dropped in the place of a PES file: each gets the word that helps, and nothing stays."""

import gzip
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from exports_tps.depots import deposer_pes
from exports_tps.models import Flux
from facturier.grand_livre.models import Parametre

XML = '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'
ILLISIBLES = pytest.mark.parametrize(
    ("contenu", "mot"),
    [
        (b"PK\x03\x04" + bytes(40), "archive ZIP"),
        (gzip.compress(XML.encode()), "compressé (gzip)"),
        (b"%PDF-1.7 facture", "document PDF"),
        (XML.encode("utf-16"), "en UTF-16"),
        (b"mandat;montant\n1;2\n", "pas du XML"),
        (b"\x7fELF" + bytes(60), "pas du XML"),
        (XML[:-1].encode(), "XML mal formé"),
    ],
    ids=["zip", "gzip", "pdf", "utf16", "csv", "binaire", "coupé"],
)


def controler(fichier):
    """Return what the command tells on its error output."""
    erreurs = io.StringIO()
    with pytest.raises(SystemExit) as fin:
        call_command("controler_pes", str(fichier), stdout=io.StringIO(), stderr=erreurs)
    assert fin.value.code == 1
    return erreurs.getvalue()


@ILLISIBLES
def test_la_commande_dit_ce_que_c_est(tmp_path, contenu, mot):
    fichier = tmp_path / "flux.xml"
    fichier.write_bytes(contenu)

    assert mot in controler(fichier)


def test_la_commande_dit_vide_absent_et_dossier_sans_parler_de_ligne(tmp_path):
    (tmp_path / "vide.xml").touch()

    assert "le fichier est vide." in controler(tmp_path / "vide.xml")
    assert controler(tmp_path).strip().startswith("fichier (lecture, flux)")
    assert controler(tmp_path / "absent").strip().endswith("il n’existe pas.")


@pytest.mark.django_db
@ILLISIBLES
def test_la_page_de_depot_dit_de_meme(agent, contenu, mot):
    with pytest.raises(ValidationError) as refus:
        deposer_pes(io.BytesIO(contenu), nom="flux.xml", par=agent)

    assert mot in " ".join(refus.value.messages)
    assert not Flux.objects.exists()


@pytest.mark.django_db
def test_un_fichier_trop_lourd_se_fait_produire_en_plusieurs(agent):
    Parametre.objects.filter(cle="flux_taille_maximale_mo").update(valeur="0")

    with pytest.raises(ValidationError) as refus:
        deposer_pes(io.BytesIO(XML.encode()), nom="flux.xml", par=agent)

    (message,) = refus.value.messages
    assert "flux_taille_maximale_mo" in message
    assert "faites-le produire en plusieurs fichiers" in message
