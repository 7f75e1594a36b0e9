"""Where a trial works, so that nobody waits for it and its progress is seen all the same."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from fournisseurs.models import EtatImportation, Importation
from fournisseurs.reprise.moteurs import est_postgresql

BASE = "default"
AVANCER = f"""UPDATE {Importation._meta.db_table} SET position = %s, lignes = %s, avance_le = %s
    WHERE id = %s AND etat = '{EtatImportation.DEPOSEE}'"""  # noqa: S608


@contextmanager
def a_part() -> Iterator[BaseDatabaseWrapper]:
    """Let the block work in a transaction that it undoes; give a connection outside of it.

    PostgreSQL lets others write meanwhile: a second connection tells the progress. SQLite has one
    writer at a time: the block works on a copy of the base, which is then thrown away.
    """
    originale = connections[BASE]
    if originale.in_atomic_block:  # the caller keeps others waiting already
        yield originale
        return
    if est_postgresql():
        dehors = originale.copy()
        try:
            yield dehors
        finally:
            dehors.close()
        return
    nom = Path(str(originale.settings_dict["NAME"]))
    dossier = nom.parent if nom.is_file() else None  # where there is room for such a base
    with tempfile.TemporaryDirectory(dir=dossier) as provisoire:
        copie = originale.copy()
        copie.settings_dict = {**originale.settings_dict, "NAME": f"{provisoire}/essai.sqlite3"}
        originale.ensure_connection()
        copie.connect()
        originale.connection.backup(copie.connection)
        connections[BASE] = copie
        try:
            yield originale
        finally:
            connections[BASE] = originale
            copie.close()


def dire_l_avancement(dehors: BaseDatabaseWrapper, importation: Importation) -> None:
    """Write how far the trial is, through a connection outside of it."""
    maintenant = dehors.ops.adapt_datetimefield_value(timezone.now())
    with dehors.cursor() as curseur:
        curseur.execute(
            AVANCER, [importation.position, importation.lignes, maintenant, importation.pk]
        )
