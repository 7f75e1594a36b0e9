"""Archives of the exchanges, asked for and made."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: what was handed to the judge of accounts stays known."""

    dependencies = [
        ("exports_tps", "0004_parapheur"),
        ("grand_livre", "0002_invariants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchiveTPS",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "bordereaux",
                    models.TextField(blank=True, help_text="références ; vide : tout l’exercice"),
                ),
                ("motif", models.CharField(max_length=200, verbose_name="objet de la demande")),
                ("demandee_le", models.DateTimeField(verbose_name="demandée le")),
                ("conserver_jusqu_au", models.DateField(verbose_name="à conserver jusqu’au")),
                (
                    "achevee_le",
                    models.DateTimeField(blank=True, null=True, verbose_name="achevée le"),
                ),
                (
                    "sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="empreinte SHA-256"),
                ),
                ("taille", models.BigIntegerField(default=0, verbose_name="taille en octets")),
                ("nombre_flux", models.PositiveIntegerField(default=0, verbose_name="flux")),
                (
                    "nombre_messages",
                    models.PositiveIntegerField(default=0, verbose_name="réponses"),
                ),
                ("erreur", models.TextField(blank=True, help_text="ce qui empêche de l’achever")),
                (
                    "exercice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grand_livre.exercice",
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
                "verbose_name": "archive des échanges",
                "verbose_name_plural": "archives des échanges",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("achevee_le__isnull", True),
                            models.Q(
                                ("erreur", ""),
                                ("sha256__regex", "^[0-9a-f]{64}$"),
                                ("taille__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="archive_tps_achevee_a_fichier",
                        violation_error_message="Une archive achevée a un fichier et son empreinte.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("motif", ""), _negated=True),
                        name="archive_tps_a_motif",
                        violation_error_message="Dites pour qui, ou pourquoi, cette archive est faite.",
                    ),
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0005_archives")),
    ]
