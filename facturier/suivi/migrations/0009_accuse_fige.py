"""An acknowledgement, once given, stays."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: an acknowledgement that can be taken back proves nothing.

    SQLite makes a table anew for a constraint: its triggers are laid again.
    """

    dependencies = [("facturier", "0008_avis_et_accuses")]
    operations = [migrations.RunPython(poser(__file__, "0009_accuse_fige"))]
