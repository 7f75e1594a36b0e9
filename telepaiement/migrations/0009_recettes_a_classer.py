"""Money received for a titre that nobody finds, classed later."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0008_deficits_combles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.RemoveConstraint(
                model_name="encaissement",
                name="encaissement_en_ligne_ou_en_caisse",
            ),
            migrations.RemoveConstraint(
                model_name="encaissement",
                name="encaissement_d_un_titre_ou_d_une_vente",
            ),
            migrations.AddField(
                model_name="encaissement",
                name="mention",
                field=models.CharField(
                    blank=True, max_length=200, verbose_name="mention d’une recette à classer"
                ),
            ),
            migrations.AddField(
                model_name="encaissement",
                name="provenance",
                field=models.OneToOneField(
                    help_text="recette à classer que celui-ci affecte",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="classement",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AlterField(
                model_name="encaissement",
                name="mode",
                field=models.CharField(
                    choices=[
                        ("carte", "Carte bancaire en ligne"),
                        ("lecteur", "Carte bancaire au lecteur"),
                        ("tpe", "Carte bancaire au terminal"),
                        ("especes", "Espèces"),
                        ("cheque", "Chèque"),
                        ("virement", "Virement constaté"),
                        ("classement", "Recette classée"),
                    ],
                    max_length=10,
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("mention", ""), ("titre__isnull", False), ("vente__isnull", True)
                        ),
                        models.Q(
                            ("mention", ""),
                            ("titre__isnull", True),
                            ("vente__isnull", False),
                            models.Q(
                                models.Q(
                                    ("mode", "lecteur"),
                                    models.Q(
                                        ("trop_percu", 0),
                                        ("trop_percu", models.F("montant")),
                                        _connector="OR",
                                    ),
                                ),
                                models.Q(("session__isnull", False), ("trop_percu", 0)),
                                models.Q(("mode", "classement"), ("trop_percu", 0)),
                                _connector="OR",
                            ),
                        ),
                        models.Q(
                            ("mode__in", ["especes", "cheque", "tpe"]),
                            ("session__isnull", False),
                            ("titre__isnull", True),
                            ("trop_percu", 0),
                            ("vente__isnull", True),
                            models.Q(("mention", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_d_un_titre_ou_d_une_vente",
                    violation_error_message="Un encaissement paie un titre, ou une vente au guichet, ou attend d’être classé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode", "classement"), ("provenance__isnull", False)),
                        models.Q(
                            models.Q(("mode", "classement"), _negated=True),
                            ("provenance__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_classe_a_provenance",
                    violation_error_message="Une recette classée a sa provenance.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("mode", "carte"),
                            ("session__isnull", True),
                            ("tentative__isnull", False),
                            models.Q(("charge", ""), _negated=True),
                        ),
                        models.Q(
                            ("mode", "lecteur"),
                            ("tentative__isnull", False),
                            models.Q(("charge", ""), _negated=True),
                        ),
                        models.Q(("charge", ""), ("mode", "virement"), ("tentative__isnull", True)),
                        models.Q(
                            ("charge", ""),
                            ("mode", "classement"),
                            ("session__isnull", True),
                            ("tentative__isnull", True),
                        ),
                        models.Q(
                            models.Q(
                                ("mode__in", ["carte", "lecteur", "virement", "classement"]),
                                _negated=True,
                            ),
                            ("charge", ""),
                            ("session__isnull", False),
                            ("tentative__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_en_ligne_ou_en_caisse",
                    violation_error_message="Un encaissement vient de la passerelle, d’une caisse ou d’un virement.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0009_recettes_a_classer")),
    ]
