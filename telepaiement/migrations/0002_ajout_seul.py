"""Triggers of the payments: money facts are append only, closed tills immutable."""

from pathlib import Path

from django.db import migrations


def poser(apps, schema_editor):
    """Run the SQL file of the engine in use."""
    moteur = schema_editor.connection.vendor
    fichier = Path(__file__).with_name(f"0002_ajout_seul_{moteur}.sql")
    sql = fichier.read_text(encoding="utf-8")
    instructions = sql.split(";;") if moteur == "sqlite" else [sql]
    for instruction in instructions:
        if instruction.strip():
            schema_editor.execute(instruction, params=None)


class Migration(migrations.Migration):
    """Not reversible: receipts that can be rewritten prove nothing."""

    dependencies = [("telepaiement", "0001_initiale")]
    operations = [migrations.RunPython(poser)]
