"""P1 to P4: posting, against the fewest raw statements that do the same work."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from itertools import count

import psycopg
from django.db import connection

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Compte, Sens
from facturier.grand_livre.moteurs import COLONNES_ENTETE, COLONNES_LIGNE
from facturier.grand_livre.passation import EcritureAPasser, Ligne, passer, passer_lot
from tests.mesures.mesure import Mesure, Prise, comparer, conclure, debit

JOUR = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
UNE_A_UNE = 400
PAR_LOT = 5_000
ECRIVAINS = 8
PAR_ECRIVAIN = 60
SANS_ATTENDRE_LE_DISQUE = "SET synchronous_commit = off"
COMPTES = ("60612", "4011", "4111", "515")
SQL_LIGNES = (
    "INSERT INTO grand_livre_ligneecriture (ecriture_id, rang, compte_id, sens, montant) VALUES "
    "(nextval('grand_livre_ecriture_id_seq'), %s, %s, %s, %s)"
)
SQL_LIGNE_SUIVANTE = ", (currval('grand_livre_ecriture_id_seq'), %s, %s, %s, %s)"
SQL_ENTETE = (
    "INSERT INTO grand_livre_ecriture (id, exercice_id, journal_id, date_comptable, evenement, "
    "libelle, total, nombre_lignes, passee_le, par_id) VALUES "
    "(currval('grand_livre_ecriture_id_seq'), %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P1 to P4."""
    par = Utilisateur.objects.systeme()
    comptes = dict(Compte.objects.filter(exercice=2026).values_list("numero", "pk"))
    for nombre in (2, 4):
        yield f"P1 ({nombre} lignes)", partial(_une_a_une, par, comptes, nombre)
    yield "P2", partial(_par_lots, par, comptes)
    yield "P3", partial(_compte_tres_utilise, par)
    yield "P4", partial(_blocages, par, 10 if grand else 5)


def _lignes(nombre: int, compte: str = "60612") -> list[Ligne]:
    """Return `nombre` lines that balance, the first one on `compte`."""
    autres = [Ligne("4011", Sens.CREDIT, 100) for _ in range(nombre - 1)]
    return [Ligne(compte, Sens.DEBIT, 100 * (nombre - 1)), *autres]


def _passer(par: Utilisateur, lignes: list[Ligne]) -> None:
    passer(
        exercice=2026,
        journal="OD",
        date_comptable=JOUR,
        evenement="mesure",
        libelle="Mesure",
        lignes=lignes,
        par=par,
    )


def _brute() -> psycopg.Connection:
    """Connect as Django does, without Django."""
    parametres = connection.get_connection_params()
    return psycopg.connect(
        **{cle: parametres[cle] for cle in parametres.keys() - {"cursor_factory", "context"}}
    )


# --- P1 ---------------------------------------------------------------------------------------
# Commits wait for the disk on neither side: on a slow one, nothing else would be measured.
def _une_a_une(par: Utilisateur, comptes: dict[str, int], nombre: int, nom: str) -> Mesure:
    lignes = _lignes(nombre)
    valeurs = [
        valeur
        for rang, li in enumerate(lignes, start=1)
        for valeur in (rang, comptes[li.compte], str(li.sens), li.montant)
    ]
    sql = SQL_LIGNES + SQL_LIGNE_SUIVANTE * (nombre - 1)
    total = 100 * (nombre - 1)
    entete = (2026, "OD", JOUR, "mesure", "Mesure", total, nombre, MOMENT, par.pk)

    def produit() -> None:
        for _ in range(UNE_A_UNE):
            _passer(par, lignes)

    def reference() -> None:
        for _ in range(UNE_A_UNE):
            brute.execute(sql, valeurs)
            brute.execute(SQL_ENTETE, entete)
            brute.commit()

    with _brute() as brute, connection.cursor() as curseur:
        brute.execute(SANS_ATTENDRE_LE_DISQUE)
        brute.commit()
        curseur.execute(SANS_ATTENDRE_LE_DISQUE)
        return comparer(
            nom,
            lambda: debit(produit, UNE_A_UNE),
            lambda: debit(reference, UNE_A_UNE),
            ">= 1.0",
        )


