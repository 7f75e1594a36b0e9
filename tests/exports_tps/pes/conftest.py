"""A test authority, an ordonnateur, and the official schemas when they are there."""

import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.bordereau import signer_bordereau
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature
from tests.exports_tps import golden
from tests.exports_tps.pes import exemples

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
    return Signature(signataire=signataire, signee_le=exemples.MOMENT)


@pytest.fixture(scope="session")
def schemas():
    dossier = Path(os.environ.get("PES_XSD_DIR", _DEPOT.parent / "shared" / "pes_v2" / "xsd"))
    if not dossier.is_dir():
        pytest.skip(f"schémas officiels absents de {dossier.name}")
    return dossier


def ecrire_flux_signe(signature, nombre=2):
    """Return a flux of `nombre` mandats and one titre, in two signed bordereaux."""
    depense, recette, flux = BytesIO(), BytesIO(), BytesIO()
    signer_bordereau(
        sortie=depense,
        bordereau=exemples.bordereau_depense(nombre),
        pieces=exemples.mandats(nombre),
        signature=signature,
    )
    signer_bordereau(
        sortie=recette,
        bordereau=exemples.bordereau_recette(),
        pieces=[exemples.TITRE],
        signature=signature,
    )
    ecrire_flux(
        sortie=flux,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        depense=Section(fragments=[lambda: BytesIO(depense.getvalue())]),
        recette=Section(fragments=[lambda: BytesIO(recette.getvalue())]),
    )
    return flux.getvalue()


def ecrire_flux_a_signer(sortie, signature=None):
    """Write a flux of two mandats, one titre and a document: to sign elsewhere, or as a whole."""
    sections = [
        golden.section(exemples.bordereau_depense(2), list(exemples.mandats(2))),
        golden.section(exemples.bordereau_recette(), [exemples.TITRE]),
    ]
    ecrire_flux(
        sortie=sortie,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        depense=sections[0],
        recette=sections[1],
        pieces_jointes=[exemples.PJ_ISOLEE],
        signature=signature,
        est_a_signer=signature is None,
    )
    return sortie


@pytest.fixture(scope="session")
def flux_signe(signature):
    return ecrire_flux_signe(signature)
