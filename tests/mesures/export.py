"""P11: the SQL statements of an export do not grow with its mandats."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exports_tps.constitution import constituer_flux
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Utilisateur
from tests.exports_tps.factories import bordereau_depense
from tests.mesures.mesure import Mesure, conclure


def mesurer(*, grand: bool) -> Iterator[Mesure]:
    """Take P11 with 10,000 mandats against 1,000, or a fiftieth of that."""
    par = Utilisateur.objects.systeme()
    petit, grande_taille = (1_000, 10_000) if grand else (20, 200)
    with TemporaryDirectory(prefix="facturier-mesures-") as dossier:
        settings.DOCUMENTS_RACINE = Path(dossier) / "documents"
        settings.CLES_RACINE = Path(dossier) / "cles"
        reference = _instructions(petit, par)
        yield conclure("P11", _instructions(grande_taille, par), reference, "<= 1.0")


def _instructions(nombre: int, par: Utilisateur) -> int:
    """Return the statements that sign and constitute a flux of `nombre` mandats."""
    bordereau = bordereau_depense(par, nombre)
    with CaptureQueriesContext(connection) as requetes:
        constituer_flux([signer_bordereau(bordereau, par=par)], par=par)
    return len(requetes)
