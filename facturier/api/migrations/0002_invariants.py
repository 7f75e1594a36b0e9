"""Triggers of the API: keys stay as they were given, each change of state is told."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("api", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
