"""Triggers of the ledger: entries sealed by their header, nothing edited."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("grand_livre", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
