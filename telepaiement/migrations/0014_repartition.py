"""A transfer shared among titres, or kept to be classed."""

from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs


class Migration(migrations.Migration):
    """Not reversible, as what it records."""

    dependencies = [
        ("telepaiement", "0013_quitus"),
    ]

    operations = [
        SansPerdreLesDeclencheurs(
            migrations.RemoveConstraint(
                model_name="encaissement",
                name="encaissement_d_un_titre_ou_d_une_vente",
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
                        ("repartition", "Virement réparti ou à classer"),
                        ("commission", "Commission prise à part"),
                        ("impaye", "Chèque ou carte impayés"),
                        ("remboursement", "Remboursement par virement"),
                    ],
                    max_length=15,
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
                            ("titre__isnull", True),
                            ("trop_percu", 0),
                            ("vente__isnull", True),
                            models.Q(
                                models.Q(
                                    ("mode__in", ["especes", "cheque", "tpe"]),
                                    ("session__isnull", False),
                                ),
                                models.Q(("mode", "virement"), ("session__isnull", True)),
                                _connector="OR",
                            ),
                            models.Q(("mention", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_d_un_titre_ou_d_une_vente",
                    violation_error_message="Un encaissement paie un titre, ou une vente au guichet, ou attend d’être classé.",
                ),
            ),
        ),
    ]
