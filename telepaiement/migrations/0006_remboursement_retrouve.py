"""A refund held as refused is found again when the gateway knows it."""

from django.db import migrations

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """The trigger lets one road out of `echoue`: a reference learnt at last."""

    dependencies = [("telepaiement", "0005_tarifs_dates")]
    operations = [migrations.RunPython(poser(__file__, "0006_remboursement_retrouve"))]
