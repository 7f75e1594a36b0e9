"""What replaces a refused document is kept beside it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0007_reserves"),
        ("grand_livre", "0006_pays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RemplacementDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "remplace_le",
                    models.DateTimeField(auto_now_add=True, verbose_name="remplacé le"),
                ),
                (
                    "ancien",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remplacement",
                        to="grand_livre.piecejustificative",
                        verbose_name="document",
                    ),
                ),
                (
                    "nouveau",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remplace",
                        to="grand_livre.piecejustificative",
                        verbose_name="remplaçant",
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
            ],
            options={
                "verbose_name": "remplacement de document",
                "verbose_name_plural": "remplacements de documents",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ancien", models.F("nouveau")), _negated=True),
                        name="remplacement_par_un_autre",
                        violation_error_message="Un document se remplace par un autre.",
                    )
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0008_documents")),
    ]
