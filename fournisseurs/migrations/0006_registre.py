import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fournisseurs", "0005_journal"),
    ]

    operations = [
        migrations.CreateModel(
            name="EtablissementRegistre",
            fields=[
                (
                    "ridet",
                    models.CharField(
                        max_length=10, primary_key=True, serialize=False, verbose_name="RIDET"
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
                ("cesse_le", models.DateField(blank=True, null=True, verbose_name="cessé le")),
                ("extrait_le", models.DateField(verbose_name="extrait du registre le")),
            ],
            options={
                "verbose_name": "établissement du registre",
                "verbose_name_plural": "établissements du registre",
                "ordering": ["ridet"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ridet__regex", "^[0-9]{10}$")),
                        name="registre_ridet_dix_chiffres",
                        violation_error_message="Un RIDET a dix chiffres.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EcartRegistre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("cesse", "Cessés"),
                            ("renomme", "Renommés"),
                            ("demenage", "Déménagés"),
                            ("inconnu", "Inconnus du registre"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "etablissement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ecarts_registre",
                        to="fournisseurs.etablissement",
                    ),
                ),
            ],
            options={
                "verbose_name": "écart avec le registre",
                "verbose_name_plural": "écarts avec le registre",
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["nature", "id"], name="ecart_registre_nature")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("etablissement", "nature"),
                        name="ecart_registre_unique",
                        violation_error_message="Cet écart est déjà connu.",
                    )
                ],
            },
        ),
    ]
