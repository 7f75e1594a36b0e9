"""An emptied bordereau is abandoned; what a signature counts stands still."""

from django.db import migrations, models

from facturier.commun.sql import poser

SIGNE = models.Q(("signe_le__isnull", False), models.Q(("empreinte_signee", ""), _negated=True))


def voir_les_declencheurs(reglage):
    """On SQLite, let a table be made again though triggers of others name it, or no more."""

    def executer(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"PRAGMA legacy_alter_table = {reglage}")

    return executer


class Migration(migrations.Migration):
    """Not reversible: a bordereau may be abandoned already."""

    dependencies = [("grand_livre", "0004_dates_de_contrepassation")]
    operations = [
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
                    ("abandonne", "Abandonné"),
                ],
                default="ouvert",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.RunPython(voir_les_declencheurs("ON")),
        migrations.RemoveConstraint("bordereau", "bordereau_signe_a_signature"),
        migrations.AddConstraint(
            "bordereau",
            models.CheckConstraint(
                condition=models.Q(("etat__in", ["ouvert", "presente", "abandonne"])) | SIGNE,
                name="bordereau_signe_a_signature",
                violation_error_message="Un bordereau signé porte sa signature.",
            ),
        ),
        migrations.RunPython(voir_les_declencheurs("OFF")),
        migrations.RunPython(poser(__file__, "0005_suite_des_bordereaux")),
    ]
