"""Triggers of exchanges with the treasury: what was sent or received stays."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("exports_tps", "0001_initiale"), ("telepaiement", "0002_invariants")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
