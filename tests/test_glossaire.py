"""The glossary and the code use the same words."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

RACINE = Path(settings.RACINE)
PAQUETS = ("facturier", "fournisseurs", "telepaiement", "exports_tps")
GLOSSAIRE = RACINE / "docs" / "glossaire.md"
NOM = re.compile(r"`([\w.]+?)(?:\(\))?`")
PREVU = "*planned*"


def _rangees() -> list[str]:
    """Return the rows of the tables, without their titles."""
    lignes = GLOSSAIRE.read_text(encoding="utf-8").splitlines()
    return [li for li in lignes if li.startswith("| ") and not li.startswith(("| Term", "| ---"))]


def _noms(rangee: str) -> list[str]:
    return NOM.findall(rangee.rsplit(" | ", maxsplit=1)[-1])


def _definis(arbre: ast.AST) -> Iterator[str]:
    """Yield the classes, functions, fields, constants and arguments of a module."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.ClassDef | ast.FunctionDef):
            yield noeud.name
        elif isinstance(noeud, ast.Name) and isinstance(noeud.ctx, ast.Store):
            yield noeud.id
        elif isinstance(noeud, ast.arg):
            yield noeud.arg


@cache
def _noms_du_code() -> frozenset[str]:
    fichiers = [f for paquet in PAQUETS for f in (RACINE / paquet).rglob("*.py")]
    noms = {f.stem for f in fichiers} | {f.parent.name for f in fichiers}
    for fichier in fichiers:
        noms.update(_definis(ast.parse(fichier.read_text(encoding="utf-8"))))
    return frozenset(noms)


def _existe(nom: str) -> bool:
    return all(morceau in _noms_du_code() for morceau in nom.split("."))


def test_chaque_nom_du_glossaire_existe_dans_le_code():
    etablis = [nom for rangee in _rangees() if PREVU not in rangee for nom in _noms(rangee)]

    assert [nom for nom in etablis if not _existe(nom)] == []


def test_ce_qui_est_prevu_n_existe_pas_encore():
    prevus = [nom for rangee in _rangees() if PREVU in rangee for nom in _noms(rangee)]

    assert [nom for nom in prevus if _existe(nom)] == []


def test_chaque_rangee_nomme_du_code():
    assert [rangee for rangee in _rangees() if not _noms(rangee)] == []


def test_chaque_modele_est_au_glossaire():
    cites = {nom for rangee in _rangees() for nom in _noms(rangee)}
    modeles = [m for m in apps.get_models() if m.__module__.partition(".")[0] in PAQUETS]

    assert [m._meta.label for m in modeles if m.__name__ not in cites] == []
