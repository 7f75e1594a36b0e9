import subprocess
import sys
import time
from io import BytesIO

import pytest

from facturier.suivi.lecture import FichierRefuse, lire_facture
from tests.suivi.lecture import echantillons

BOMBE_XML = b"""<?xml version="1.0"?>
<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">
<!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;"><!ENTITY i "&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;">]>
<Invoice b="&i;">&i;</Invoice>"""
XXE = b"""<?xml version="1.0"?>
<!DOCTYPE x SYSTEM "file:///etc/passwd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Invoice>&x;</Invoice>"""


def lire(octets, nom, **options):
    return lire_facture(BytesIO(octets), nom, **options)


@pytest.mark.parametrize(
    ("octets", "nom", "explication"),
    [
        (b"", "facture.pdf", "vide"),
        (b"%PDF-" + b"0" * 2_000, "facture.pdf", "dépasse 1\u202fko"),
        (b"%PDF-1.7", "facture.xml", "contenu\u202f: PDF"),
        (b"<!DOCTYPE html><p>Facture", "facture.pdf", "page web"),
        (b"<html><p>Facture", "facture.xml", "page web"),
        (b"PK\x03\x04zip", "facture.pdf", "archive ZIP"),
        (b"MZ\x90\x00", "facture.exe", "ni un PDF ni un XML"),
        (b"%PDF-1.7", "facture", "ni un PDF ni un XML"),
    ],
)
def test_un_fichier_suspect_est_refuse_avant_toute_lecture(octets, nom, explication):
    with pytest.raises(FichierRefuse, match=explication):
        lire(octets, nom, taille_maximale=1_000)


@pytest.mark.parametrize("octets", [BOMBE_XML, XXE, XXE.decode().encode("utf-16")])
def test_une_declaration_doctype_est_refusee(octets):
    with pytest.raises(FichierRefuse, match="DOCTYPE"):
        lire(octets, "facture.xml")


def test_un_xml_mal_forme_est_refuse_avec_sa_ligne():
    with pytest.raises(FichierRefuse, match="ligne 2"):
        lire(b'<?xml version="1.0"?>\n<Invoice></Facture>', "facture.xml")


@pytest.mark.parametrize("utilisateur", ["secret", ""])
def test_un_pdf_chiffre_est_refuse(utilisateur):
    octets = echantillons.pdf_chiffre(utilisateur=utilisateur, proprietaire="autre")

    with pytest.raises(FichierRefuse, match="protégé par un mot de passe"):
        lire(octets, "facture.pdf")


@pytest.mark.parametrize("octets", [b"%PDF-1.7\n%%EOF", echantillons.pdf()[:300]])
def test_un_pdf_abime_est_refuse(octets):
    with pytest.raises(FichierRefuse, match="illisible"):
        lire(octets, "facture.pdf")


@pytest.mark.parametrize(
    "bombe", [echantillons.pdf_page_bombe, echantillons.pdf_joint_bombe], ids=["page", "joint"]
)
def test_un_pdf_qui_gonfle_est_arrete_vite(bombe):
    octets = bombe()
    debut = time.monotonic()

    with pytest.raises(FichierRefuse, match="trop de temps ou de mémoire"):
        lire(octets, "facture.pdf")

    assert len(octets) < 2_000_000
    assert time.monotonic() - debut < 10


def test_une_lecture_trop_longue_est_interrompue():
    with pytest.raises(FichierRefuse, match="trop de temps"):
        lire(echantillons.xml(), "facture.xml", delai=0.01)


def test_l_enfant_ne_charge_pas_django():
    programme = (
        "import sys, facturier.suivi.lecture.enfant, facturier.suivi.lecture.structure, "
        "facturier.suivi.lecture.texte_pdf, facturier.suivi.lecture.document_pdf; "
        "print([nom for nom in sys.modules if nom.split('.')[0] == 'django'])"
    )

    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, check=True)

    assert sortie.stdout.strip() == b"[]"


def test_l_enfant_ne_recoit_aucun_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "fictif")

    from facturier.suivi.lecture import isolement  # noqa: PLC0415

    assert set(isolement._environnement()) == {"PATH", "PYTHONPATH", "LC_ALL"}
