"""The bundle of the accord local: complete, sealed, harmless in a spreadsheet."""

import csv
import hashlib
import io
import os
import subprocess
import zipfile

import pytest
from django.core.exceptions import ValidationError

from exports_tps.cles import AUTORITES, DOSSIER_CACHET, PKCS12_CACHET
from exports_tps.constitution import achever, constituer_flux
from exports_tps.models import Flux, ProfilExport
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun import fichiers
from facturier.grand_livre.models import EtatPiece
from tests.exports_tps.factories import bordereau_depense

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def lot(agent, ordonnateur, settings, nombre=2):
    """Constitute a bundle; return its bordereau, its flux and its archive."""
    bordereau = signer_bordereau(bordereau_depense(agent, nombre), par=ordonnateur)
    flux = constituer_flux([bordereau], par=agent, profil=ProfilExport.LOT_PIECES)
    chemin = fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE)
    return bordereau, flux, zipfile.ZipFile(io.BytesIO(chemin.read_bytes()))


def test_le_manifeste_scelle_chaque_fichier(agent, ordonnateur, settings):
    _, _, archive = lot(agent, ordonnateur, settings)

    lignes = archive.read("manifeste.sha256").decode().splitlines()

    attendues = {
        f"{hashlib.sha256(archive.read(nom)).hexdigest()}  {nom}"
        for nom in archive.namelist()
        if nom != "manifeste.sha256"
    }
    assert set(lignes) == attendues - {ligne for ligne in attendues if ligne.endswith(".p7s")}


def lancer(dossier, *commande):
    return subprocess.run(commande, cwd=dossier, capture_output=True, text=True, check=False)


def test_les_outils_de_tous_verifient_le_lot(agent, ordonnateur, settings, tmp_path):
    _, _, archive = lot(agent, ordonnateur, settings)
    archive.extractall(tmp_path / "lot")
    verifier = (
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any"),
        *("-in", "manifeste.sha256.p7s", "-content", "manifeste.sha256"),
        *("-CAfile", settings.CLES_RACINE / DOSSIER_CACHET / AUTORITES, "-out", os.devnull),
    )
    sommes = lancer(tmp_path / "lot", "sha256sum", "--check", "--strict", "manifeste.sha256")
    scelle = lancer(tmp_path / "lot", *verifier)
    with (tmp_path / "lot" / "manifeste.sha256").open("a") as manifeste:
        manifeste.write("\n")

    altere = lancer(tmp_path / "lot", *verifier)

    assert sommes.returncode == 0, sommes.stdout
    assert scelle.returncode == 0, scelle.stderr
    assert altere.returncode != 0


def test_le_lot_porte_le_fragment_signe_et_les_documents(agent, ordonnateur, settings):
    bordereau, _, archive = lot(agent, ordonnateur, settings)

    index = list(
        csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig")), delimiter=";")
    )

    signe = archive.read(f"bordereaux/{bordereau.reference}.xml")
    assert hashlib.sha256(signe).hexdigest() == bordereau.empreinte_signee
    assert {ligne["fichier"] for ligne in index} <= set(archive.namelist())
    assert len(index) == 2


def test_le_meme_lot_a_les_memes_octets(agent, ordonnateur, settings):
    _, flux, _ = lot(agent, ordonnateur, settings, nombre=1)
    empreinte = flux.sha256
    Flux.objects.filter(pk=flux.pk).update(etat="en_constitution")

    achever(Flux.objects.get(pk=flux.pk), par=agent)

    assert Flux.objects.get().sha256 == empreinte


def test_sans_cachet_le_flux_attend(agent, ordonnateur, settings):
    (settings.CLES_RACINE / DOSSIER_CACHET / PKCS12_CACHET).rename(settings.CLES_RACINE / "ote")
    settings.EN_PRODUCTION = True
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)

    with pytest.raises(ValidationError, match="Un certificat manque"):
        constituer_flux([bordereau], par=agent, profil=ProfilExport.LOT_PIECES)

    assert Flux.objects.get().etat == "en_constitution"


def test_un_lot_se_transmet(agent, ordonnateur, settings):
    bordereau, flux, _ = lot(agent, ordonnateur, settings, nombre=1)

    transmettre(flux, par=agent)

    assert (settings.TPS_ENVOIS / flux.nom_physique).suffix == ".zip"
    assert bordereau.pieces.get().etat == EtatPiece.TRANSMISE
