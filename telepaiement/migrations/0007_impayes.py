"""An unpaid cheque or card that the statement tells, and its match undone."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("telepaiement", "0006_remboursement_retrouve"),
    ]

    operations = [
        migrations.AddField(
            model_name="litige",
            name="ligne",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="impayes",
                to="telepaiement.lignebancaire",
            ),
        ),
        migrations.AlterField(
            model_name="litige",
            name="etat",
            field=models.CharField(
                choices=[
                    ("ouvert", "Ouvert"),
                    ("gagne", "Gagné"),
                    ("perdu", "Perdu"),
                    ("annule", "Annulé"),
                ],
                default="ouvert",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AlterField(
            model_name="rapprochementbancaire",
            name="nature",
            field=models.CharField(
                choices=[
                    ("versement", "Versement de la passerelle"),
                    ("remise_tpe", "Remise du terminal bancaire"),
                    ("remise_cheques", "Remise de chèques"),
                    ("virement", "Virement déjà constaté au guichet"),
                    ("titre", "Virement pour un titre"),
                    ("commission", "Commission prise à part"),
                    ("impaye", "Chèque ou carte impayés"),
                    ("remboursement", "Remboursement par virement"),
                ],
                max_length=15,
            ),
        ),
        migrations.RunPython(poser(__file__, "0007_impayes")),
    ]
