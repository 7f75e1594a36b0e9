"""An attestation, once given, stays."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: an attestation that can be rewritten proves nothing."""

    dependencies = [("facturier", "0010_attestation")]
    operations = [migrations.RunPython(poser(__file__, "0011_attestation_figee"))]
