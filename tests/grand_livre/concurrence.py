"""Several sessions at once, for tests that need real transactions on PostgreSQL."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def ensemble(taches: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all `taches` at the same moment, each on its own connection.

    Returns:
        What each returned, or the exception it raised, in the order of `taches`.
    """
    depart = Barrier(len(taches))

    def jouer(tache: Callable[[], Any]) -> Any:
        depart.wait(timeout=30)
        try:
            return tache()
        except Exception as erreur:
            return erreur
        finally:
            connection.close()

    with ThreadPoolExecutor(len(taches)) as fils:
        return list(fils.map(jouer, taches))
