"""The line of the register that proves a request: a table, append only."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a proof that can be rewritten proves nothing."""

    dependencies = [
        ("fournisseurs", "0003_banques_et_communes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PreuveRegistre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("denomination", models.CharField(max_length=200, verbose_name="dénomination")),
                ("enseigne", models.CharField(blank=True, max_length=200)),
                ("adresse", models.CharField(blank=True, max_length=200)),
                ("code_postal", models.CharField(blank=True, max_length=5)),
                ("ville", models.CharField(blank=True, max_length=100, verbose_name="commune")),
                (
                    "activite",
                    models.CharField(blank=True, max_length=10, verbose_name="activité (APE)"),
                ),
                ("forme_juridique", models.CharField(blank=True, max_length=100)),
                ("extrait_le", models.DateField(verbose_name="extrait du registre le")),
                ("ridet", models.CharField(max_length=10, verbose_name="RIDET")),
                ("retenue_le", models.DateTimeField(auto_now_add=True, verbose_name="retenue le")),
                (
                    "demande",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preuves_registre",
                        to="fournisseurs.demandemodification",
                    ),
                ),
            ],
            options={
                "verbose_name": "preuve tirée du registre",
                "verbose_name_plural": "preuves tirées du registre",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ridet__regex", "^[0-9]{10}$")),
                        name="preuve_registre_dix_chiffres",
                        violation_error_message="Un RIDET a dix chiffres.",
                    )
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0004_preuves_du_registre")),
    ]
