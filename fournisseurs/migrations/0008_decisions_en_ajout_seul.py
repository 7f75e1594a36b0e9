"""Triggers: what was decided about doublons and merges is append only."""

from django.db import migrations

from facturier.commun.sql import poser

DECLENCHEURS_PAR_TABLE = {
    "fournisseurs_passagedoublon": "passage_doublon",
    "fournisseurs_passagefusion": "passage_fusion",
}
SUFFIXES = ("ajout_seul", "sans_modification", "sans_suppression")


def retirer(apps, schema_editor):
    """Drop every trigger."""
    for table, prefixe in DECLENCHEURS_PAR_TABLE.items():
        for suffixe in SUFFIXES:
            sur = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {prefixe}_{suffixe}{sur}")


class Migration(migrations.Migration):
    dependencies = [("fournisseurs", "0007_doublons_et_fusions")]
    operations = [migrations.RunPython(poser(__file__, "0008_decisions_en_ajout_seul"), retirer)]
