"""The archive for the judge of accounts: complete, readable offline, verified by its own script."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from exports_tps import verifier_archive
from exports_tps.archivage import achever_archive, achever_archives, demander_archive
from exports_tps.contenu_archive import VERIFICATEUR
from exports_tps.models import ArchiveTPS, MessageTPS
from exports_tps.retours import lire_retours
from facturier.commun import fichiers
from facturier.grand_livre.models import Exercice
from tests.exports_tps.factories import flux_transmis, tresorerie
from tests.exports_tps.reponses import repeter, repondre, titre

LIEN = re.compile(r'(?:href|src)="([^"]*)"')
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def echanges(agent, ordonnateur):
    """A flux of two bordereaux, sent, answered and paid."""
    flux = flux_transmis(agent, ordonnateur, bordereaux=2)
    tresorerie("--jusqu-au-bout")
    lire_retours()
    return flux


@pytest.fixture
def envoi(agent, ordonnateur):
    """A flux of two bordereaux, sent and not answered yet."""
    return flux_transmis(agent, ordonnateur, bordereaux=2)


@pytest.fixture
def archive(envoi, agent):
    """The archive of the exercice."""
    return achever_archive(demander_archive(exercice=2026, motif="Contrôle", par=agent))


def chemin(objet, settings):
    return fichiers.chemin(objet.sha256, settings.DOCUMENTS_RACINE)


def ouvrir(archive, settings):
    return zipfile.ZipFile(chemin(archive, settings))


def verifier(racine, dossier=""):
    """Run the script of the archive, with an interpreter that knows no library."""
    commande = [sys.executable, "-I", "-S", str(racine / "verifier.py"), str(racine / dossier)]
    return subprocess.run(commande, capture_output=True, text=True, check=False)


def test_l_archive_tient_tout_et_se_lit_hors_ligne(echanges, agent, settings):
    archive = achever_archive(demander_archive(exercice=2026, motif="Contrôle", par=agent))
    with ouvrir(archive, settings) as contenu:
        noms = set(contenu.namelist())
        pages = {
            nom: contenu.read(nom).decode().replace("\xa0", " ")
            for nom in noms
            if nom.endswith(".html")
        }
        envoye = contenu.read(f"flux/{echanges.nom_physique}")
    liens = {lien for page in pages.values() for lien in LIEN.findall(page)}

    recus = MessageTPS.objects.count()
    assert (archive.nombre_flux, archive.nombre_messages) == (1, recus)
    assert envoye == chemin(echanges, settings).read_bytes()
    assert len([nom for nom in noms if nom.startswith("reponses/")]) == recus
    assert len([nom for nom in noms if nom.startswith("documents/")]) == 2
    assert "31 décembre 2036" in pages["index.html"]
    assert "Payé" in pages["bordereaux/2026-D-1.html"]
    assert {lien.removeprefix("../") for lien in liens} <= noms
    assert all("default-src 'none'" in page for page in pages.values())


def test_le_script_verifie_et_dit_ce_qui_differe(archive, settings, tmp_path):
    racine = tmp_path / "archive"
    with ouvrir(archive, settings) as contenu:
        contenu.extractall(racine)
    intacte = verifier(racine)
    (racine / "documents" / "ajoute.pdf").write_text("de trop")
    (racine / "LISEZMOI.txt").unlink()
    (envoye,) = (racine / "flux").iterdir()
    envoye.write_bytes(envoye.read_bytes() + b" ")

    alteree, autre = verifier(racine), verifier(racine, "flux")

    assert intacte.returncode == 0, intacte.stdout
    assert alteree.returncode == 1
    assert "LISEZMOI.txt : absent" in alteree.stdout
    assert "ajoute.pdf : ajouté" in alteree.stdout
    assert f"flux/{envoye.name} : modifié" in alteree.stdout
    assert "Différences : 4. L’archive" in alteree.stdout
    assert autre.returncode == 2
    assert f"{racine / 'flux'} n’est pas une archive des échanges : il y manque" in autre.stderr


@pytest.mark.parametrize(
    ("nom", "contenu", "attendu"),
    [
        ("absente.zip", None, "n’existe pas."),
        ("vide.zip", b"", "n’est pas une archive des échanges, ou n’en a plus que des morceaux."),
        ("coupee.zip", b"PK\x03\x04" + bytes(50), "ou n’en a plus que des morceaux."),
    ],
)
def test_ce_qui_n_est_pas_une_archive_se_dit_en_francais(tmp_path, nom, contenu, attendu):
    (tmp_path / "verifier.py").write_bytes(VERIFICATEUR.read_bytes())
    if contenu is not None:
        (tmp_path / nom).write_bytes(contenu)

    resultat = verifier(tmp_path, nom)

    assert (resultat.returncode, resultat.stdout) == (2, "")
    assert resultat.stderr.startswith(f"{tmp_path / nom} ")
    assert resultat.stderr.endswith(f"{attendu}\n")


def test_un_dossier_ferme_ne_se_dit_pas_inexistant(monkeypatch):
    def refuser(_chemin):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuser)
    monkeypatch.setattr(Path, "exists", refuser)

    assert verifier_archive.main(["/ferme/archive.zip"]) == 2


def test_un_octet_change_dans_le_zip_lui_meme_se_dit(archive, settings, tmp_path):
    copie = tmp_path / "archive.zip"
    octets = bytearray(chemin(archive, settings).read_bytes())
    with ouvrir(archive, settings) as contenu:
        script = contenu.read("verifier.py")
        entrees = [e for e in contenu.infolist() if e.filename.startswith(("flux/", "preuves/"))]
    for entree in entrees:
        debut = entree.header_offset + 30 + len(entree.filename) + 20  # past the ZIP64 field
        octets[debut : debut + 40] = b"\xff" * 40
    copie.write_bytes(octets)
    (tmp_path / "verifier.py").write_bytes(script)

    resultat = verifier(tmp_path, copie.name)

    assert (resultat.returncode, resultat.stderr) == (1, "")
    for entree in entrees:
        assert f"{entree.filename} : abîmé dans le fichier ZIP" in resultat.stdout


def test_une_archive_de_bordereaux_choisis(envoi, agent, settings):
    archive = achever_archive(
        demander_archive(exercice=2026, motif="Sondage", references="2026-D-2", par=agent)
    )

    with ouvrir(archive, settings) as contenu:
        pages = [nom for nom in contenu.namelist() if nom.startswith("bordereaux/")]

    assert {nom.rpartition(".")[0] for nom in pages} == {"bordereaux/2026-D-2"}


def test_l_archive_de_l_exercice_tient_aussi_ce_qui_ne_parle_d_aucune_piece(envoi, agent, settings):
    p503 = titre(SimpleNamespace(numero=501), "02", 12_000)
    repondre(settings, envoi, "p503.xml", p503, sens="Recette", type_bordereau="05")
    lire_retours()
    repeter(settings, "p503.xml", "redit.xml", b'"2026-11-23"', b'"2026-11-30"')
    lire_retours()

    entiere = achever_archive(demander_archive(exercice=2026, motif="Contrôle", par=agent))
    choisie = achever_archive(
        demander_archive(exercice=2026, motif="Sondage", references="2026-D-2", par=agent)
    )

    assert (entiere.nombre_messages, choisie.nombre_messages) == (2, 0)


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"exercice": 1990}, "n’est pas connu"),
        ({"motif": " "}, "Dites pour qui"),
        ({"references": "2026-X-1"}, "écrivez 2026-D-12"),
        ({"references": "2026-D-99"}, "Bordereau inconnu"),
    ],
)
def test_une_demande_impossible_se_dit(agent, champs, message):
    with pytest.raises(ValidationError, match=message):
        demander_archive(**{"exercice": 2026, "motif": "Contrôle", "par": agent} | champs)


def test_un_document_perdu_se_dit_et_l_archive_se_reprend(envoi, agent, settings):
    depot = chemin(envoi, settings)
    ailleurs = depot.rename(depot.with_suffix(".perdu"))
    archive = achever_archive(demander_archive(exercice=2026, motif="Contrôle", par=agent))
    ailleurs.rename(depot)

    assert "n’est pas dans les archives" in archive.erreur
    assert achever_archives() == 1
    assert ArchiveTPS.objects.get().achevee_le


def test_une_archive_faite_ne_change_plus(archive):
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveTPS.objects.filter(pk=archive.pk).update(motif="autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveTPS.objects.all().delete()


def test_l_exercice_propose_est_celui_du_jour(client, agent):
    annee = timezone.localdate().year
    for ouvert in (annee, annee + 1):
        Exercice.objects.get_or_create(annee=ouvert)
    client.force_login(agent)

    page = client.get("/gestion/flux/archives/").content.decode()

    assert f'<option value="{annee}" selected>' in page


def test_la_commande_et_la_page_font_de_meme(
    envoi, agent, client, tmp_path, capsys, django_capture_on_commit_callbacks
):
    call_command("archiver_tps", exercice=2026, motif="Contrôle", sortie=tmp_path)
    client.force_login(agent)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/gestion/flux/archives/", {"exercice": "2026", "motif": "Page"})

    page = client.get("/gestion/flux/archives/").content.decode()
    recue = client.get(f"/gestion/flux/archives/{ArchiveTPS.objects.first().pk}/")

    assert "a conserver jusqu au : 2036-12-31" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*.zip"))) == 1
    assert page.count(".zip</a>") == 2
    assert b"".join(recue.streaming_content).startswith(b"PK")
