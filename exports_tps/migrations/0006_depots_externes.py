"""Files made by the finance software of the province, their pièces and documents."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: what was dropped and sent stays. Nothing here rebuilds a table on SQLite."""

    dependencies = [
        ("exports_tps", "0005_archives"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PieceExterne",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sens",
                    models.CharField(
                        choices=[("depense", "Dépense"), ("recette", "Recette")], max_length=7
                    ),
                ),
                ("exercice", models.PositiveSmallIntegerField()),
                ("bordereau", models.PositiveIntegerField(verbose_name="numéro du bordereau")),
                ("type_bordereau", models.CharField(max_length=2)),
                ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                ("nom_tiers", models.CharField(max_length=120, verbose_name="tiers")),
                ("objet", models.CharField(blank=True, max_length=160)),
                (
                    "montant_ttc",
                    facturier.commun.champs.MontantField(
                        help_text="en francs CFP, sans décimale", verbose_name="montant TTC"
                    ),
                ),
                (
                    "flux",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces_externes",
                        to="exports_tps.flux",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce externe",
                "verbose_name_plural": "pièces externes",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DocumentExterne",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifiant", models.CharField(max_length=50, verbose_name="identifiant unique")),
                ("nom", models.CharField(blank=True, max_length=100, verbose_name="nom annoncé")),
                ("est_inclus", models.BooleanField(verbose_name="dans le fichier déposé")),
                (
                    "sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="empreinte SHA-256"),
                ),
                ("taille", models.BigIntegerField(default=0, verbose_name="taille en octets")),
                (
                    "type_mime",
                    models.CharField(blank=True, max_length=100, verbose_name="type de contenu"),
                ),
                ("joint_le", models.DateTimeField(blank=True, null=True, verbose_name="joint le")),
                (
                    "flux",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents_externes",
                        to="exports_tps.flux",
                    ),
                ),
                (
                    "joint_par",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="exports_tps.pieceexterne",
                    ),
                ),
            ],
            options={
                "verbose_name": "document externe",
                "verbose_name_plural": "documents externes",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="verdict",
            name="piece_externe",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="verdicts",
                to="exports_tps.pieceexterne",
            ),
        ),
        migrations.CreateModel(
            name="DepotExterne",
            fields=[
                (
                    "flux",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="depot_externe",
                        serialize=False,
                        to="exports_tps.flux",
                    ),
                ),
                ("nom", models.CharField(max_length=255, verbose_name="nom du fichier déposé")),
                (
                    "sha256",
                    models.CharField(
                        max_length=64, unique=True, verbose_name="empreinte du fichier déposé"
                    ),
                ),
                ("est_signe", models.BooleanField(verbose_name="déposé signé")),
                ("depose_le", models.DateTimeField(verbose_name="déposé le")),
                (
                    "sha256_signe",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="empreinte une fois signé"
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
                "verbose_name": "dépôt externe",
                "verbose_name_plural": "dépôts externes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sha256_signe", ""), ("est_signe", False), _connector="OR"
                        ),
                        name="depot_externe_signe_une_fois",
                        violation_error_message="Un fichier déposé signé ne se signe pas de nouveau.",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="pieceexterne",
            index=models.Index(fields=["exercice", "sens", "numero"], name="piece_externe_numero"),
        ),
        migrations.AddConstraint(
            model_name="pieceexterne",
            constraint=models.UniqueConstraint(
                fields=("flux", "sens", "exercice", "numero"),
                name="piece_externe_une_fois",
                violation_error_message="Cette pièce est deux fois dans le fichier.",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentexterne",
            constraint=models.UniqueConstraint(
                fields=("flux", "identifiant"),
                name="document_externe_une_fois",
                violation_error_message="Ce document est déjà connu de ce fichier.",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentexterne",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sha256", ""),
                    models.Q(
                        ("joint_le__isnull", False), ("joint_par__isnull", False), ("taille__gt", 0)
                    ),
                    _connector="OR",
                ),
                name="document_externe_joint_par_quelqu_un",
                violation_error_message="Un document joint dit par qui et quand.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0006_depots_externes")),
    ]
