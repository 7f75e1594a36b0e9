"""Triggers: what a change was, who was known and warned, who was called, is append only."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("fournisseurs", "0009_modifications")]
    operations = [migrations.RunPython(poser(__file__, "0010_modifications_ajout_seul"))]
