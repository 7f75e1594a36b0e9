"""Triggers: changes of the tables of banks and postal codes are append only."""

from django.db import migrations

from facturier.commun.sql import poser

SUFFIXES = ("ajout_seul", "sans_modification", "sans_suppression")


def retirer(apps, schema_editor):
    """Drop every trigger."""
    sur = " ON fournisseurs_changementreferentiel"
    for suffixe in SUFFIXES:
        fin = sur if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS changement_referentiel_{suffixe}{fin}")


class Migration(migrations.Migration):
    dependencies = [("fournisseurs", "0011_qualite_et_tables")]
    operations = [migrations.RunPython(poser(__file__, "0012_tables_en_ajout_seul"), retirer)]
