"""SQL kept in files beside the migrations: one file per engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation

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


class SansPerdreLesDeclencheurs(Operation):
    """Operations that build a table again, which on SQLite loses the triggers that name it.

    They are all put away meanwhile, and laid again as they were.
    """

    reversible = False

    def __init__(self, *operations: Operation) -> None:
        """Take the operations to run."""
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change the state as each operation does."""
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Run them in turn, without the triggers where the engine would lose them."""
        declencheurs: list[tuple[str, str]] = []
        if schema_editor.connection.vendor == "sqlite":
            with schema_editor.connection.cursor() as curseur:
                curseur.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                declencheurs = curseur.fetchall()
        for nom, _ in declencheurs:
            schema_editor.execute(f'DROP TRIGGER "{nom}"', params=None)
        for operation in self.operations:
            avant = from_state.clone()
            operation.state_forwards(app_label, from_state)
            operation.database_forwards(app_label, schema_editor, avant, from_state)
        for _, instruction in declencheurs:
            schema_editor.execute(instruction, params=None)

    def describe(self) -> str:
        """Say what it does."""
        return "Change tables and keep their triggers"


class Ensemble(Operation):
    """Many models at once: one after the other, Django builds each again with every new neighbour.

    The tables are made from the models as they stand after the last operation.
    """

    reversible = False

    def __init__(self, *operations: Operation) -> None:
        """Take what a generated first migration lists: its models, and fields that close a loop."""
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Add every model to the state, whose models are built when the first is asked for."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make each table."""
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                modele = to_state.apps.get_model(app_label, operation.name)
                if self.allow_migrate_model(schema_editor.connection.alias, modele):
                    schema_editor.create_model(modele)

    def describe(self) -> str:
        """Say what it does."""
        return "Create the models of the application"
