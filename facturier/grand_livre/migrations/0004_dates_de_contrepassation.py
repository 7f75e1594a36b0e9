"""A reversal is dated on or after what it reverses, within its exercice or the year after."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: an entry out of its exercice would stay."""

    dependencies = [("grand_livre", "0003_apres_encaissement")]
    operations = [migrations.RunPython(poser(__file__, "0004_dates_de_contrepassation"))]
