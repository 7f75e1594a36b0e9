"""A file of other software leaves only with the trace of who signed it, wherever he did."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("exports_tps", "0005_departs_en_suite")]
    operations = [migrations.RunPython(poser(__file__, "0006_depots_signes"))]
