"""Announcements of the parapheur: one a step, append only."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0007_circuits_des_depots"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnonceParapheur",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rang",
                    models.PositiveSmallIntegerField(
                        help_text="étape ; la signature vient après la dernière"
                    ),
                ),
                ("le", models.DateTimeField(auto_now_add=True)),
                ("destinataires", models.PositiveSmallIntegerField()),
                (
                    "presentation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="annonces",
                        to="exports_tps.presentation",
                    ),
                ),
            ],
            options={
                "verbose_name": "annonce du parapheur",
                "verbose_name_plural": "annonces du parapheur",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("presentation", "rang"),
                        name="annonce_une_par_etape",
                        violation_error_message="L’arrivée à cette étape est déjà annoncée.",
                    )
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0008_annonces_du_parapheur")),
    ]
