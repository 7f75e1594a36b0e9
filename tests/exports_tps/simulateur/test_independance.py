"""The simulator and the exporter agree through the format alone (conception, decision 14)."""

import ast
import sys
from pathlib import Path

from exports_tps import simulateur

ADMIS = {"lxml", "cryptography"}


def importations():
    """Every module imported by the simulator."""
    for fichier in Path(simulateur.__file__).parent.glob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.Import):
                yield from (alias.name for alias in noeud.names)
            elif isinstance(noeud, ast.ImportFrom):
                yield noeud.module or ""


def test_le_simulateur_ne_partage_aucun_code_avec_le_produit():
    etrangers = {
        nom
        for nom in importations()
        if nom.partition(".")[0] not in sys.stdlib_module_names | ADMIS
        and not nom.startswith("exports_tps.simulateur")
    }

    assert etrangers == set()
