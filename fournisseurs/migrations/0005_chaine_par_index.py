"""The chain of the journal of bank data, checked by key whatever the statistics say."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("fournisseurs", "0004_preuves_du_registre")]
    operations = [migrations.RunPython(poser(__file__, "0005_chaine_par_index"))]
