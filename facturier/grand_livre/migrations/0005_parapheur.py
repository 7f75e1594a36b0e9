"""A bordereau waits in the parapheur between its preparation and its signature."""

from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """See the decision on the parapheur."""

    dependencies = [
        ("grand_livre", "0004_credits"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="bordereau",
            name="bordereau_signe_a_signature",
        ),
        migrations.AlterField(
            model_name="bordereau",
            name="etat",
            field=models.CharField(
                choices=[
                    ("ouvert", "En préparation"),
                    ("presente", "Au parapheur"),
                    ("signe", "Signé"),
                    ("transmis", "Transmis à la Trésorerie"),
                    ("accepte", "Accepté"),
                    ("refuse", "Refusé"),
                ],
                default="ouvert",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="bordereau",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("etat__in", ("ouvert", "presente")),
                    models.Q(
                        ("signe_le__isnull", False),
                        models.Q(("empreinte_signee", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="bordereau_signe_a_signature",
                violation_error_message="Un bordereau signé porte sa signature.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0005_parapheur")),
    ]
