"""A line of flux is in the indexes of what it designates, and in no other."""

import django.db.models.deletion
from django.db import migrations, models

# Dropped by name: altering the columns would remake the table on SQLite, without its triggers.
INDEX = {
    "exports_tps_ligneflux_bordereau_id_6cbcafcd": "bordereau_id",
    "exports_tps_ligneflux_justificatif_id_18458434": "justificatif_id",
    "exports_tps_ligneflux_piece_id_56046ccb": "piece_id",
}


class Migration(migrations.Migration):
    dependencies = [
        ("exports_tps", "0002_ajout_seul"),
        ("grand_livre", "0008_genre_opposition"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {index}",
                    f"CREATE INDEX {index} ON exports_tps_ligneflux ({colonne})",
                )
                for index, colonne in INDEX.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="ligneflux",
                    name="bordereau",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes_flux",
                        to="grand_livre.bordereau",
                    ),
                ),
                migrations.AlterField(
                    model_name="ligneflux",
                    name="justificatif",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes_flux",
                        to="grand_livre.piecejustificative",
                    ),
                ),
                migrations.AlterField(
                    model_name="ligneflux",
                    name="piece",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes_flux",
                        to="grand_livre.piece",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="ligneflux",
            name="ligne_flux_bordereau_une_fois",
        ),
        migrations.RemoveConstraint(
            model_name="ligneflux",
            name="ligne_flux_piece_une_fois",
        ),
        migrations.RemoveConstraint(
            model_name="ligneflux",
            name="ligne_flux_justificatif_une_fois",
        ),
        migrations.AddIndex(
            model_name="ligneflux",
            index=models.Index(
                condition=models.Q(("bordereau__isnull", False)),
                fields=["bordereau"],
                name="ligne_flux_bordereau",
            ),
        ),
        migrations.AddIndex(
            model_name="ligneflux",
            index=models.Index(
                condition=models.Q(("piece__isnull", False)),
                fields=["piece"],
                name="ligne_flux_piece",
            ),
        ),
        migrations.AddIndex(
            model_name="ligneflux",
            index=models.Index(
                condition=models.Q(("justificatif__isnull", False)),
                fields=["justificatif"],
                name="ligne_flux_justificatif",
            ),
        ),
        migrations.AddConstraint(
            model_name="ligneflux",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bordereau__isnull", False), ("liberee_le__isnull", True)),
                fields=("bordereau",),
                name="ligne_flux_bordereau_une_fois",
                violation_error_message="Ce bordereau est déjà dans un flux.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ligneflux",
            constraint=models.UniqueConstraint(
                condition=models.Q(("liberee_le__isnull", True), ("piece__isnull", False)),
                fields=("piece",),
                name="ligne_flux_piece_une_fois",
                violation_error_message="Cette pièce est déjà dans un flux.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ligneflux",
            constraint=models.UniqueConstraint(
                condition=models.Q(("justificatif__isnull", False), ("liberee_le__isnull", True)),
                fields=("justificatif",),
                name="ligne_flux_justificatif_une_fois",
                violation_error_message="Cette pièce justificative est déjà dans un flux.",
            ),
        ),
    ]
