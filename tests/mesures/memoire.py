"""P8, P9 and P19: the peak memory of an export, as mandats and attachments grow; of a Retour."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from django.conf import settings

from exports_tps.schemas_officiels import dossier_schemas
from tests.mesures.mesure import Mesure, Prise, Tour, comparer

EXPORT = "tests.mesures.export_seul"
RETOUR = "tests.mesures.retour_seul"
RETOURS = ("150000000", "1500000")  # bytes
MEGA_OCTET = 1_000_000
TOURS = 3  # a peak hardly varies
PEU_DE_MANDATS = 100


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P8 at 10,000 mandats against 1,000, P9 at 50 MB against 5; ten times more if asked.

    P19 always at 150 MB against 1.5.
    """
    fois = 10 if grand else 1
    mandats = (10_000 * fois, 1_000)
    documents = (50 * fois * MEGA_OCTET, 5 * fois * MEGA_OCTET)
    yield "P8", partial(_comparer, [(nombre, MEGA_OCTET) for nombre in mandats])
    yield "P9", partial(_comparer, [(PEU_DE_MANDATS, octets) for octets in documents])
    yield "P19", _lire


def _comparer(tailles: list[tuple[int, int]], nom: str) -> Mesure:
    schemas = str(dossier_schemas() or "")
    produit, reference = (
        partial(_pic, EXPORT, str(mandats), str(octets), schemas) for mandats, octets in tailles
    )
    return _mesurer(nom, produit, reference)


def _lire(nom: str) -> Mesure:
    produit, reference = (partial(_pic, RETOUR, octets) for octets in RETOURS)
    return _mesurer(nom, produit, reference, tours=1)  # a round is long


def _mesurer(nom: str, produit: Tour, reference: Tour, *, tours: int = TOURS) -> Mesure:
    return comparer(nom, produit, reference, "<= 1.1", tours=tours, a_blanc=False)


def _pic(programme: str, *arguments: str) -> float:
    """Return the peak of a process of its own, in megabytes."""
    resultat = subprocess.run(
        [sys.executable, "-m", programme, *arguments],
        cwd=settings.RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    if resultat.returncode:
        raise RuntimeError(f"La mesure a échoué : {resultat.stderr.strip()}")
    return int(resultat.stdout) / 1024
