"""Which services see every tiers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("acces", "0004_responsable_securite"),
    ]

    operations = [
        migrations.AddField(
            model_name="servicegestionnaire",
            name="est_finances",
            field=models.BooleanField(
                default=False,
                help_text="ses agents voient tous les tiers",
                verbose_name="service des finances",
            ),
        ),
    ]
