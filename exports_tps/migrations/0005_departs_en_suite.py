"""No copy is engaged out of turn; what is engaged is not set aside."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0004_une_serie_de_flux"),
        ("grand_livre", "0005_suite_des_bordereaux"),
    ]
    operations = [migrations.RunPython(poser(__file__, "0005_departs_en_suite"))]
