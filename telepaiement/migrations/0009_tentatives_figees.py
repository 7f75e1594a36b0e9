"""An attempt is what it was opened for; its end is only ever corrected by money received."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: an attempt that can be rewritten proves nothing."""

    dependencies = [("telepaiement", "0008_documents_demandes")]
    operations = [migrations.RunPython(poser(__file__, "0009_tentatives_figees"))]
