"""Triggers: a part of a mandat paid to another is frozen, and fits in its line."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible, as the other invariants of the ledger."""

    dependencies = [("grand_livre", "0004_parts_cedees")]
    operations = [migrations.RunPython(poser(__file__, "0005_parts_cedees_figees"))]
