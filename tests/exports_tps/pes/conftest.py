"""A test authority, an ordonnateur, and the official schemas when they are there."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature
from tests.exports_tps.pes.exemples import MOMENT

_DEPOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def autorite():
    return creer_autorite(
        nom="Autorite d'essai",
        organisation="Essais",
        valable_du=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="session")
def ordonnateur(autorite):
    return delivrer_certificat(
        autorite,
        nom="Ordonnateur d'essai",
        organisation="Essais",
        valable_du=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="session")
def signature(ordonnateur):
    signataire = SignataireLogiciel(ordonnateur.certificat, ordonnateur.cle)
    return Signature(signataire=signataire, signee_le=MOMENT)


@pytest.fixture(scope="session")
def schemas():
    dossier = Path(os.environ.get("PES_XSD_DIR", _DEPOT.parent / "shared" / "pes_v2" / "xsd"))
    if not dossier.is_dir():
        pytest.skip(f"schémas officiels absents de {dossier.name}")
    return dossier
