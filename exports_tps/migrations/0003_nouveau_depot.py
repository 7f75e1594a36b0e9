"""A flux that vanished before the treasury took it may be deposited again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser

PARTIES = ("reussie", "deja_present", "retiree")


def une_fois(nom, objet, issues, message):
    """The same limit for the first deposit of a flux and for each new one."""
    return models.UniqueConstraint(
        fields=[objet],
        condition=models.Q(issue__in=issues, nouveau_depot__isnull=objet == "flux"),
        name=f"transmission_{nom}",
        violation_error_message=message,
    )


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0002_invariants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="NouveauDepot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rang", models.PositiveSmallIntegerField(help_text="2 pour le deuxième dépôt")),
                ("motif", models.CharField(max_length=400)),
                ("demande_le", models.DateTimeField(verbose_name="demandé le")),
                (
                    "flux",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nouveaux_depots",
                        to="exports_tps.flux",
                    ),
                ),
                (
                    "par",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "nouveau dépôt",
                "verbose_name_plural": "nouveaux dépôts",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["flux", "rang"],
                        name="nouveau_depot_rang_unique",
                        violation_error_message="Un nouveau dépôt de ce flux est déjà demandé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(rang__gte=2) & ~models.Q(motif=""),
                        name="nouveau_depot_motive",
                        violation_error_message="Un nouveau dépôt porte son rang et son motif.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="transmission",
            name="nouveau_depot",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transmissions",
                to="exports_tps.nouveaudepot",
            ),
        ),
        migrations.RemoveConstraint("transmission", "transmission_engagee_une_fois"),
        migrations.RemoveConstraint("transmission", "transmission_partie_une_fois"),
        *(
            migrations.AddConstraint(
                "transmission", une_fois(f"{nom}{suffixe}", objet, issues, message)
            )
            for objet, suffixe in (("flux", ""), ("nouveau_depot", "_de_nouveau"))
            for nom, issues, message in (
                ("engagee_une_fois", ("engagee",), "Une copie de ce flux est déjà prête à partir."),
                ("partie_une_fois", PARTIES, "Ce flux est déjà parti."),
            )
        ),
        migrations.RunPython(poser(__file__, "0003_nouveau_depot")),
    ]
