"""Avoirs that give an invoice back in whole, and réductions of mandats founded on an avoir."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: see `0002_invariants`."""

    dependencies = [("facturier", "0002_invariants"), ("grand_livre", "0002_invariants")]
    operations = [
        *avec_declencheurs(
            migrations.CreateModel(
                name="ReductionParAvoir",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "avoir",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reductions",
                            to="facturier.facture",
                        ),
                    ),
                    (
                        "reduction",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="fondee_sur",
                            to="grand_livre.piece",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "réduction fondée sur un avoir",
                    "verbose_name_plural": "réductions fondées sur un avoir",
                    "ordering": ["pk"],
                },
            ),
            migrations.RemoveConstraint(
                model_name="facture",
                name="facture_liquidee_a_imputation",
            ),
            migrations.RemoveConstraint(
                model_name="facture",
                name="facture_mandatee_a_mandat",
            ),
            migrations.RemoveConstraint(
                model_name="liquidation",
                name="liquidation_montants_positifs",
            ),
            migrations.AlterField(
                model_name="abonnement",
                name="type_avis",
                field=models.CharField(
                    choices=[
                        ("depot", "Dépôt d’une facture"),
                        ("retour", "Pièce demandée ou destinataire à corriger"),
                        ("rejet", "Rejet d’une facture"),
                        ("rappel", "Rappel d’une demande ou d’un rejet que personne n’a lu"),
                        ("paiement", "Paiement d’une facture"),
                        ("solde", "Facture soldée sans paiement"),
                        ("message", "Nouveau message de la province"),
                        ("interets", "Décision sur des intérêts moratoires"),
                    ],
                    max_length=10,
                    verbose_name="avis",
                ),
            ),
            migrations.AlterField(
                model_name="avis",
                name="type_avis",
                field=models.CharField(
                    choices=[
                        ("depot", "Dépôt d’une facture"),
                        ("retour", "Pièce demandée ou destinataire à corriger"),
                        ("rejet", "Rejet d’une facture"),
                        ("rappel", "Rappel d’une demande ou d’un rejet que personne n’a lu"),
                        ("paiement", "Paiement d’une facture"),
                        ("solde", "Facture soldée sans paiement"),
                        ("message", "Nouveau message de la province"),
                        ("interets", "Décision sur des intérêts moratoires"),
                    ],
                    max_length=10,
                    verbose_name="avis",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            (
                                "etat__in",
                                [
                                    "avoir",
                                    "liquidee",
                                    "mandatee",
                                    "partiellement_payee",
                                    "payee",
                                    "prise_en_charge",
                                    "rejetee_tps",
                                    "suspendue_tps",
                                    "transmise_tps",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("nature", "avoir"),
                        models.Q(("etat", "avoir"), ("mandat", None), ("montant_liquide", 0)),
                        models.Q(
                            ("montant_liquide__gt", 0),
                            ("montant_liquide__isnull", False),
                            ("montant_liquide__lte", models.F("montant_ttc")),
                            models.Q(("compte", ""), _negated=True),
                            models.Q(("fonction", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="facture_liquidee_a_imputation",
                    violation_error_message="Une facture liquidée porte un montant liquidé et une imputation.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            (
                                "etat__in",
                                [
                                    "avoir",
                                    "mandatee",
                                    "partiellement_payee",
                                    "payee",
                                    "prise_en_charge",
                                    "rejetee_tps",
                                    "suspendue_tps",
                                    "transmise_tps",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("nature", "avoir"),
                        models.Q(("etat", "avoir"), ("mandat", None), ("montant_liquide", 0)),
                        ("mandat__isnull", False),
                        _connector="OR",
                    ),
                    name="facture_mandatee_a_mandat",
                    violation_error_message="Une facture mandatée porte son mandat.",
                ),
            ),
            migrations.AddConstraint(
                model_name="liquidation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("avoirs_ht__gte", 0),
                            ("avoirs_tgc__gte", 0),
                            ("taux_garantie__gte", 0),
                            ("avoirs_ht__lt", models.F("brut_ht")),
                            ("avoirs_tgc__lte", models.F("brut_tgc")),
                            ("net__gt", 0),
                            ("avance__gte", 0),
                            ("garantie__gte", 0),
                            ("penalites__gte", 0),
                        ),
                        models.Q(
                            ("avoirs_ht", models.F("brut_ht")),
                            ("avoirs_tgc", models.F("brut_tgc")),
                            ("net", 0),
                            ("taux_garantie", 0),
                            ("avance", 0),
                            ("garantie", 0),
                            ("penalites", 0),
                        ),
                        _connector="OR",
                    ),
                    name="liquidation_montants_positifs",
                    violation_error_message="Les avoirs et les déductions sont positifs, et laissent un net à payer, sauf des avoirs qui rendent la facture en entier.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0003_avoirs_entiers")),
    ]
