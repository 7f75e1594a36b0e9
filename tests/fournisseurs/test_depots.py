"""Documents handed in: antivirus spoken to over a real socket, quarantine, names."""

import io

import pytest
from django.core.checks import run_checks
from django.urls import reverse

from facturier.commun import antivirus
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.reception import nom_court
from fournisseurs.demandes import DemandeRefusee, accepter
from fournisseurs.depots import ouvrir_justificatif
from fournisseurs.models import DemandeEtablissement, EntreeJournal, Justificatif
from tests import antivirus as antivirus_d_essai
from tests.antivirus import SIGNATURE
from tests.fournisseurs.factories import (
    PDF,
    DemandeEtablissementFactory,
    creer_agent,
    preuve,
    preuves,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
VEROLE = PDF + SIGNATURE


@pytest.fixture
def clamd(settings):
    """Run the stand-in of the antivirus, and declare it."""
    with antivirus_d_essai.clamd() as adresse:
        settings.CLAMD_SOCKET = adresse
        yield


def test_sans_antivirus_un_fichier_n_est_jamais_dit_sain(settings):
    settings.CLAMD_SOCKET = ""

    assert antivirus.analyser(io.BytesIO(PDF)) == "non_analyse"


def test_un_antivirus_muet_n_est_pas_un_bon_resultat(settings):
    settings.CLAMD_SOCKET = "/inexistant/clamd.socket"

    assert antivirus.analyser(io.BytesIO(PDF)) == "non_analyse"


@pytest.mark.usefixtures("clamd")
def test_l_antivirus_lit_tout_le_fichier():
    long = PDF * 5_000

    assert antivirus.analyser(io.BytesIO(long)) == "sain"
    assert antivirus.analyser(io.BytesIO(long + SIGNATURE)) == "infecte"


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_un_document_analyse_est_dit_sain_avec_sa_date():
    document = DemandeEtablissementFactory().justificatifs.first()

    assert document.analyse == "sain"
    assert document.analyse_le is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_un_document_infecte_refuse_la_demande_et_n_est_pas_garde(settings):
    documents = [preuve("avis_ridet"), preuve("rib", contenu=VEROLE)]

    with pytest.raises(DemandeRefusee, match="virus"):
        DemandeEtablissementFactory(preuves=documents)

    assert not DemandeEtablissement.objects.exists()
    gardes = [f for f in settings.DOCUMENTS_RACINE.rglob("*") if f.is_file()]
    assert len(gardes) == 1


@pytest.mark.django_db
def test_un_document_reste_en_quarantaine_tant_que_l_antivirus_se_tait(settings):
    document = DemandeEtablissementFactory().justificatifs.first()
    settings.CLAMD_SOCKET = "127.0.0.1:1"

    with pytest.raises(FichierRefuse, match="quarantaine"):
        ouvrir_justificatif(document, par=creer_agent())


@pytest.mark.django_db
def test_un_virus_trouve_apres_coup_ferme_le_document_et_la_demande(request):
    documents = [*preuves(), preuve("mandat", contenu=VEROLE)]
    demande = DemandeEtablissementFactory(preuves=documents)
    document = demande.justificatifs.get(genre="mandat")
    request.getfixturevalue("clamd")

    with pytest.raises(FichierRefuse, match="ne peut pas être ouvert"):
        ouvrir_justificatif(document, par=creer_agent())

    assert Justificatif.objects.get(pk=document.pk).analyse == "infecte"
    with pytest.raises(Exception, match="contient un virus"):
        accepter(demande, par=creer_agent())


@pytest.mark.parametrize(
    ("nom", "court"),
    [
        ("C:\\Documents\\rib.pdf", "rib.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "document"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_le_nom_d_un_document_est_sans_chemin_et_tient_en_cent_caracteres(nom, court):
    assert nom_court(nom) == court


@pytest.mark.parametrize(
    ("adresse", "attendus"),
    [("", ["commun.E004"]), ("clamd", ["commun.E005"]), ("/run/clamd.sock", [])],
)
def test_deployer_sans_antivirus_est_refuse(settings, adresse, attendus):
    settings.CLAMD_SOCKET = adresse

    trouves = [c.id for c in run_checks(tags=["security"], include_deployment_checks=True)]

    assert [code for code in trouves if code in {"commun.E004", "commun.E005"}] == attendus


@pytest.mark.parametrize(
    ("contenu", "type_mime", "est_enferme"),
    [(PDF, "application/pdf", False), (PNG, "image/png", True)],
)
def test_une_preuve_se_montre_dans_la_page_sans_pouvoir_rien_faire(
    client, agent, contenu, type_mime, est_enferme
):
    demande = DemandeEtablissementFactory(preuves=[preuves()[0], preuve("rib", contenu)])
    rib = demande.justificatifs.get(genre="rib")
    client.force_login(agent)

    reponse = client.get(reverse("fournisseurs:apercu", args=[rib.pk]))

    assert b"".join(reponse.streaming_content) == contenu
    politique = reponse["Content-Security-Policy"]
    assert reponse["Content-Type"] == type_mime
    assert reponse["Content-Disposition"].startswith("inline")
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in politique
    assert "script-src" not in politique
    assert "frame-ancestors 'self'" in politique
    assert ("sandbox" in politique) == est_enferme
    assert EntreeJournal.objects.latest("numero").acte == "justificatif_ouvert"


def test_une_page_web_n_est_jamais_montree(client, agent):
    rib = DemandeEtablissementFactory().justificatifs.get(genre="rib")
    Justificatif.objects.filter(pk=rib.pk).update(type_mime="text/html")
    client.force_login(agent)

    assert client.get(reverse("fournisseurs:apercu", args=[rib.pk])).status_code == 404


def test_un_rib_ne_se_montre_qu_a_la_demande(client, agent):
    demande = DemandeEtablissementFactory()
    rib = demande.justificatifs.get(genre="rib")
    client.force_login(agent)
    page = reverse("fournisseurs:gestion_demande", args=[demande.pk])

    d_abord = client.get(page)
    ensuite = client.get(page, {"piece": rib.pk})

    assert reverse("fournisseurs:apercu", args=[rib.pk]) not in d_abord.content.decode()
    assert reverse("fournisseurs:apercu", args=[rib.pk]) in ensuite.content.decode()
    assert "frame-src 'self'" in ensuite["Content-Security-Policy"]
