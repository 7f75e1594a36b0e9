"""Documents are joined to what a debtor asks."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: what was asked is kept."""

    dependencies = [
        ("telepaiement", "0007_impayes"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentDemande",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte SHA-256")),
                ("nom", models.CharField(max_length=100, verbose_name="nom du fichier")),
                ("type_mime", models.CharField(max_length=100, verbose_name="type de contenu")),
                ("taille", models.BigIntegerField(verbose_name="taille en octets")),
                (
                    "analyse",
                    models.CharField(
                        choices=[
                            ("non_analyse", "Non analysé"),
                            ("sain", "Aucun virus trouvé"),
                            ("infecte", "Virus trouvé"),
                        ],
                        default="non_analyse",
                        max_length=12,
                        verbose_name="analyse antivirus",
                    ),
                ),
                (
                    "analyse_le",
                    models.DateTimeField(blank=True, null=True, verbose_name="analysé le"),
                ),
                ("rang", models.PositiveSmallIntegerField()),
                (
                    "demande",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="telepaiement.demanderedevable",
                    ),
                ),
            ],
            options={
                "verbose_name": "document joint à une demande",
                "verbose_name_plural": "documents joints aux demandes",
                "ordering": ["demande", "rang"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("demande", "rang"),
                        name="document_demande_rang_unique",
                        violation_error_message="Deux documents d’une demande n’ont pas le même rang.",
                    ),
                    models.UniqueConstraint(
                        fields=("demande", "sha256"),
                        name="document_demande_une_fois",
                        violation_error_message="Ce document est déjà joint à la demande.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rang__gte", 1), ("rang__lte", 5)),
                        name="document_demande_nombre",
                        violation_error_message="Une demande porte au plus 5 documents.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taille__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                        name="document_demande_range",
                        violation_error_message="Un document désigne un fichier non vide.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("analyse", "non_analyse"), ("analyse_le__isnull", True)),
                            models.Q(
                                models.Q(("analyse", "non_analyse"), _negated=True),
                                ("analyse_le__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="document_demande_analyse_datee",
                        violation_error_message="Une analyse antivirus porte sa date.",
                    ),
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0008_documents_demandes")),
    ]
