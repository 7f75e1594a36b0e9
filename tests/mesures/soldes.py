"""P5 and P6: reading a balance when the ledger has grown, now and at a past date."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db import connection, transaction

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Compte
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import solde
from tests.mesures.mesure import Mesure, Prise, comparer, latence

PASSE = date(2026, 6, 30)
FOIS = 200
TAILLE_VISEE = 10_000_000
EN_ATTENTE = 70  # entries not sealed yet, per account: 2.3 a second, as all of France in a minute
COMPTE_PETIT, COMPTE_GRAND, CONTREPARTIE = "5115", "4111", "515"
REMPLIR = """
    INSERT INTO grand_livre_ligneecriture (ecriture_id, rang, compte_id, sens, montant)
    SELECT %(debut)s + i, r, CASE r WHEN 1 THEN %(compte)s ELSE %(contrepartie)s END,
           CASE r WHEN 1 THEN 'D' ELSE 'C' END, 100
    FROM generate_series(1, %(nombre)s) i, generate_series(1, 2) r;
    INSERT INTO grand_livre_ecriture (id, exercice_id, journal_id, date_comptable, evenement,
        libelle, total, nombre_lignes, passee_le, par_id)
    SELECT %(debut)s + i, 2026, 'OD', date '2026-01-01' + i %% 365, 'mesure', 'Mesure', 100, 2,
           now(), %(par)s
    FROM generate_series(1, %(nombre)s) i;
    INSERT INTO grand_livre_solde (compte_id, jour, debit, credit)
    SELECT l.compte_id, e.date_comptable, sum(l.montant) FILTER (WHERE l.sens = 'D'), 0
    FROM grand_livre_ligneecriture l JOIN grand_livre_ecriture e ON e.id = l.ecriture_id
    WHERE l.compte_id = %(compte)s AND e.id > %(debut)s + %(attente)s GROUP BY 1, 2
    ON CONFLICT (compte_id, jour) DO UPDATE SET debit = grand_livre_solde.debit + excluded.debit;
    INSERT INTO grand_livre_attentescellement
    SELECT %(debut)s + i FROM generate_series(1, %(attente)s) i;
"""
DERNIERE = "SELECT coalesce(max(id), 0) FROM grand_livre_ecriture"
SUITE = "SELECT setval('grand_livre_ecriture_id_seq', max(id)) FROM grand_livre_ecriture"
REFERENCE = """
    CREATE TABLE mesure_ligne AS
    SELECT l.compte_id, e.date_comptable AS jour,
           CASE l.sens WHEN 'D' THEN l.montant ELSE -l.montant END AS montant
    FROM grand_livre_ligneecriture l JOIN grand_livre_ecriture e ON e.id = l.ecriture_id
    WHERE l.compte_id = %(compte)s;
    CREATE INDEX mesure_ligne_couvrant ON mesure_ligne (compte_id, jour) INCLUDE (montant);
"""
SOMME = "SELECT sum(montant) FROM mesure_ligne WHERE compte_id = %s AND jour <= %s"


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P5 and P6 at 300,000 lines against 30,000, or 10 M against 1 M."""
    petit, grande_taille = (1_000_000, TAILLE_VISEE) if grand else (30_000, 300_000)
    comptes = dict(Compte.objects.filter(exercice=2026).values_list("numero", "pk"))
    par = Utilisateur.objects.systeme().pk
    sceller()  # what the other measures posted: sealing runs every minute, no tail is that long
    with transaction.atomic(), connection.cursor() as curseur:
        # Rows are made as sealing leaves them; posting so many would take an hour.
        curseur.execute("SET LOCAL session_replication_role = replica")
        for numero, nombre in ((COMPTE_PETIT, petit), (COMPTE_GRAND, grande_taille)):
            curseur.execute(DERNIERE)
            curseur.execute(
                REMPLIR,
                {
                    "debut": curseur.fetchone()[0],
                    "nombre": nombre,
                    "compte": comptes[numero],
                    "contrepartie": comptes[CONTREPARTIE],
                    "par": par,
                    "attente": EN_ATTENTE,
                },
            )
            curseur.execute(SUITE)
        curseur.execute(REFERENCE, {"compte": comptes[COMPTE_GRAND]})
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE")
    yield "P5", _aujourd_hui
    # The sum grows with the lines and the balance does not: the goal is set at 10 M.
    objectif = f"<= {0.02 * TAILLE_VISEE / grande_taille:.2g}"
    yield "P6", partial(_a_une_date, comptes[COMPTE_GRAND], objectif)


def _aujourd_hui(nom: str) -> Mesure:
    return comparer(nom, lambda: _lire(COMPTE_GRAND), lambda: _lire(COMPTE_PETIT), "<= 1.5")


def _a_une_date(compte: int, objectif: str, nom: str) -> Mesure:
    with connection.cursor() as curseur:
        return comparer(
            nom,
            lambda: _lire(COMPTE_GRAND, PASSE),
            lambda: latence(lambda: curseur.execute(SOMME, [compte, PASSE]), 3),
            objectif,
        )


def _lire(numero: str, au: date | None = None) -> float:
    return latence(lambda: solde(numero, exercice=2026, au=au), FOIS)
