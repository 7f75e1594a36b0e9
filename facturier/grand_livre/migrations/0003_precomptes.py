"""Titres that collect the penalties withheld from mandats."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: see `0002_invariants`."""

    dependencies = [
        ("grand_livre", "0002_invariants"),
    ]

    operations = [
        migrations.CreateModel(
            name="Precompte",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deduction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="precomptes",
                        to="grand_livre.deduction",
                    ),
                ),
                (
                    "titre",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="precompte",
                        to="grand_livre.piece",
                    ),
                ),
            ],
            options={
                "verbose_name": "précompte",
                "ordering": ["pk"],
            },
        ),
        migrations.RunPython(poser(__file__, "0003_precomptes")),
    ]
