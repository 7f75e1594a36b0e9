"""The circuit from nothing, on both engines; and what it leaves behind."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "pes_v2" / "xsd"

pytestmark = [pytest.mark.lent, pytest.mark.xdist_group("circuit")]


def _verifier_signatures(fichier: Path, autorites: Path, rang: int) -> int:
    return subprocess.run(
        [
            "xmlsec1",
            "--verify",
            *("--id-attr:Id", "Bordereau"),
            *("--id-attr:Id", "http://uri.etsi.org/01903/v1.1.1#:SignedProperties"),
            *("--node-xpath", f"(//*[local-name()='Signature'])[{rang}]"),
            *("--trusted-pem", str(autorites), str(fichier)),
        ],
        capture_output=True,
        check=False,
    ).returncode


def test_le_circuit_tient_depuis_rien(installation):
    sortie = installation.sortie

    assert sortie.returncode == 0, sortie.stderr
    assert "Le circuit a tenu : 12 étapes" in sortie.stdout
    assert list((installation.var / "tps" / "envois").glob("*.xml"))
    assert list((installation.var / "courriels").glob("*.log"))


def test_le_flux_laisse_est_conforme(installation):
    fichier = sorted((installation.var / "tps" / "envois").glob("*.xml"))[-1]

    resultat = installation.gerer("controler_pes", str(fichier))

    assert resultat.returncode == 0, resultat.stderr
    if not SCHEMAS.is_dir():
        pytest.skip("schémas officiels absents")
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "PES_V2" / "Rev0" / "PES_Aller.xsd"))
    assert schema.validate(etree.parse(fichier)), schema.error_log


def test_un_octet_change_se_voit_partout(installation, tmp_path):
    fichier = sorted((installation.var / "tps" / "envois").glob("*.xml"))[-1]
    autorites = installation.var / "cles" / "signature" / "autorites.pem"
    altere = tmp_path / fichier.name
    altere.write_bytes(fichier.read_bytes().replace(b"Lagon Fournitures", b"Lagon Fournitur3s", 1))

    resultat = installation.gerer("controler_pes", str(altere))

    assert resultat.returncode == 1
    assert "ignature" in resultat.stdout + resultat.stderr
    if not shutil.which("xmlsec1"):
        pytest.skip("xmlsec1 absent")
    assert [_verifier_signatures(fichier, autorites, rang) for rang in (1, 2)] == [0, 0]
    assert _verifier_signatures(altere, autorites, 1) != 0


def test_une_ligne_falsifiee_dans_le_dos_du_grand_livre_est_nommee(installation):
    assert installation.gerer("verifier_grand_livre").returncode == 0
    code = "from tests.circuit.falsification import falsifier; print(falsifier())"
    ecriture = installation.gerer("shell", "-v", "0", "-c", code).stdout.strip()

    resultat = installation.gerer("verifier_grand_livre")

    assert resultat.returncode == 1
    assert f"écriture {ecriture}" in resultat.stderr


def test_aucun_lien_ne_mene_a_une_porte_fermee(installation_postgresql):
    visite = subprocess.run(
        [sys.executable, "-m", "tests.circuit.visiteur"],
        env={
            **os.environ,
            **installation_postgresql.variables,
            "DJANGO_SETTINGS_MODULE": "facturier.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert visite.returncode == 0, visite.stderr
    bilan = json.loads(visite.stdout)
    assert {qui: impasses for qui, (_, impasses) in bilan.items() if impasses} == {}
    assert len(bilan) == 9
    assert sum(vues for vues, _ in bilan.values()) > 500
