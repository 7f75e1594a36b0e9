"""A measured duration never changes: the invoice it is drawn from is frozen."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a figure that may be rewritten proves nothing."""

    dependencies = [("facturier", "0005_delais_et_previsions")]
    operations = [migrations.RunPython(poser(__file__, "0006_delais_figes"))]
