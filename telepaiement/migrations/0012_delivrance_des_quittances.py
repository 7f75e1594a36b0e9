"""The original of a receipt is printed once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("telepaiement", "0011_cloture_pointee"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DelivranceQuittance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "support",
                    models.CharField(
                        choices=[("a5", "Feuille A5"), ("ticket", "Rouleau de 80 mm")], max_length=6
                    ),
                ),
                ("le", models.DateTimeField(auto_now_add=True, verbose_name="délivrée le")),
                (
                    "par",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "quittance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delivrance",
                        to="telepaiement.quittance",
                    ),
                ),
            ],
            options={
                "verbose_name": "délivrance de quittance",
                "verbose_name_plural": "délivrances de quittance",
            },
        ),
        migrations.RunPython(poser(__file__, "0012_delivrance_des_quittances")),
    ]
