"""A suppléant replaces the régisseur, or another suppléant: the chain has one end."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: what was appointed under it stands."""

    dependencies = [
        ("telepaiement", "0014_repartition"),
    ]

    operations = [
        migrations.AddField(
            model_name="nomination",
            name="remplace",
            field=models.ForeignKey(
                blank=True,
                help_text="celui qui s’absente à son tour ; sans lui, le régisseur est remplacé",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suppleances",
                to="telepaiement.nomination",
                verbose_name="suppléant remplacé",
            ),
        ),
        migrations.RunPython(poser(__file__, "0015_suppleances")),
    ]
