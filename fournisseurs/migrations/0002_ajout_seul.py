"""Triggers: passages, consultations and bank accounts are append only."""

from django.db import migrations

from facturier.commun.sql import poser

DECLENCHEURS_PAR_TABLE = {
    "fournisseurs_passagedemande": "passage_demande",
    "fournisseurs_passagefournisseur": "passage_fournisseur",
    "fournisseurs_consultationdonnees": "consultation",
    "fournisseurs_coordonneesbancaires": "coordonnees",
}
SUFFIXES = ("ajout_seul", "sans_modification", "sans_suppression")


def retirer(apps, schema_editor):
    """Drop every trigger, then the function they share."""
    est_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, prefixe in DECLENCHEURS_PAR_TABLE.items():
        for suffixe in SUFFIXES:
            sur = f" ON {table}" if est_postgresql else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {prefixe}_{suffixe}{sur}")
    if est_postgresql:
        schema_editor.execute("DROP FUNCTION fournisseurs_refuser_modification()")


class Migration(migrations.Migration):
    dependencies = [("fournisseurs", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_ajout_seul"), retirer)]