# --- P2 ---------------------------------------------------------------------------------------
def _par_lots(par: Utilisateur, comptes: dict[str, int], nom: str) -> Mesure:
    """Compare with COPY of the same rows into the same tables: their triggers check both."""
    lignes = _lignes(2)
    lot = [
        EcritureAPasser(
            exercice=2026,
            journal="OD",
            date_comptable=JOUR,
            evenement="mesure",
            libelle="Mesure",
            lignes=lignes,
            par_id=par.pk,
        )
        for _ in range(PAR_LOT)
    ]

    entete = (2026, "OD", JOUR, "mesure", "Mesure", 100, 2, None, None, MOMENT, par.pk)

    def reference() -> None:
        dernier = brute.execute(
            "SELECT setval('grand_livre_ecriture_id_seq', "
            "nextval('grand_livre_ecriture_id_seq') + %s)",
            [PAR_LOT],
        ).fetchone()
        cles = range((dernier or (0,))[0] - PAR_LOT, (dernier or (0,))[0])
        with brute.cursor() as curseur:
            colonnes = ", ".join(COLONNES_LIGNE)
            with curseur.copy(f"COPY grand_livre_ligneecriture ({colonnes}) FROM STDIN") as copie:
                for cle in cles:
                    copie.write_row((cle, 1, comptes["60612"], None, None, "D", 100))
                    copie.write_row((cle, 2, comptes["4011"], None, None, "C", 100))
            colonnes = ", ".join(COLONNES_ENTETE)
            with curseur.copy(f"COPY grand_livre_ecriture ({colonnes}) FROM STDIN") as copie:
                for cle in cles:
                    copie.write_row((cle, *entete))
        brute.commit()

    with _brute() as brute:
        return comparer(
            nom,
            lambda: debit(lambda: passer_lot(lot), PAR_LOT),
            lambda: debit(reference, PAR_LOT),
            ">= 0.6",
        )


# --- P3, P4 -----------------------------------------------------------------------------------
def _ecrire_lentement(par: Utilisateur, nombre: int) -> None:
    """Post on one account, each commit two milliseconds slower."""
    try:
        with connection.cursor() as curseur:
            curseur.execute("SET commit_delay = 2000")
            curseur.execute("SET commit_siblings = 0")
        lignes = _lignes(2)
        for _ in range(nombre):
            _passer(par, lignes)
    finally:
        connection.close()


def _debit_de(ecrivains: int, par: Utilisateur) -> float:
    with ThreadPoolExecutor(ecrivains) as fils:
        return debit(
            lambda: list(fils.map(partial(_ecrire_lentement, par), [PAR_ECRIVAIN] * ecrivains)),
            PAR_ECRIVAIN * ecrivains,
        )


def _compte_tres_utilise(par: Utilisateur, nom: str) -> Mesure:
    return comparer(nom, partial(_debit_de, ECRIVAINS, par), partial(_debit_de, 1, par), ">= 5")


def _blocages(par: Utilisateur, secondes: int, nom: str) -> Mesure:
    """Count the deadlocks of eight writers on four hot accounts in random order."""
    fin = time.monotonic() + secondes
    passees = count()

    def ecrire(graine: int) -> int:
        hasard, blocages = random.Random(graine), 0  # noqa: S311
        try:
            while time.monotonic() < fin:
                blocages += _tenter(par, hasard)
                next(passees)
        finally:
            connection.close()
        return blocages

    with ThreadPoolExecutor(ECRIVAINS) as fils:
        blocages = sum(fils.map(ecrire, range(ECRIVAINS)))
    return conclure(nom, blocages, next(passees), "<= 0")


def _tenter(par: Utilisateur, hasard: random.Random) -> int:
    comptes = hasard.sample(COMPTES, 4)
    sens = [Sens.DEBIT, Sens.CREDIT, Sens.DEBIT, Sens.CREDIT]
    try:
        _passer(par, [Ligne(c, s, 100) for c, s in zip(comptes, sens, strict=True)])
    except Exception as erreur:
        if "deadlock" not in str(erreur):
            raise
        return 1
    return 0
