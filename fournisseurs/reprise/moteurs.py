"""The statements that write many rows, for each engine: COPY on PostgreSQL, else one INSERT."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pyarrow as pa
from django.db import connection
from pyarrow import csv as arrow_csv

# Less than five rows a page, where some thirty fit; a table of ten pages is never badly joined.
MECONNUES = """
SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[])
    AND reltuples < 5 * (pg_relation_size(oid) / current_setting('block_size')::int - 10)"""


def est_postgresql() -> bool:
    """Tell whether the database in use is PostgreSQL."""
    return connection.vendor == "postgresql"


def verser(table: str, lignes: pd.DataFrame) -> None:
    """Insert the rows of a frame into `table`; its columns bear the names of those of the table.

    A missing value becomes NULL; an empty text stays one.
    """
    noms = ", ".join(lignes.columns)
    with connection.cursor() as curseur:
        if est_postgresql():
            copie = f"COPY {table} ({noms}) FROM STDIN (FORMAT csv)"
            with connection.wrap_database_errors, curseur.cursor.copy(copie) as flux:
                flux.write(_en_csv(lignes))
        elif len(lignes):
            marques = ", ".join(["%s"] * len(lignes.columns))
            curseur.executemany(
                f"INSERT INTO {table} ({noms}) VALUES ({marques})",  # noqa: S608
                list(lignes.astype(object).replace({np.nan: None}).itertuples(index=False)),
            )


def vider(*tables: str) -> None:
    """Empty temporary tables. PostgreSQL never cleans them: deleted rows would be read for ever."""
    with connection.cursor() as curseur:
        if est_postgresql():
            curseur.execute(f"TRUNCATE {', '.join(tables)}")
        else:
            for table in tables:
                curseur.execute(f"DELETE FROM {table}")  # noqa: S608


def compter_les_lignes(*tables: str) -> None:
    """Tell the planner of PostgreSQL how many rows temporary tables hold: it cannot guess."""
    if est_postgresql():
        with connection.cursor() as curseur:
            for table in tables:
                curseur.execute(f"ANALYZE {table}")


@contextmanager
def par_les_index() -> Iterator[None]:
    """Let PostgreSQL join by its indexes alone: a slice costs the same whatever the base holds.

    Left to choose, it reads whole tables again for each slice. Use it inside a transaction.
    """
    _joindre_par_tables(est_permis=False)
    yield
    _joindre_par_tables(est_permis=True)


def _joindre_par_tables(*, est_permis: bool) -> None:
    if est_postgresql():
        with connection.cursor() as curseur:
            for maniere in ("enable_hashjoin", "enable_mergejoin"):
                curseur.execute(f"SET LOCAL {maniere} = {'on' if est_permis else 'off'}")


def recompter_si_besoin(*tables: str) -> None:
    """Count the rows of tables of which the planner of PostgreSQL believes nonsense.

    A large trial that is undone, then vacuumed, leaves many pages said to hold no row: the next
    import would compare all rows with all rows, until somebody else counts them.
    """
    if est_postgresql():
        with connection.cursor() as curseur:
            curseur.execute(MECONNUES, [list(tables)])
            compter_les_lignes(*(nom for (nom,) in curseur.fetchall()))


def _en_csv(lignes: pd.DataFrame) -> memoryview:
    """Return the rows as COPY reads them: a missing value bare, an empty text between quotes."""
    tampon = io.BytesIO()
    arrow_csv.write_csv(
        pa.Table.from_pandas(lignes, preserve_index=False),
        tampon,
        arrow_csv.WriteOptions(include_header=False, quoting_style="needed"),
    )
    return tampon.getbuffer()


def cle_neuve(table: str, ordre: str) -> str:
    """Return the SQL that gives a new key of `table` to each row of a SELECT.

    PostgreSQL moves the sequence; SQLite has one writer at a time, so the highest key will do.
    """
    if est_postgresql():
        return f"nextval((SELECT pg_get_serial_sequence('{table}', 'id'))::regclass)"
    return f"(SELECT coalesce(max(id), 0) FROM {table}) + row_number() OVER (ORDER BY {ordre})"  # noqa: S608
