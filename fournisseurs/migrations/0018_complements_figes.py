"""Triggers: what was asked to be completed never changes, its answer is written once.

On SQLite, dropping the constraint of 0017 made the table of changed fields anew: its triggers too.
"""

from django.db import migrations

from facturier.commun.sql import poser

TABLES = {"fournisseurs_complement": "complement"}
SUFFIXES = ("fige", "sans_suppression")


def retirer(apps, schema_editor):
    """Drop the triggers of the complements; those of the changed fields belong to 0010."""
    est_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, prefixe in TABLES.items():
        for suffixe in SUFFIXES:
            sur = f" ON {table}" if est_postgresql else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {prefixe}_{suffixe}{sur}")


class Migration(migrations.Migration):
    dependencies = [("fournisseurs", "0017_complements")]
    operations = [migrations.RunPython(poser(__file__, "0018_complements_figes"), retirer)]
