"""Files that wait for the antivirus, and the deposits that wait with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Going back drops the tables: nothing deposited depends on them."""

    dependencies = [
        ("facturier", "0003_avoirs_entiers"),
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
                    ("solde", "Facture soldée sans paiement"),
                    ("message", "Nouveau message de la province"),
                    ("interets", "Décision sur des intérêts moratoires"),
                    ("analyse", "Dépôt arrêté après l’analyse d’un fichier"),
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
                    ("solde", "Facture soldée sans paiement"),
                    ("message", "Nouveau message de la province"),
                    ("interets", "Décision sur des intérêts moratoires"),
                    ("analyse", "Dépôt arrêté après l’analyse d’un fichier"),
                ],
                max_length=10,
                verbose_name="avis",
            ),
        ),
        migrations.CreateModel(
            name="DepotEnAttente",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("demande_le", models.DateTimeField(verbose_name="demandé le")),
                (
                    "demande_par",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "facture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="depot_en_attente",
                        to="facturier.facture",
                    ),
                ),
            ],
            options={
                "verbose_name": "dépôt à l’analyse",
                "verbose_name_plural": "dépôts à l’analyse",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Quarantaine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("depuis", models.DateTimeField(auto_now_add=True)),
                (
                    "est_infecte",
                    models.BooleanField(default=False, verbose_name="un virus y est trouvé"),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantaine",
                        to="facturier.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "document à l’analyse",
                "verbose_name_plural": "documents à l’analyse",
            },
        ),
    ]
