"""A signature may be withdrawn before anything left: a bordereau then has several, one of them live."""

import django.db.models.deletion
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: withdrawn signatures stay on record."""

    dependencies = [
        ("exports_tps", "0010_recettes_percues"),
        ("grand_livre", "0005_parapheur"),
    ]

    operations = [
        *avec_declencheurs(
            migrations.AddField(
                model_name="signaturebordereau",
                name="retiree_le",
                field=models.DateTimeField(
                    blank=True,
                    help_text="seulement avant que rien ne parte",
                    null=True,
                    verbose_name="retirée le",
                ),
            ),
            migrations.AlterField(
                model_name="signaturebordereau",
                name="bordereau",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="signatures",
                    to="grand_livre.bordereau",
                ),
            ),
            migrations.AddConstraint(
                model_name="signaturebordereau",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("retiree_le__isnull", True)),
                    fields=("bordereau",),
                    name="signature_une_par_bordereau",
                    violation_error_message="Ce bordereau est déjà signé.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0011_signatures_retirees")),
    ]
