"""Indexes of a pièce that no query needs: an act rewrites each of them."""

import django.db.models.deletion
from django.db import migrations, models

# Dropped by name: altering the columns would remake the table on SQLite, without its triggers.
INDEX = {
    "grand_livre_piece_budget_id_90eaa53c": "budget_id",
    "grand_livre_piece_exercice_id_106a31ab": "exercice_id",
    "grand_livre_piece_piece_origine_id_02df157b": "piece_origine_id",
    "grand_livre_piece_service_id_29b326ee": "service_id",
    "grand_livre_piece_tiers_id_81dcbe7a": "tiers_id",
}


class Migration(migrations.Migration):
    dependencies = [
        ("acces", "0005_service_des_finances"),
        ("grand_livre", "0008_genre_opposition"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {index}", f"CREATE INDEX {index} ON grand_livre_piece ({colonne})"
                )
                for index, colonne in INDEX.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="piece",
                    name="budget",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="grand_livre.budget",
                    ),
                ),
                migrations.AlterField(
                    model_name="piece",
                    name="exercice",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="grand_livre.exercice",
                    ),
                ),
                migrations.AlterField(
                    model_name="piece",
                    name="piece_origine",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces_correctives",
                        to="grand_livre.piece",
                    ),
                ),
                migrations.AlterField(
                    model_name="piece",
                    name="service",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="acces.servicegestionnaire",
                    ),
                ),
                migrations.AlterField(
                    model_name="piece",
                    name="tiers",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="grand_livre.tiers",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="piece",
            index=models.Index(
                condition=models.Q(("piece_origine__isnull", False)),
                fields=["piece_origine"],
                name="piece_origine",
            ),
        ),
    ]
