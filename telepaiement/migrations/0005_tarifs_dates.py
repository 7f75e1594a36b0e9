"""A tariff has its days and the délibération that founds it; a change of price is a new row."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

import facturier.commun.champs
from facturier.commun.sql import poser


def reprendre(apps, schema_editor):
    """Keep the prices published so far, from today, in the name of the first account."""
    personne = apps.get_model("acces", "Utilisateur")
    tarif = apps.get_model("telepaiement", "Tarif")
    for produit in apps.get_model("telepaiement", "Produit").objects.exclude(tarif=None):
        tarif.objects.create(
            produit=produit,
            montant=produit.tarif,
            debut=timezone.localdate(),
            deliberation="Tarif publié avant la tenue des délibérations",
            par=personne.objects.order_by("pk").first(),
        )


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("telepaiement", "0004_virements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tarif",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "montant",
                    facturier.commun.champs.MontantField(help_text="en francs CFP, sans décimale"),
                ),
                ("debut", models.DateField(verbose_name="à partir du")),
                ("fin", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                ("deliberation", models.CharField(max_length=100, verbose_name="délibération")),
                ("le", models.DateTimeField(auto_now_add=True, verbose_name="publié le")),
                (
                    "deliberation_fin",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="délibération qui y met fin"
                    ),
                ),
                ("clos_le", models.DateTimeField(blank=True, null=True, verbose_name="clos le")),
            ],
            options={
                "verbose_name": "tarif",
                "ordering": ["produit__code", "-debut", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="tarif",
            name="clos_par",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tarif",
            name="par",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tarif",
            name="produit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tarifs",
                to="telepaiement.produit",
            ),
        ),
        migrations.AddConstraint(
            model_name="tarif",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("montant__gt", 0), models.Q(("deliberation", ""), _negated=True)
                ),
                name="tarif_positif_fonde",
                violation_error_message="Un tarif a un montant et la délibération qui le fonde.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tarif",
            constraint=models.CheckConstraint(
                condition=models.Q(fin__isnull=True, clos_le__isnull=True, clos_par__isnull=True)
                | models.Q(fin__isnull=False, clos_le__isnull=False, clos_par__isnull=False)
                & ~models.Q(deliberation_fin=""),
                name="tarif_clos_par_deliberation",
                violation_error_message="Un tarif se clôt par une délibération.",
            ),
        ),
        migrations.RunPython(reprendre),
        migrations.RemoveConstraint(
            model_name="produit",
            name="produit_tarif_positif",
        ),
        migrations.RemoveField(
            model_name="produit",
            name="tarif",
        ),
        migrations.RunPython(poser(__file__, "0005_tarifs_dates")),
    ]
