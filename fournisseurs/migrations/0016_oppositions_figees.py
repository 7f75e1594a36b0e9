"""Triggers: what was notified never changes, nothing of an opposition is deleted."""

from django.db import migrations

from facturier.commun.sql import poser

TABLES = {
    "fournisseurs_opposition": "opposition",
    "fournisseurs_passageopposition": "passage_opposition",
    "fournisseurs_decisionpaiement": "decision_paiement",
}
SUFFIXES = ("figee", "ajout_seul", "sans_modification", "sans_suppression")


def retirer(apps, schema_editor):
    """Drop every trigger; the function they share belongs to an earlier migration."""
    est_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, prefixe in TABLES.items():
        for suffixe in SUFFIXES:
            sur = f" ON {table}" if est_postgresql else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {prefixe}_{suffixe}{sur}")


class Migration(migrations.Migration):
    dependencies = [("fournisseurs", "0015_oppositions")]
    operations = [migrations.RunPython(poser(__file__, "0016_oppositions_figees"), retirer)]
