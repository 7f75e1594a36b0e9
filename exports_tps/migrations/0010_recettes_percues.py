"""Receipts collected before their titre, and the titres that they settle."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0009_verifications_conservees"),
        ("grand_livre", "0005_parapheur"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecettePercue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exercice", models.PositiveSmallIntegerField()),
                ("bordereau", models.CharField(max_length=12, verbose_name="numéro du bordereau")),
                ("numero", models.CharField(max_length=13, verbose_name="numéro du P503")),
                ("ligne", models.CharField(max_length=6)),
                (
                    "code_produit",
                    models.CharField(blank=True, max_length=4, verbose_name="produit local"),
                ),
                ("payeur", models.CharField(blank=True, max_length=80)),
                ("objet", models.CharField(blank=True, max_length=160)),
                ("regie", models.CharField(blank=True, max_length=10, verbose_name="régie")),
                (
                    "montant",
                    facturier.commun.champs.MontantField(help_text="en francs CFP, sans décimale"),
                ),
                ("encaissee_le", models.DateField(verbose_name="encaissée le")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grand_livre.budget",
                    ),
                ),
                (
                    "ecriture",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recette_percue",
                        to="grand_livre.ecriture",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recettes_percues",
                        to="exports_tps.messagetps",
                    ),
                ),
            ],
            options={
                "verbose_name": "recette perçue avant titre",
                "verbose_name_plural": "recettes perçues avant titre",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="RegularisationRecette",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("le", models.DateTimeField(auto_now_add=True)),
                (
                    "ecriture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regularisation_recette",
                        to="grand_livre.ecriture",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        help_text="qui la dit ; vide : décidée ici",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exports_tps.messagetps",
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
                    "recette",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regularisation",
                        to="exports_tps.recettepercue",
                    ),
                ),
                (
                    "titre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recettes_percues",
                        to="grand_livre.titre",
                    ),
                ),
            ],
            options={
                "verbose_name": "régularisation d’une recette perçue",
                "verbose_name_plural": "régularisations de recettes perçues",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="recettepercue",
            constraint=models.UniqueConstraint(
                fields=("budget", "exercice", "numero", "ligne"),
                name="recette_percue_une_fois",
                violation_error_message="Cette recette est déjà connue.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recettepercue",
            constraint=models.CheckConstraint(
                condition=models.Q(("montant__gt", 0)),
                name="recette_percue_positive",
                violation_error_message="Une recette perçue est positive.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recettepercue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ecriture__isnull", False), ("regie", "")),
                    models.Q(models.Q(("regie", ""), _negated=True), ("ecriture__isnull", True)),
                    _connector="OR",
                ),
                name="recette_percue_comptee_une_fois",
                violation_error_message="La recette d’une régie est déjà comptée chez elle.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0010_recettes_percues")),
    ]
