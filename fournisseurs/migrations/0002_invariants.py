"""Triggers of tiers data: traces, decisions and journals are append only."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("fournisseurs", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
