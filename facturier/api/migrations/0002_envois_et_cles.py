"""What tells webhooks of a change of state, and what freezes keys."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: without it, changes of state would go untold."""

    dependencies = [("api", "0001_initiale"), ("facturier", "0002_invariants")]
    operations = [migrations.RunPython(poser(__file__, "0002_envois_et_cles"))]
