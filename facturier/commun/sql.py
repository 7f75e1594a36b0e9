"""SQL kept in files beside the migrations: one file per engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

SEPARATEUR_SQLITE = ";;"  # a trigger holds semicolons; SQLite runs one statement at a time


def poser(migration: str, nom: str) -> Callable[[Any, Any], None]:
    """Return what `RunPython` calls to run `<nom>_<engine>.sql`, beside the module `migration`."""

    def executer(apps: Any, schema_editor: Any) -> None:
        moteur = schema_editor.connection.vendor
        sql = Path(migration).with_name(f"{nom}_{moteur}.sql").read_text(encoding="utf-8")
        instructions = sql.split(SEPARATEUR_SQLITE) if moteur == "sqlite" else [sql]
        for instruction in filter(str.strip, instructions):
            schema_editor.execute(instruction, params=None)

    return executer
