"""Triggers of payments: what happened is never rewritten."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("telepaiement", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
