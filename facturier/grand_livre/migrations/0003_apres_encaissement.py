"""What a titre says of the receipt that it regularises."""

from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("acces", "0002_invariants"),
        ("grand_livre", "0002_invariants"),
    ]

    operations = [
        migrations.AddField(
            model_name="piece",
            name="exercice_encaisse",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="exercice du P503"
            ),
        ),
        migrations.AddField(
            model_name="piece",
            name="numero_encaisse",
            field=models.PositiveBigIntegerField(
                blank=True, null=True, verbose_name="numéro du P503"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="piece",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("exercice_encaisse__isnull", True),
                                ("numero_encaisse__isnull", True),
                            ),
                            models.Q(
                                ("exercice_encaisse__isnull", False),
                                ("numero_encaisse__gt", 0),
                                ("piece_origine__isnull", True),
                                ("sens", "recette"),
                                ("type_piece", "05"),
                            ),
                            _connector="OR",
                        ),
                        name="titre_apres_encaissement",
                        violation_error_message="Seul un titre émis après encaissement nomme le P503 qu’il régularise.",
                    ),
                ),
            ],
        ),
        migrations.RunPython(poser(__file__, "0003_apres_encaissement")),
    ]
