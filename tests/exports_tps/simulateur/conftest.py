"""A treasury in a folder of its own, driven through its command line."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import etree

from exports_tps.simulateur.__main__ import main
from tests.exports_tps.simulateur.fabrique import Autorite

RACINE = Path(__file__).resolve().parents[3]
SCHEMAS = Path(os.environ.get("PES_XSD_DIR") or RACINE.parent / "shared" / "pes_v2" / "xsd")


@pytest.fixture(scope="session")
def schemas():
    """The folder of the official schemas."""
    if not SCHEMAS.is_dir():
        pytest.skip("schémas officiels absents : renseigner PES_XSD_DIR")
    return SCHEMAS


@pytest.fixture(scope="session")
def valider_reponse(schemas):
    """Validates an answer against the schema of its kind; returns the errors."""
    rev0 = schemas / "PES_V2"
    aller = etree.XMLSchema(etree.parse(rev0 / "Rev0" / "PES_V2_Acquit_Autonome_V2.xsd"))
    retour = etree.XMLSchema(etree.parse(rev0 / "RETOUR" / "Rev0" / "PES_Retour.xsd"))

    def valider(fichier):
        schema = aller if fichier.name.startswith("PES_ACQUIT") else retour
        schema.validate(etree.parse(fichier))
        return str(schema.error_log).splitlines()

    return valider


@pytest.fixture(scope="session")
def autorite():
    """One authority for the whole session: keys are slow to make."""
    return Autorite()


class Banc:
    """The folders, and what a person at the keyboard would do with them."""

    def __init__(self, dossier, capsys):
        self.dossier = dossier
        self.capsys = capsys
        self.envois = dossier / "envois"
        self.retours = dossier / "retours"
        self.envois.mkdir()
        self.retours.mkdir()

    def deposer(self, texte, nom="flux.xml"):
        """Put a flux in the folder, whole."""
        fichier = self.envois / nom
        fichier.write_bytes(texte if isinstance(texte, bytes) else texte.encode("latin-1"))
        return fichier

    def plan(self, texte):
        """Write a plan; return the options that use it."""
        fichier = self.dossier / "plan.toml"
        fichier.write_text(texte, encoding="utf-8")
        return "--plan", fichier

    def lancer(self, *options):
        """Run the command with --json; return its code and its object."""
        self.capsys.readouterr()
        arguments = ["--envois", self.envois, "--retours", self.retours, "--json", *options]
        code = main([str(argument) for argument in arguments])
        return SimpleNamespace(code=code, **json.loads(self.capsys.readouterr().out))

    def passer(self, *options):
        """One pass."""
        return self.lancer("--une-fois", "--date", "2026-11-22", *options)

    def terminer(self, *options):
        """Passes until nothing is left."""
        return self.lancer("--jusqu-au-bout", "--date", "2026-11-22", *options)

    def reponses(self, motif="*.xml"):
        """The answers written so far."""
        return sorted(self.retours.glob(motif))

    def valeurs(self, balise, motif="*.xml"):
        """The values of one tag in the answers of that name, in order."""
        return [
            element.get("V")
            for fichier in self.reponses(motif)
            for element in etree.parse(fichier).iter(balise)
        ]


@pytest.fixture
def banc(tmp_path, capsys):
    """An empty treasury."""
    return Banc(tmp_path, capsys)
