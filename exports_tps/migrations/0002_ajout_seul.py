"""Triggers: what was sent and what was answered are append only."""

from django.db import migrations

from facturier.commun.sql import poser

AJOUT_SEUL = {
    "exports_tps_passageflux": "passage_flux",
    "exports_tps_transmission": "transmission",
    "exports_tps_verdict": "verdict",
}
GARDES = {
    "exports_tps_ligneflux": "ligne_flux",
    "exports_tps_messagetps": "message",
    "exports_tps_flux": "flux",
}
SUFFIXES = ("ajout_seul", "sans_modification", "sans_suppression", "identite")


def retirer(apps, schema_editor):
    """Drop every trigger, then the function they share."""
    est_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, prefixe in (AJOUT_SEUL | GARDES).items():
        for suffixe in SUFFIXES:
            sur = f" ON {table}" if est_postgresql else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {prefixe}_{suffixe}{sur}")
    if est_postgresql:
        schema_editor.execute("DROP FUNCTION exports_tps_refuser_modification()")


class Migration(migrations.Migration):
    dependencies = [("exports_tps", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_ajout_seul"), retirer)]
