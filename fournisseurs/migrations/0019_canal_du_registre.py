"""A request may come from a comparison with the register."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fournisseurs", "0018_complements_figes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="demandemodification",
            name="canal",
            field=models.CharField(
                choices=[
                    ("en_ligne", "En ligne"),
                    ("telephone", "Par téléphone, saisie par un agent"),
                    ("guichet", "Au guichet, saisie par un agent"),
                    ("registre", "D’après le registre, saisie par un agent"),
                ],
                default="en_ligne",
                max_length=10,
            ),
        ),
    ]
