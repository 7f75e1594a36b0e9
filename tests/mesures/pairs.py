"""Peers of the ledger, measured in the environment that `make pairs` installs, when it is there."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.mesures.mesure import Mesure, Prise

PYTHON = Path(settings.RACINE) / ".venv-bench" / "bin" / "python"
PAIRS = {"P1 (django-hordak)": "hordak_seul", "P1 (django-ledger)": "ledger_seul"}
BASE = "facturier_mesure_pairs"


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P1 of each peer, beside raw statements of its own."""
    if not PYTHON.exists():
        print("Pairs non mesurés : « make pairs » les installe.", file=sys.stderr)
        return
    for nom in PAIRS:
        yield nom, _pair


def _pair(nom: str) -> Mesure:
    with connection.cursor() as curseur:
        curseur.execute(f"CREATE DATABASE {BASE}")
        try:
            return _lancer(nom)
        finally:
            curseur.execute(f"DROP DATABASE {BASE}")


def _lancer(nom: str) -> Mesure:
    reglages = connection.settings_dict
    base = {cle: reglages[cle] for cle in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    resultat = subprocess.run(
        [str(PYTHON), "-m", f"tests.mesures.{PAIRS[nom]}", json.dumps(base | {"NAME": BASE})],
        cwd=settings.RACINE,
        capture_output=True,
        text=True,
        check=True,
    )
    return Mesure(**{**json.loads(resultat.stdout), "mesure": nom})
