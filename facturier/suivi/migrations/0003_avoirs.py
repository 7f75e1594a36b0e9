"""Credit notes: what makes an invoice an avoir, and what it may not exceed."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: see `0002_invariants`."""

    dependencies = [("facturier", "0002_invariants")]
    operations = [
        *avec_declencheurs(
            migrations.RemoveConstraint(
                model_name="facture",
                name="facture_liquidee_a_imputation",
            ),
            migrations.RemoveConstraint(
                model_name="facture",
                name="facture_mandatee_a_mandat",
            ),
            migrations.AddField(
                model_name="facture",
                name="facture_corrigee",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="avoirs",
                    to="facturier.facture",
                    verbose_name="facture corrigée par cet avoir",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="nature",
                field=models.CharField(
                    choices=[("facture", "Facture"), ("avoir", "Avoir")],
                    default="facture",
                    max_length=10,
                ),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(
                    condition=models.Q(("facture_corrigee__isnull", False)),
                    fields=["facture_corrigee", "-id"],
                    name="facture_avoirs",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("facture_corrigee__isnull", True), ("nature", "facture")),
                        models.Q(("etat", "brouillon"), ("nature", "avoir")),
                        models.Q(("facture_corrigee__isnull", False), ("nature", "avoir")),
                        _connector="OR",
                    ),
                    name="avoir_corrige_une_facture",
                    violation_error_message="Un avoir déposé corrige une facture, et lui seul.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("nature", "facture"),
                        models.Q(
                            (
                                "etat__in",
                                [
                                    "a_reorienter",
                                    "avoir",
                                    "brouillon",
                                    "completee",
                                    "deposee",
                                    "en_certification",
                                    "recue",
                                    "rejetee",
                                    "retiree",
                                    "service_fait",
                                    "suspendue",
                                ],
                            ),
                            ("mandat", None),
                            ("montant_liquide", None),
                        ),
                        _connector="OR",
                    ),
                    name="avoir_sans_mandat",
                    violation_error_message="Un avoir ne se liquide pas et n’a pas de mandat.",
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
                        ("mandat__isnull", False),
                        _connector="OR",
                    ),
                    name="facture_mandatee_a_mandat",
                    violation_error_message="Une facture mandatée porte son mandat.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0003_avoirs")),
    ]
