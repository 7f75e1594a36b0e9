"""Credits opened by budgetary acts."""

import django.db.models.deletion
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: see `0002_invariants`."""

    dependencies = [
        ("grand_livre", "0003_precomptes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditOuvert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("acte", models.CharField(max_length=60, verbose_name="acte budgétaire")),
                ("compte", models.CharField(max_length=12, verbose_name="compte, ou son début")),
                (
                    "fonction",
                    models.CharField(
                        blank=True, max_length=10, verbose_name="fonction, ou son début"
                    ),
                ),
                (
                    "montant",
                    facturier.commun.champs.MontantField(
                        help_text="en francs CFP, sans décimale", verbose_name="montant ouvert"
                    ),
                ),
                ("charge_le", models.DateTimeField(auto_now_add=True, verbose_name="chargé le")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="grand_livre.budget",
                    ),
                ),
                (
                    "exercice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="grand_livre.exercice",
                    ),
                ),
            ],
            options={
                "verbose_name": "crédit ouvert",
                "verbose_name_plural": "crédits ouverts",
                "ordering": ["exercice", "budget", "compte", "fonction", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("exercice", "budget", "compte", "fonction", "acte"),
                        name="credit_acte_unique",
                        violation_error_message="Cet acte a déjà ouvert des crédits sur cette ligne.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("montant", 0), _negated=True),
                            models.Q(("acte", ""), _negated=True),
                        ),
                        name="credit_non_nul",
                        violation_error_message="Un acte ouvre ou retire des crédits.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("compte__regex", "^[1-9][0-9]{0,11}$")),
                        name="credit_compte_chiffres",
                        violation_error_message="Un compte budgétaire a d’un à douze chiffres.",
                    ),
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0004_credits")),
    ]
