"""Numbers without gaps, for what the law numbers: pièces, bordereaux, flux, quittances."""

from django.db import connection, transaction


def prendre_numero(serie: str, *, combien: int = 1) -> int:
    """Take the next number of `serie`, or the first of `combien` consecutive ones.

    The counter row stays locked until the surrounding transaction ends: a rollback gives the
    number back, so that no gap appears. Take it last, to hold the lock briefly.

    Raises:
        RuntimeError: called outside a transaction, where a number could be lost.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("un numéro se prend dans une transaction")
    with connection.cursor() as curseur:
        curseur.execute(
            "INSERT INTO grand_livre_compteur (cle, valeur) VALUES (%s, %s) "
            "ON CONFLICT (cle) DO UPDATE "
            "SET valeur = grand_livre_compteur.valeur + excluded.valeur RETURNING valeur",
            [serie, combien],
        )
        dernier: int = curseur.fetchone()[0]
    return dernier - combien + 1
