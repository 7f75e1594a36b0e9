"""A leaf entered wrongly and cancelled is entered again, with the code that its paper bears."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [("telepaiement", "0011_messages_sans_corps")]

    operations = [
        SansPerdreLesDeclencheurs(
            migrations.RemoveConstraint(
                model_name="feuillet",
                name="feuillet_numero_unique",
            ),
            migrations.RemoveConstraint(
                model_name="feuillet",
                name="feuillet_saisi_encaisse",
            ),
            migrations.AddField(
                model_name="quittance",
                name="remplace",
                field=models.OneToOneField(
                    help_text="quittance annulée du même feuillet, dont le code reste sur le papier",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="remplacee_par",
                    to="telepaiement.quittance",
                ),
            ),
            migrations.AlterField(
                model_name="feuillet",
                name="code",
                field=models.CharField(max_length=14, verbose_name="code de vérification"),
            ),
            migrations.AlterField(
                model_name="feuillet",
                name="etat",
                field=models.CharField(
                    choices=[
                        ("vierge", "Vierge"),
                        ("saisi", "Saisi"),
                        ("annule", "Annulé"),
                        ("defait", "Saisie annulée"),
                    ],
                    default="vierge",
                    max_length=10,
                    verbose_name="état",
                ),
            ),
            migrations.AlterField(
                model_name="quittance",
                name="code",
                field=models.CharField(max_length=14, verbose_name="code de vérification"),
            ),
            migrations.AddIndex(
                model_name="quittance",
                index=models.Index(fields=["code"], name="quittance_code"),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "defait"), _negated=True),
                    fields=("carnet", "numero"),
                    name="feuillet_numero_unique",
                    violation_error_message="Ce numéro de feuillet est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "defait"), _negated=True),
                    fields=("code",),
                    name="feuillet_code_unique",
                    violation_error_message="Ce code est déjà celui d’un autre feuillet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("encaissement__isnull", False), ("etat__in", ["saisi", "defait"])
                        ),
                        models.Q(
                            ("encaissement__isnull", True), ("etat__in", ["vierge", "annule"])
                        ),
                        _connector="OR",
                    ),
                    name="feuillet_saisi_encaisse",
                    violation_error_message="Un feuillet saisi porte son encaissement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quittance",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("remplace__isnull", True)),
                    fields=("code",),
                    name="quittance_code_unique",
                    violation_error_message="Ce code est déjà celui d’une autre quittance.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0012_feuillets_repris")),
    ]
