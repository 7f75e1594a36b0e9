"""P12 and P13: reading and checking a file of tiers, then writing them, first load and reload."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd
from django.db import connection, transaction

from facturier.acces.models import Utilisateur
from fournisseurs.reprise.colonnes import MOTIF, TIERS
from fournisseurs.reprise.controle import controler
from fournisseurs.reprise.doublons import Vues, ecarter_doublons
from fournisseurs.reprise.ecriture import Auteur, ecrire
from fournisseurs.reprise.lecture import lire
from tests.fournisseurs.fichier_abime import ecrire_csv
from tests.mesures.mesure import Mesure, Prise, comparer, debit
from tests.mesures.reprise_reference import accepter, verser_tout

PETIT, GRAND = 20_000, 200_000
TOURS = 3  # of writing: a round is long
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
        yield "P13", partial(_charger, tranches, auteur)
        yield "P13 rechargement", partial(_recharger, tranches, auteur)


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


def _charger(tranches: Tranches, auteur: Auteur, nom: str) -> Mesure:
    produit, reference = _ecritures(tranches, auteur)
    return comparer(
        nom,
        partial(_a_defaire, produit, _nombre(tranches)),
        partial(_a_defaire, reference, _nombre(tranches)),
        ">= 0.8",
        tours=TOURS,
        a_blanc=False,
    )


def _recharger(tranches: Tranches, auteur: Auteur, nom: str) -> Mesure:
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
            tours=TOURS,
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
