"""What a sender that was killed left is found again; the transport rests after failures."""

from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: proofs of sending are kept. Nothing here rebuilds a table on SQLite."""

    dependencies = [
        ("exports_tps", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="Releve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("faite_le", models.DateTimeField(verbose_name="faite le")),
                ("adresse", models.CharField(max_length=300)),
                ("est_reussie", models.BooleanField(verbose_name="réussie")),
                (
                    "fichiers",
                    models.PositiveIntegerField(default=0, verbose_name="fichiers rapportés"),
                ),
                ("detail", models.TextField(blank=True, verbose_name="détail")),
            ],
            options={
                "verbose_name": "relève de la boîte de réception",
                "verbose_name_plural": "relèves de la boîte de réception",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("est_reussie", True),
                            models.Q(("detail", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="releve_echouee_a_raison",
                        violation_error_message="Une relève qui échoue dit pourquoi.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="transmission",
            name="prochaine_le",
            field=models.DateTimeField(
                blank=True,
                help_text="seulement après une panne du transport",
                null=True,
                verbose_name="prochain essai",
            ),
        ),
        migrations.AlterField(
            model_name="transmission",
            name="detail",
            field=models.TextField(
                blank=True, help_text="accusé du transport, ou panne", verbose_name="détail"
            ),
        ),
        migrations.AlterField(
            model_name="transmission",
            name="issue",
            field=models.CharField(
                choices=[
                    ("engagee", "Copie provisoire relue"),
                    ("reussie", "Déposé et relu"),
                    ("deja_present", "Déjà présent, identique"),
                    ("retiree", "Déjà pris par le destinataire"),
                    ("echouee", "Échec"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="transmission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("issue", "engagee")),
                fields=("flux",),
                name="transmission_engagee_une_fois",
                violation_error_message="Une copie de ce flux est déjà prête à partir.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transmission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("issue__in", ["reussie", "deja_present", "retiree"])),
                fields=("flux",),
                name="transmission_partie_une_fois",
                violation_error_message="Ce flux est déjà parti.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0003_envois_repris")),
    ]
