"""A check that compares a null passes: each says what a null means, or leaves it to another."""

import re

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
CONTROLES = """SELECT t.relname, c.conname, pg_get_constraintdef(c.oid),
        array_agg(a.attname::text ORDER BY a.attname)
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey) AND NOT a.attnotnull
    WHERE c.contype = 'c' GROUP BY t.relname, c.conname, c.oid"""
POSITIF = re.compile(r"CHECK \(\(\w+ >= 0\)\)")  # of a positive column, which may be null
LAISSES_A = {  # what is null in a closed session is refused by that one
    "session_ecart_a_motif": "session_cloturee_comptee",
    "session_close_pour_un_absent": "session_cloturee_comptee",
}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="lit le catalogue de PostgreSQL")
def test_aucun_controle_ne_laisse_passer_une_valeur_absente():
    with connection.cursor() as curseur:
        curseur.execute(CONTROLES)
        controles = curseur.fetchall()
    regles = {nom: regle for _, nom, regle, _ in controles}

    muets = [
        f"{table}.{nom} : {colonne}"
        for table, nom, regle, colonnes in controles
        if not POSITIF.fullmatch(regle)
        for colonne in colonnes
        if not re.search(
            rf"\b{colonne} IS (NOT )?NULL", regles[LAISSES_A[nom]] if nom in LAISSES_A else regle
        )
    ]

    assert len(controles) > 100
    assert muets == []
