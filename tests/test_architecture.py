"""The repository tests itself: sizes, relations, templates, words."""

import ast
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

RACINE = Path(settings.RACINE)
PAQUETS = ("facturier", "fournisseurs", "telepaiement", "exports_tps")
RANGS = {
    "acces": 0,
    "grand_livre": 1,
    "fournisseurs": 2,
    "facturier": 3,
    "telepaiement": 3,
    "exports_tps": 4,
    "api": 4,
    "accueil": 5,
}
LIMITE_FONCTION = 60
LIMITE_MODULE = 500
LIMITE_MODULE_ESSAI = 600


def _modules(*dossiers: str) -> list[Path]:
    fichiers = chain.from_iterable((RACINE / dossier).rglob("*.py") for dossier in dossiers)
    return sorted(f for f in fichiers if "migrations" not in f.parts)


def _longueur(fichier: Path) -> int:
    return len(fichier.read_text(encoding="utf-8").splitlines())


def _fonctions_trop_longues(fichier: Path) -> list[str]:
    arbre = ast.parse(fichier.read_text(encoding="utf-8"))
    return [
        f"{fichier.relative_to(RACINE)}:{noeud.lineno} {noeud.name}"
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef)
        and (noeud.end_lineno or 0) - noeud.lineno + 1 > LIMITE_FONCTION
    ]


def test_aucune_fonction_ne_depasse_soixante_lignes():
    longues = chain.from_iterable(_fonctions_trop_longues(f) for f in _modules(*PAQUETS, "tests"))

    assert list(longues) == []


def test_aucun_module_ne_depasse_sa_limite():
    gros = [f for f in _modules(*PAQUETS) if _longueur(f) > LIMITE_MODULE]
    gros += [f for f in _modules("tests") if _longueur(f) > LIMITE_MODULE_ESSAI]

    assert gros == []


def _relations_montantes() -> list[str]:
    return [
        f"{modele._meta.label} → {champ.related_model._meta.label}"
        for modele in apps.get_models()
        if modele._meta.app_label in RANGS
        for champ in modele._meta.get_fields()
        if champ.is_relation and not champ.auto_created and champ.related_model
        if champ.related_model._meta.app_label in RANGS
        and champ.related_model._meta.app_label != modele._meta.app_label
        and RANGS[champ.related_model._meta.app_label] >= RANGS[modele._meta.app_label]
    ]


def test_les_relations_pointent_vers_le_bas():
    assert _relations_montantes() == []


def test_chaque_modele_est_documente():
    muets = [
        m._meta.label
        for m in apps.get_models()
        if m._meta.app_label in RANGS
        and (m.__doc__ or f"{m.__name__}(").startswith(f"{m.__name__}(")
    ]

    assert muets == []


CHEMIN_DE_MACHINE = re.compile(r"(?<![\w./])/(?:home|root|tmp|work|Users)/\w")


@pytest.mark.parametrize("motif", ["*.py", "*.md", "*.toml", "*.html", "*.lock"])
def test_le_projet_ne_parle_que_de_lui(motif):
    dossiers = [RACINE / d for d in (*PAQUETS, "docs", "fixtures")]
    fichiers = [f for d in dossiers for f in d.rglob(motif)] + list(RACINE.glob(motif))

    fautifs = [f for f in fichiers if CHEMIN_DE_MACHINE.search(f.read_text(encoding="utf-8"))]

    assert fautifs == []


NOMBRE_DANS_UNE_ADRESSE = re.compile(r"[?&]\w+=\{\{ *[\w.]*\b(?:pk|id|\w*suivant|\w*suite) *\}\}")


def test_une_adresse_ne_met_pas_de_separateur_de_milliers():
    fautifs = [
        nom
        for nom, fichier in _gabarits().items()
        if NOMBRE_DANS_UNE_ADRESSE.search(fichier.read_text(encoding="utf-8"))
    ]

    assert fautifs == []


def _gabarits() -> dict[str, Path]:
    dossiers = [RACINE / "facturier" / "templates"]
    dossiers += [
        RACINE / p / "templates"
        for p in (
            *PAQUETS,
            "facturier/acces",
            "facturier/api",
            "facturier/suivi",
            "facturier/accueil",
        )
    ]
    return {
        str(f.relative_to(d)): f
        for d in dossiers
        if d.exists()
        for f in d.rglob("*.*")
        if f.is_file()
    }


CADRES = ("account/", "socialaccount/", "django/", "allauth/", "400", "403", "404", "500", "admin/")


def test_aucun_gabarit_n_est_orphelin():
    gabarits = _gabarits()
    sources = _modules(*PAQUETS) + list(gabarits.values())
    texte = "\n".join(f.read_text(encoding="utf-8") for f in sources)

    orphelins = [nom for nom in gabarits if not nom.startswith(CADRES) and nom not in texte]

    assert orphelins == []


def test_un_programme_ne_charge_que_ce_qu_il_emploie():
    lourds = {"openpyxl", "pandas", "pyarrow", "reportlab"}
    demarrage = (
        "import django, sys; django.setup(); import facturier.urls, facturier.celery; "
        "facturier.celery.application.loader.import_default_modules(); print(*sys.modules)"
    )
    charges = subprocess.run(
        [sys.executable, "-c", demarrage], cwd=RACINE, capture_output=True, text=True, check=True
    ).stdout.split()

    assert "fournisseurs.tasks" in charges
    assert lourds.isdisjoint(charges)
