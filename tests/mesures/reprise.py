"""P12 and P13: reading and checking a file of tiers, then writing them, first load and reload.

The whole import is then made of a broken file, then of a broken workbook: good rows in, each bad
one named with its line and reason, or the measure fails; what is measured is the peak of memory.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
from django.conf import settings
from django.db import connection, transaction

from facturier.acces.models import Utilisateur
from fournisseurs.reprise.colonnes import MOTIF, TIERS
from fournisseurs.reprise.controle import controler
from fournisseurs.reprise.doublons import Vues, ecarter_doublons
from fournisseurs.reprise.ecriture import Auteur, ecrire
from fournisseurs.reprise.lecture import lire
from tests.fournisseurs.fichier_abime import ecrire_classeur, ecrire_csv
from tests.mesures.mesure import Mesure, Prise, comparer, conclure, debit
from tests.mesures.reprise_reference import accepter, verser_tout

PETIT, GRAND = 20_000, 200_000
TOURS = {PETIT: 3, GRAND: 1}  # of writing: a round is long
MEMOIRE = 600  # megabytes, that an import may not pass
Tranches = list[pd.DataFrame]


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P12 and P13 at 20,000 tiers, or 200,000; three rows in a hundred are broken."""
    nombre = GRAND if grand else PETIT
    with tempfile.TemporaryDirectory() as dossier:
        fichier = Path(dossier) / "tiers.csv"
        ecrire_csv(fichier, nombre, a_guillemets=False)
        yield "P12", partial(_lire, fichier, nombre)
        tranches = list(_valables(fichier))
        auteur = Auteur(Utilisateur.objects.systeme(), est_confirme=True)
        yield "P13", partial(_charger, tranches, auteur, TOURS[nombre])
        yield "P13 rechargement", partial(_recharger, tranches, auteur, TOURS[nombre])
        ecrire_csv(fichier, nombre)
        yield "P13 mémoire, CSV abîmé", partial(_importer, fichier, nombre)
        ecrire_classeur(classeur := Path(dossier) / "tiers.xlsx", nombre)
        yield "P13 mémoire, classeur abîmé", partial(_importer, classeur, nombre)


def _valables(fichier: Path) -> Iterator[pd.DataFrame]:
    vues = Vues()
    for tranche in lire(fichier, TIERS):
        lignes = controler(tranche)
        ecarter_doublons(lignes, vues)
        yield lignes[lignes[MOTIF] == ""]


def _lire(fichier: Path, nombre: int, nom: str) -> Mesure:
    def produit() -> list[str]:
        return [ridet for lignes in _valables(fichier) for ridet in lignes["ridet"].array.tolist()]

    def reference() -> list[str]:
        return [ligne["ridet"] for ligne in accepter(fichier)]

    if produit() != reference():
        raise AssertionError("le produit et la référence n’acceptent pas les mêmes lignes")
    return comparer(
        nom,
        lambda: debit(produit, nombre),
        lambda: debit(reference, nombre),
        ">= 3",
        a_blanc=False,
    )


def _charger(tranches: Tranches, auteur: Auteur, tours: int, nom: str) -> Mesure:
    produit, reference = _ecritures(tranches, auteur)
    return comparer(
        nom,
        partial(_a_defaire, produit, _nombre(tranches)),
        partial(_a_defaire, reference, _nombre(tranches)),
        ">= 0.8",
        tours=tours,
        a_blanc=False,
    )


def _recharger(tranches: Tranches, auteur: Auteur, tours: int, nom: str) -> Mesure:
    """Load once, then the same rows again; all is undone at the end."""
    produit, reference = _ecritures(tranches, auteur)
    with transaction.atomic():
        produit()
        with connection.cursor() as curseur:
            curseur.execute("ANALYZE")
        mesure = comparer(
            nom,
            partial(_a_defaire, produit, _nombre(tranches)),
            partial(_a_defaire, reference, _nombre(tranches)),
            ">= 2",
            tours=tours,
            a_blanc=False,
        )
        transaction.set_rollback(True)
    return mesure


def _nombre(tranches: Tranches) -> int:
    return sum(map(len, tranches))


def _ecritures(tranches: Tranches, auteur: Auteur) -> tuple[Callable[[], None], Callable[[], None]]:
    def produit() -> None:
        for lignes in tranches:
            with transaction.atomic():
                ecrire(lignes, auteur=auteur)

    return produit, partial(verser_tout, pd.concat(tranches, ignore_index=True), auteur.par)


def _a_defaire(ecriture: Callable[[], None], nombre: int) -> float:
    """Return the rows written a second; what is written is undone, for the next round."""
    with transaction.atomic():
        vitesse = debit(ecriture, nombre)
        transaction.set_rollback(True)
    return vitesse


def _importer(fichier: Path, nombre: int, nom: str) -> Mesure:
    """Import the file in a process of its own, which checks what became of each row."""
    base = urlsplit(os.environ["DATABASE_URL"])
    adresse = base._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    resultat = subprocess.run(
        [sys.executable, "-m", "tests.mesures.reprise_seule", str(fichier), str(nombre)],
        cwd=settings.RACINE,
        env=os.environ | {"DATABASE_URL": adresse},
        capture_output=True,
        text=True,
        check=False,
    )
    if resultat.returncode:
        raise RuntimeError(f"L’import de mesure a échoué : {resultat.stderr.strip()[-300:]}")
    crees, rejetees, megaoctets = map(int, resultat.stdout.split())
    print(
        f"{nom} : {crees} lignes entrées, {rejetees} rejetées avec ligne et motif, "
        f"pic de {megaoctets} Mo",
        file=sys.stderr,
    )
    return conclure(nom, megaoctets, MEMOIRE, "<= 1")
