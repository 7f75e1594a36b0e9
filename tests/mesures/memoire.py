"""P8 and P9: the peak memory of an export, as mandats and as attachments grow."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from django.conf import settings

from exports_tps.schemas_officiels import dossier_schemas
from tests.mesures.mesure import Mesure, Prise, comparer

PROGRAMME = "tests.mesures.export_seul"
MEGA_OCTET = 1_000_000
TOURS = 3  # a peak hardly varies
PEU_DE_MANDATS = 100


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P8 at 10,000 mandats against 1,000, P9 at 50 MB against 5; ten times more if asked."""
    fois = 10 if grand else 1
    mandats = (10_000 * fois, 1_000)
    documents = (50 * fois * MEGA_OCTET, 5 * fois * MEGA_OCTET)
    yield "P8", partial(_comparer, [(nombre, MEGA_OCTET) for nombre in mandats])
    yield "P9", partial(_comparer, [(PEU_DE_MANDATS, octets) for octets in documents])


def _comparer(tailles: list[tuple[int, int]], nom: str) -> Mesure:
    produit, reference = (partial(_pic, *taille) for taille in tailles)
    return comparer(nom, produit, reference, "<= 1.1", tours=TOURS, a_blanc=False)


def _pic(mandats: int, octets: int) -> float:
    """Return the peak of an export in a process of its own, in megabytes."""
    resultat = subprocess.run(
        [sys.executable, "-m", PROGRAMME, str(mandats), str(octets), str(dossier_schemas() or "")],
        cwd=settings.RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    if resultat.returncode:
        raise RuntimeError(f"L’export de mesure a échoué : {resultat.stderr.strip()}")
    return int(resultat.stdout) / 1024
