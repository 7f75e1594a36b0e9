"""What a webhook is told of, and trials of its address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: see `0002_invariants`."""

    dependencies = [
        ("api", "0002_invariants"),
        ("facturier", "0005_decision_interets"),
        ("fournisseurs", "0003_banques_et_communes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.RemoveConstraint(
                model_name="envoiwebhook",
                name="envoi_webhook_rejoue_par_quelqu_un",
            ),
            migrations.AddField(
                model_name="webhook",
                name="etats",
                field=models.CharField(
                    blank=True,
                    help_text="codes entre virgules, virgule au début et à la fin ; vide : tous",
                    max_length=400,
                    verbose_name="états annoncés",
                ),
            ),
            migrations.AlterField(
                model_name="envoiwebhook",
                name="passage",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="envois",
                    to="facturier.passagefacture",
                ),
            ),
            migrations.AddConstraint(
                model_name="envoiwebhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("demande_par__isnull", True),
                            ("passage__isnull", False),
                            ("rejoue__isnull", True),
                        ),
                        models.Q(
                            ("demande_par__isnull", False),
                            ("passage__isnull", False),
                            ("rejoue__isnull", False),
                        ),
                        models.Q(
                            ("demande_par__isnull", False),
                            ("passage__isnull", True),
                            ("rejoue__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="envoi_webhook_rejoue_par_quelqu_un",
                    violation_error_message="Un envoi rejoué ou d’essai dit par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="webhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(("etats__regex", "^(,([a-z_]+,)+)?$")),
                    name="webhook_etats_entre_virgules",
                    violation_error_message="Les états annoncés sont des codes entre virgules.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0003_choix_et_essais")),
    ]
