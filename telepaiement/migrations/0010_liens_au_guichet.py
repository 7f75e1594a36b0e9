"""Payment links given at a counter, and what it sends by mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("telepaiement", "0009_tentatives_figees"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lienpaiement",
            name="par",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="remis au guichet par",
            ),
        ),
        migrations.AlterField(
            model_name="delivrancequittance",
            name="support",
            field=models.CharField(
                choices=[("a5", "Feuille A5"), ("ticket", "Rouleau de 80 mm"), ("mel", "Courriel")],
                max_length=6,
            ),
        ),
        migrations.CreateModel(
            name="EnvoiGuichet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("le", models.DateTimeField(auto_now_add=True, verbose_name="envoyé le")),
                (
                    "lien",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="envois",
                        to="telepaiement.lienpaiement",
                    ),
                ),
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
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="envois",
                        to="telepaiement.quittance",
                    ),
                ),
            ],
            options={
                "verbose_name": "envoi du guichet",
                "verbose_name_plural": "envois du guichet",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lien__isnull", False), ("quittance__isnull", True)),
                            models.Q(("lien__isnull", True), ("quittance__isnull", False)),
                            _connector="OR",
                        ),
                        name="envoi_guichet_une_chose",
                        violation_error_message="Un envoi du guichet porte une quittance ou un lien.",
                    )
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0010_liens_au_guichet")),
    ]
