"""Triggers of the accounts: the trace of who granted what is append only."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("acces", "0002_passages_et_sessions")]
    operations = [migrations.RunPython(poser(__file__, "0003_invariants"))]
