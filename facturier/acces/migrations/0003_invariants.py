"""Triggers of the accounts: the trace of who granted what is append only."""

from pathlib import Path

from django.db import migrations


def poser(apps, schema_editor):
    """Run the SQL file of the engine in use."""
    moteur = schema_editor.connection.vendor
    fichier = Path(__file__).with_name(f"0003_invariants_{moteur}.sql")
    sql = fichier.read_text(encoding="utf-8")
    instructions = sql.split(";;") if moteur == "sqlite" else [sql]
    for instruction in instructions:
        if instruction.strip():
            schema_editor.execute(instruction, params=None)


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("acces", "0002_passages_et_sessions")]
    operations = [migrations.RunPython(poser)]
