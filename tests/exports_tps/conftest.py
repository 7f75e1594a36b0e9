"""Keys made once for the session, and the official schemas when they are there."""

import os
import shutil
from pathlib import Path

import pytest

from exports_tps import cles

_SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "pes_v2" / "xsd"


@pytest.fixture(scope="session")
def cles_de_demonstration(tmp_path_factory):
    """The folders of keys that the first signature and the first seal of a demonstration make."""
    racine = tmp_path_factory.mktemp("cles")
    cles._creer_demonstration(racine / cles.DOSSIER)
    cles._creer_demonstration(racine / cles.DOSSIER_CACHET, cles.PKCS12_CACHET, "Cachet d’essai")
    return racine


@pytest.fixture
def cles_pretes(settings, dossiers_ranges, cles_de_demonstration):
    """Put the keys of the session where the product looks for them."""
    shutil.copytree(cles_de_demonstration, settings.CLES_RACINE)


@pytest.fixture
def avec_schemas(settings):
    """Validate against the official schemas, when they are at hand."""
    dossier = Path(os.environ.get("PES_XSD_DIR") or _SCHEMAS)
    settings.PES_XSD_DIR = str(dossier) if dossier.is_dir() else ""
    return settings.PES_XSD_DIR


@pytest.fixture
def circuit(reference, cles_pretes, avec_schemas):
    """All that sending a flux needs; returns the budget."""
    return reference
