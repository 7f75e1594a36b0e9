"""A versement received that proves wrong is rectified; what lacks is made up for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import SansPerdreLesDeclencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_suite_des_bordereaux"),
        ("telepaiement", "0015_suppleances"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        SansPerdreLesDeclencheurs(
            migrations.AlterField(
                model_name="comblementdeficit",
                name="session",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="comblements",
                    to="telepaiement.sessioncaisse",
                ),
            ),
            migrations.CreateModel(
                name="RectificationVersement",
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
                                ("manque", "Moins d’espèces que le bordereau"),
                                ("faux", "Billet ou pièce faux"),
                                ("excedent", "Plus d’espèces que le bordereau"),
                            ],
                            max_length=10,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("jour", models.DateField()),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rectification_versement",
                            to="grand_livre.ecriture",
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
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rectifications",
                            to="telepaiement.versementregie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "rectification de versement",
                    "verbose_name_plural": "rectifications de versement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="comblementdeficit",
                name="rectification",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="comblements",
                    to="telepaiement.rectificationversement",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("rectification__isnull", True), ("session__isnull", False)),
                        models.Q(("rectification__isnull", False), ("session__isnull", True)),
                        _connector="OR",
                    ),
                    name="comblement_deficit_d_une_cause",
                    violation_error_message="Un comblement est celui d’une caisse ou d’un versement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="rectificationversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0), models.Q(("motif", ""), _negated=True)),
                    name="rectification_versement_motif",
                    violation_error_message="Une rectification a un montant et un motif.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0016_versements_rectifies")),
    ]
