"""What was done with a titre whose contestation was accepted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0012_delivrance_des_quittances"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.CreateModel(
                name="SuiteContestation",
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
                                ("reduction", "Titre réduit"),
                                ("annulation", "Titre annulé"),
                                ("sans_changement", "Titre inchangé"),
                            ],
                            max_length=16,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "demande",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suite",
                            to="telepaiement.demanderedevable",
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
                        "reduction",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suites_contestation",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "suite d’une contestation",
                    "verbose_name_plural": "suites de contestations",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("motif", ""), _negated=True),
                                models.Q(
                                    models.Q(
                                        ("montant__gt", 0),
                                        ("nature__in", ["reduction", "annulation"]),
                                        ("reduction__isnull", False),
                                    ),
                                    models.Q(
                                        ("montant", 0),
                                        ("nature", "sans_changement"),
                                        ("reduction__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            name="suite_contestation_complete",
                            violation_error_message="La suite d’une contestation dit ce que devient le titre.",
                        )
                    ],
                },
            ),
        ),
        migrations.RunPython(poser(__file__, "0013_suites_de_contestations")),
    ]
