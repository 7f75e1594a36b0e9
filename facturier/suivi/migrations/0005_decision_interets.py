"""Decisions of staff on the interest proposed for lateness."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: see `0002_invariants`."""

    dependencies = [
        ("facturier", "0004_receptions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="abonnement",
            name="type_avis",
            field=models.CharField(
                choices=[
                    ("depot", "Dépôt d’une facture"),
                    ("retour", "Pièce demandée ou destinataire à corriger"),
                    ("rejet", "Rejet d’une facture"),
                    ("rappel", "Rappel d’une demande ou d’un rejet que personne n’a lu"),
                    ("paiement", "Paiement d’une facture"),
                    ("message", "Nouveau message de la province"),
                    ("interets", "Décision sur des intérêts moratoires"),
                ],
                max_length=10,
                verbose_name="avis",
            ),
        ),
        migrations.AlterField(
            model_name="avis",
            name="type_avis",
            field=models.CharField(
                choices=[
                    ("depot", "Dépôt d’une facture"),
                    ("retour", "Pièce demandée ou destinataire à corriger"),
                    ("rejet", "Rejet d’une facture"),
                    ("rappel", "Rappel d’une demande ou d’un rejet que personne n’a lu"),
                    ("paiement", "Paiement d’une facture"),
                    ("message", "Nouveau message de la province"),
                    ("interets", "Décision sur des intérêts moratoires"),
                ],
                max_length=10,
                verbose_name="avis",
            ),
        ),
        migrations.CreateModel(
            name="DecisionInterets",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("est_ecartee", models.BooleanField(verbose_name="proposition écartée")),
                (
                    "montant",
                    facturier.commun.champs.MontantField(
                        help_text="en francs CFP, sans décimale", verbose_name="montant du décompte"
                    ),
                ),
                ("motif", models.CharField(max_length=500)),
                ("prise_le", models.DateTimeField(auto_now_add=True, verbose_name="prise le")),
                (
                    "facture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions_interets",
                        to="facturier.facture",
                    ),
                ),
                (
                    "prise_par",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "décision sur des intérêts",
                "verbose_name_plural": "décisions sur des intérêts",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("motif", ""), _negated=True), ("montant__gt", 0)
                        ),
                        name="decision_interets_motivee",
                        violation_error_message="Une décision sur des intérêts a un montant et un motif.",
                    )
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0005_decision_interets")),
    ]
