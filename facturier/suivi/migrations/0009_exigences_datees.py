"""The documents required are so from a day to another."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was required already has been so since 2018."""

    dependencies = [("facturier", "0008_reprises")]
    operations = [
        migrations.RemoveConstraint(model_name="exigencepiece", name="exigence_piece_unique"),
        migrations.AddField(
            model_name="exigencepiece",
            name="debut",
            field=models.DateField(
                default=datetime.date(2018, 1, 1), verbose_name="exigée à partir du"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="exigencepiece",
            name="fin",
            field=models.DateField(blank=True, null=True, verbose_name="exigée jusqu’au"),
        ),
        migrations.AddConstraint(
            model_name="exigencepiece",
            constraint=models.UniqueConstraint(
                fields=("type_depense", "rang_paiement", "genre", "debut"),
                name="exigence_piece_unique",
                violation_error_message="Cette pièce est déjà exigée à cette date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exigencepiece",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fin__isnull", True), ("fin__gte", models.F("debut")), _connector="OR"
                ),
                name="exigence_piece_periode_ordonnee",
                violation_error_message="L’exigence finit après avoir commencé.",
            ),
        ),
    ]
