"""Triggers of the ledger: balance, append only, and the posting function of PostgreSQL."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a ledger without its triggers is no ledger."""

    dependencies = [("grand_livre", "0001_initiale")]
    operations = [migrations.RunPython(poser(__file__, "0002_invariants"))]
