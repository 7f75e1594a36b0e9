"""The bundle of the accord local: complete, sealed, harmless in a spreadsheet."""

import csv
import hashlib
import io
import zipfile

import pytest

from exports_tps.constitution import constituer_flux
from exports_tps.models import ProfilExport
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
    assert set(lignes) == attendues


def test_le_lot_porte_le_fragment_signe_et_les_documents(agent, ordonnateur, settings):
    bordereau, _, archive = lot(agent, ordonnateur, settings)

    index = list(
        csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig")), delimiter=";")
    )

    signe = archive.read(f"bordereaux/{bordereau.reference}.xml")
    assert hashlib.sha256(signe).hexdigest() == bordereau.empreinte_signee
    assert {ligne["fichier"] for ligne in index} <= set(archive.namelist())
    assert len(index) == 2


def test_un_lot_se_transmet(agent, ordonnateur, settings):
    bordereau, flux, _ = lot(agent, ordonnateur, settings, nombre=1)

    transmettre(flux, par=agent)

    assert (settings.TPS_ENVOIS / flux.nom_physique).suffix == ".zip"
    assert bordereau.pieces.get().etat == EtatPiece.TRANSMISE
