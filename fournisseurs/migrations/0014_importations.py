import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


def retirer(apps, schema_editor):
    """Drop every trigger; the table goes with them."""
    est_postgresql = schema_editor.connection.vendor == "postgresql"
    for suffixe in ("ajout_seul", "sans_modification", "sans_suppression"):
        sur = " ON fournisseurs_passageimportation" if est_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS passage_importation_{suffixe}{sur}")


class Migration(migrations.Migration):
    dependencies = [
        ("fournisseurs", "0013_invitations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Importation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nom", models.CharField(max_length=100, verbose_name="nom du fichier")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                ("est_rangee", models.BooleanField(default=False, verbose_name="fichier conservé")),
                (
                    "etat",
                    models.CharField(
                        choices=[
                            ("deposee", "Essai en attente"),
                            ("essayee", "Essayé, à confirmer"),
                            ("en_cours", "En cours"),
                            ("terminee", "Terminé"),
                            ("refusee", "Fichier refusé"),
                            ("abandonnee", "Abandonné"),
                        ],
                        default="deposee",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("deposee_le", models.DateTimeField(auto_now_add=True, verbose_name="déposée le")),
                (
                    "est_confirmee",
                    models.BooleanField(default=False, verbose_name="comptes confirmés"),
                ),
                (
                    "avance_le",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="avancée le"
                    ),
                ),
                (
                    "position",
                    models.PositiveIntegerField(default=0, verbose_name="dernière ligne écrite"),
                ),
                (
                    "lignes",
                    models.PositiveIntegerField(default=0, verbose_name="lignes du fichier"),
                ),
                ("crees", models.PositiveIntegerField(default=0, verbose_name="créés")),
                ("modifies", models.PositiveIntegerField(default=0, verbose_name="modifiés")),
                ("inchanges", models.PositiveIntegerField(default=0, verbose_name="inchangés")),
                ("rejetes", models.PositiveIntegerField(default=0, verbose_name="rejetés")),
                ("comptes", models.PositiveIntegerField(default=0, verbose_name="comptes changés")),
                (
                    "deposee_par",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lancee_par",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "importation",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PassageImportation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("acte", models.CharField(max_length=40)),
                ("depart", models.CharField(max_length=30, verbose_name="état de départ")),
                ("arrivee", models.CharField(max_length=30, verbose_name="état d’arrivée")),
                ("le", models.DateTimeField(auto_now_add=True)),
                ("motif", models.TextField(blank=True)),
                (
                    "importation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passages",
                        to="fournisseurs.importation",
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
                "verbose_name": "passage d’importation",
                "verbose_name_plural": "passages d’importation",
                "ordering": ["pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RejetImportation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ligne", models.PositiveIntegerField()),
                ("motif", models.CharField(max_length=300)),
                ("cellules", models.JSONField()),
                (
                    "importation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejets",
                        to="fournisseurs.importation",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne rejetée",
                "verbose_name_plural": "lignes rejetées",
                "ordering": ["ligne"],
            },
        ),
        migrations.AddIndex(
            model_name="importation",
            index=models.Index(fields=["etat", "avance_le"], name="importation_etat"),
        ),
        migrations.AddConstraint(
            model_name="importation",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="importation_empreinte",
                violation_error_message="Une importation désigne un fichier par son empreinte.",
            ),
        ),
        migrations.AddConstraint(
            model_name="importation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("est_confirmee", False),
                    models.Q(
                        ("lancee_par__isnull", False),
                        models.Q(("lancee_par", models.F("deposee_par")), _negated=True),
                    ),
                    ("est_rangee", False),
                    _connector="OR",
                ),
                name="importation_quatre_yeux",
                violation_error_message="Qui dépose un fichier ne confirme pas ses comptes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="rejetimportation",
            constraint=models.UniqueConstraint(
                fields=("importation", "ligne"),
                name="rejet_un_par_ligne",
                violation_error_message="Cette ligne est déjà rejetée.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0014_importations"), retirer),
    ]
