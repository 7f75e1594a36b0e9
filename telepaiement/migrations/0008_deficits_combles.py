"""What a régisseur pays back of the déficit of a till."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0007_versements_et_rapprochements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.CreateModel(
                name="ComblementDeficit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    (
                        "moyen",
                        models.CharField(
                            choices=[
                                ("especes", "Espèces remises dans la régie"),
                                ("tresorerie", "Somme payée à la Trésorerie"),
                            ],
                            max_length=12,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "recepisse",
                        models.CharField(
                            blank=True, max_length=40, verbose_name="récépissé de la Trésorerie"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblement_deficit",
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.regie",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "comblement de déficit",
                    "verbose_name_plural": "comblements de déficit",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ComblementVerse",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "comblement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verse",
                            to="telepaiement.comblementdeficit",
                        ),
                    ),
                    (
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.versementregie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "comblement versé",
                    "verbose_name_plural": "comblements versés",
                },
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="comblement_deficit_numero_unique",
                    violation_error_message="Ce numéro de reçu est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="comblement_deficit_montant",
                    violation_error_message="Un déficit se comble d’au moins 1 F.",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("moyen", "especes"), ("recepisse", "")),
                        models.Q(
                            ("moyen", "tresorerie"), models.Q(("recepisse", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="comblement_deficit_recepisse",
                    violation_error_message="Ce qui est payé à la Trésorerie a son récépissé.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0008_deficits_combles")),
    ]
