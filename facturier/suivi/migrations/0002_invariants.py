"""Triggers of invoice tracking: what a deposited invoice may no longer become."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("facturier", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
