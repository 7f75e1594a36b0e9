"""`python -m tests.mesures [--grand] [MESURE …]`: the measures, one JSON line each.

A private PostgreSQL is started as for the tests; everything is written to a database of its own.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.mesures.mesure import Prise, prendre

MODULES = (
    "grand_livre",
    "soldes",
    "circuit",  # before those whose bordereaux never leave, which would hold back its own
    "export",
    "memoire",
    "reprise",
    "recherche",
    "liste",
    "api",
    "paiements",
    "pairs",
)


@contextmanager
def base_de_mesure() -> Iterator[None]:
    """Start PostgreSQL, make a database with the reference data, and drop it at the end."""
    os.environ["MESURES"] = "1"  # commits wait for the disk, as in production
    importlib.import_module("tests.moteur")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "facturier.settings")
    import django  # noqa: PLC0415  (the settings need the database address)

    django.setup()
    importlib.import_module("facturier.celery")  # tasks go to its broker, or nowhere
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    from facturier.grand_livre.reference import charger_reference  # noqa: PLC0415

    bases = setup_databases(verbosity=0, interactive=False)
    try:
        charger_reference()
        yield
    finally:
        teardown_databases(bases, verbosity=0)


def prises(partie: str, *, grand: bool) -> Iterator[Prise]:
    """Yield the measures of a part; it is imported at its turn, for it may be what fails."""
    yield from importlib.import_module(f"tests.mesures.{partie}").mesurer(grand=grand)


def main() -> int:
    """Take the measures asked for, all by default; 1 when one fails or misses its goal."""
    analyseur = argparse.ArgumentParser(prog="make bench", description="Mesure le produit.")
    analyseur.add_argument("--grand", action="store_true", help="grandes tailles (plus long)")
    analyseur.add_argument("parties", nargs="*", choices=[*MODULES, []], help="toutes par défaut")
    options = analyseur.parse_args()
    with base_de_mesure():
        manquees = [
            mesure
            for partie in options.parties or MODULES
            for mesure in prendre(partie, prises(partie, grand=options.grand))
            if mesure.dire() or not mesure.est_atteinte
        ]
    return 1 if manquees else 0


if __name__ == "__main__":
    sys.exit(main())
