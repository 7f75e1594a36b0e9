"""Trigger: a tiers that was merged takes no new pièce."""

from django.db import migrations

from facturier.commun.sql import poser


def retirer(apps, schema_editor):
    """Drop the trigger and its function."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER piece_tiers_ouvert ON grand_livre_piece")
        schema_editor.execute("DROP FUNCTION gl_refuser_tiers_absorbe()")
    else:
        schema_editor.execute("DROP TRIGGER piece_tiers_ouvert")


class Migration(migrations.Migration):
    dependencies = [("grand_livre", "0006_fusion_de_tiers")]
    operations = [migrations.RunPython(poser(__file__, "0007_tiers_absorbe_ferme"), retirer)]
