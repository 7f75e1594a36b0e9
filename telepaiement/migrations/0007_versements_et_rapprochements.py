"""Payouts told by the bank, below zero or in another currency; matches that are undone."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
import telepaiement.models.tentatives
from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0006_ventes_au_lecteur"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.CreateModel(
                name="AnnulationRapprochement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    "verbose_name": "annulation de rapprochement",
                    "verbose_name_plural": "annulations de rapprochement",
                },
            ),
            migrations.RemoveConstraint(
                model_name="ligneversement",
                name="ligne_versement_encaissement_unique",
            ),
            migrations.RemoveConstraint(
                model_name="rapprochementbancaire",
                name="rapprochement_remise_ecrite",
            ),
            migrations.RemoveConstraint(
                model_name="versement",
                name="versement_comptabilise_ecrit",
            ),
            migrations.AddField(
                model_name="lignebancaire",
                name="commission",
                field=facturier.commun.champs.MontantField(
                    blank=True,
                    help_text="en francs CFP, sans décimale",
                    null=True,
                    verbose_name="commission dite par la banque",
                ),
            ),
            migrations.AddField(
                model_name="tentative",
                name="passerelle",
                field=models.CharField(
                    choices=[("stripe", "Stripe"), ("lyra", "EpayNC")],
                    default=telepaiement.models.tentatives.passerelle_des_reglages,
                    max_length=10,
                ),
            ),
            migrations.AddField(
                model_name="versement",
                name="commission_devise",
                field=models.BigIntegerField(
                    blank=True, null=True, verbose_name="commission dans sa devise"
                ),
            ),
            migrations.AddField(
                model_name="versement",
                name="ecart_change",
                field=facturier.commun.champs.MontantField(
                    default=0,
                    help_text="en francs CFP, sans décimale",
                    verbose_name="écart de change",
                ),
            ),
            migrations.AddField(
                model_name="versement",
                name="ecriture_annulation",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versement_annule",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="versement",
                name="montant_devise",
                field=models.BigIntegerField(
                    blank=True, null=True, verbose_name="montant dans sa devise"
                ),
            ),
            migrations.AddField(
                model_name="versement",
                name="origine",
                field=models.CharField(
                    choices=[
                        ("passerelle", "Lu chez le prestataire"),
                        ("banque", "Constaté sur le relevé bancaire"),
                    ],
                    default="passerelle",
                    max_length=10,
                ),
            ),
            migrations.AlterField(
                model_name="encaissementrapproche",
                name="encaissement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapproches",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AlterField(
                model_name="ligneversement",
                name="transaction",
                field=models.CharField(
                    db_index=True, max_length=200, verbose_name="mouvement de la passerelle"
                ),
            ),
            migrations.AlterField(
                model_name="ligneversement",
                name="versement_rejete",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reprises",
                    to="telepaiement.versement",
                ),
            ),
            migrations.AlterField(
                model_name="rapprochementbancaire",
                name="ligne",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapprochements",
                    to="telepaiement.lignebancaire",
                ),
            ),
            migrations.AlterField(
                model_name="rapprochementbancaire",
                name="nature",
                field=models.CharField(
                    choices=[
                        ("versement", "Versement de la passerelle"),
                        ("remise_tpe", "Remise du terminal bancaire"),
                        ("remise_cheques", "Remise de chèques"),
                        ("virement", "Virement déjà constaté au guichet"),
                        ("titre", "Virement pour un titre"),
                        ("commission", "Commission prise à part"),
                    ],
                    max_length=15,
                ),
            ),
            migrations.AlterField(
                model_name="rapprochementbancaire",
                name="versement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapprochements",
                    to="telepaiement.versement",
                ),
            ),
            migrations.AlterField(
                model_name="versement",
                name="etat",
                field=models.CharField(
                    choices=[
                        ("en_ecart", "En écart, non comptabilisé"),
                        ("comptabilise", "Comptabilisé"),
                        ("rejete", "Rejeté par la banque"),
                        ("annule", "Annulé"),
                    ],
                    default="en_ecart",
                    max_length=15,
                    verbose_name="état",
                ),
            ),
            migrations.AlterField(
                model_name="versement",
                name="reference",
                field=models.CharField(max_length=100, verbose_name="référence de la passerelle"),
            ),
            migrations.AddConstraint(
                model_name="rapprochementbancaire",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("nature__in", ["remise_tpe", "remise_cheques", "commission"]),
                            _negated=True,
                        ),
                        ("ecriture__isnull", False),
                        _connector="OR",
                    ),
                    name="rapprochement_remise_ecrite",
                    violation_error_message="Une remise rapprochée a son écriture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "annule"), _negated=True),
                    fields=("reference",),
                    name="versement_reference_unique",
                    violation_error_message="Ce versement est déjà connu.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "en_ecart"),
                        models.Q(
                            ("anomalie", ""),
                            ("ecriture__isnull", False),
                            (
                                "montant",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("brut"), "-", models.F("commission")
                                    ),
                                    "-",
                                    models.F("ecart_change"),
                                ),
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="versement_comptabilise_ecrit",
                    violation_error_message="Un versement comptabilisé est égal à ses lignes.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "annule"), _negated=True),
                        ("ecriture_annulation__isnull", False),
                        _connector="OR",
                    ),
                    name="versement_annule_ecrit",
                    violation_error_message="Un versement annulé a l’écriture de son annulation.",
                ),
            ),
            migrations.AddField(
                model_name="annulationrapprochement",
                name="ecriture",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="annulationrapprochement",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="annulationrapprochement",
                name="rapprochement",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="annulation",
                    to="telepaiement.rapprochementbancaire",
                ),
            ),
            migrations.AddConstraint(
                model_name="annulationrapprochement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="annulation_rapprochement_a_motif",
                    violation_error_message="Un rapprochement s’annule avec un motif.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0007_versements_et_rapprochements")),
    ]
