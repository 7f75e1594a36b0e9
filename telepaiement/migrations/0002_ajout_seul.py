"""Triggers of the payments: money facts are append only, closed tills immutable."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: receipts that can be rewritten prove nothing."""

    dependencies = [("telepaiement", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_ajout_seul"))]
