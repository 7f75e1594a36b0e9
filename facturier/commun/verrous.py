"""Locks between processes, that no crash leaves behind."""

import zlib
from collections.abc import Callable
from functools import wraps

import structlog
from django.db import connection

ESPACE = 6  # tells these advisory locks from others of the base
journal = structlog.get_logger(__name__)


def sans_cumul(tache: Callable[[], None]) -> Callable[[], None]:
    """Have a periodic task do nothing while another process still runs it.

    The lock is PostgreSQL's, held by the connection: it goes when the process does. On SQLite one
    process alone runs the tasks.
    """

    @wraps(tache)
    def interne() -> None:
        if connection.vendor != "postgresql":
            tache()
            return
        cle = [ESPACE, zlib.crc32(tache.__name__.encode()) & 0x7FFFFFFF]
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_try_advisory_lock(%s, %s)", cle)
            est_pris = curseur.fetchone()[0]
        if not est_pris:
            journal.warning("tache_deja_en_cours", tache=tache.__name__)
            return
        try:
            tache()
        finally:
            with connection.cursor() as curseur:
                curseur.execute("SELECT pg_advisory_unlock(%s, %s)", cle)

    return interne
