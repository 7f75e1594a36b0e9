"""P18: search as one types, against the reading of one tiers by its primary key.

Every beginning of each text is searched, as the page does at each key pressed. The measure is
taken on PostgreSQL, then by the same code on SQLite, in a process of its own.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection

from facturier.grand_livre.models import Tiers
from fournisseurs.models import Fournisseur
from fournisseurs.recherche import chercher, indexer
from tests.mesures.mesure import Mesure, Prise, comparer, latence

OBJECTIF = "<= 15"
TRANCHE = 10_000
LECTURES = 200
SYLLABES = "ba bi bo ca co da do fa fi ga go ka ko la li lo ma mi mo na no pa po ra ri sa so ta vo"
FORMES = ["SARL"] * 6 + ["SAS", "EURL", "SCI", "Association"]
METIERS = ["Bâtiment", "Électricité", "Pépinière", "Garage", "Boulangerie", "Maçonnerie", "Froid"]
COMMUNES = ["Nouméa"] * 12 + ["Dumbéa", "Païta", "Mont-Dore", "La Foa", "Bourail", "Île des Pins"]
SAISIES = (
    "sarl no",
    "électricité dumb",
    "bako pépinière",
    "noumea garage",
    "9 000 123.001",
    "mont dore sarl ga",
    "introuvable",
)


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P18 at 20,000 tiers, or 500,000, on the engine at hand and then on SQLite."""
    _remplir(500_000 if grand else 20_000)
    yield "P18", _chercher
    if connection.vendor != "sqlite":
        yield "P18 (SQLite)", partial(_sur_sqlite, grand)


def _chercher(nom: str) -> Mesure:
    cles = list(Fournisseur.objects.order_by("pk").values_list("pk", flat=True)[:LECTURES])
    frappes = [saisie[:fin] for saisie in SAISIES for fin in range(1, len(saisie) + 1)]
    tiers = Fournisseur.objects.select_related("tiers")
    return comparer(
        nom,
        lambda: median(latence(partial(chercher, tiers, f, nombre=20), 1) for f in frappes),
        lambda: median(latence(partial(Fournisseur.objects.get, pk=cle), 1) for cle in cles),
        OBJECTIF,
    )


def _remplir(nombre: int) -> None:
    """Make tiers with the words of their names; a third are persons."""
    hasard = random.Random(18)  # noqa: S311
    syllabes = SYLLABES.split()
    noms = ["".join(hasard.choices(syllabes, k=3)).capitalize() for _ in range(20_000)]
    for debut in range(0, nombre, TRANCHE):
        tiers = Tiers.objects.bulk_create(
            _tiers(rang, hasard, noms) for rang in range(debut, debut + TRANCHE)
        )
        fiches = Fournisseur.objects.bulk_create(
            Fournisseur(
                tiers=un,
                est_creancier=True,
                adresse_voie="1 rue des Banians",
                code_postal="98800",
                ville=hasard.choice(COMMUNES),
            )
            for un in tiers
        )
        indexer([fiche.pk for fiche in fiches])
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _tiers(rang: int, hasard: random.Random, noms: list[str]) -> Tiers:
    if rang % 3 == 0:
        return Tiers(
            code=f"P{rang:07d}",
            nom=hasard.choice(noms).upper(),
            prenom=hasard.choice(noms),
            civilite="Mme",
            categorie="01",
            nature_juridique="01",
        )
    nom = f"{hasard.choice(FORMES)} {hasard.choice(METIERS)} {hasard.choice(noms)}"
    rid = 5_000_000 + rang  # apart from those of the other measures
    return Tiers(code=f"{rid}", nom=nom, ridet=f"{rid}001")


def _sur_sqlite(grand: bool, nom: str) -> Mesure:
    with tempfile.TemporaryDirectory() as dossier:
        resultat = subprocess.run(
            [sys.executable, "-m", "tests.mesures", "recherche", *(["--grand"] if grand else [])],
            cwd=settings.RACINE,
            env=os.environ
            | {
                "DATABASE_URL": f"sqlite:///{Path(dossier) / 'mesure.sqlite3'}",
                "FACTURIER_VAR": dossier,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if not resultat.stdout:
        raise RuntimeError(f"La mesure sur SQLite a échoué : {resultat.stderr.strip()[-500:]}")
    return Mesure(**{**json.loads(resultat.stdout), "mesure": nom})
