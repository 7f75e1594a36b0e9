"""A versement is cancelled before it is received; a month of a régie is justified."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0002_invariants"),
        ("telepaiement", "0002_invariants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EtatMensuel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mois", models.DateField(help_text="son premier jour", verbose_name="mois")),
                (
                    "total",
                    facturier.commun.champs.MontantField(help_text="en francs CFP, sans décimale"),
                ),
                ("etabli_le", models.DateTimeField(auto_now_add=True, verbose_name="établi le")),
            ],
            options={
                "verbose_name": "état mensuel de régie",
                "verbose_name_plural": "états mensuels de régie",
                "ordering": ["-mois"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="versementregie",
            name="versement_regie_recu_ecrit",
        ),
        migrations.AddField(
            model_name="versementregie",
            name="coupures",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="chequeverse",
            name="encaissement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cheques_verses",
                to="telepaiement.encaissement",
            ),
        ),
        migrations.AlterField(
            model_name="comblementverse",
            name="comblement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="verses",
                to="telepaiement.comblementdeficit",
            ),
        ),
        migrations.AlterField(
            model_name="sessionversee",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versees",
                to="telepaiement.sessioncaisse",
            ),
        ),
        migrations.AlterField(
            model_name="versementregie",
            name="etat",
            field=models.CharField(
                choices=[
                    ("etabli", "Établi"),
                    ("recu", "Reçu par la Trésorerie"),
                    ("annule", "Annulé"),
                ],
                default="etabli",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="versementregie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ecriture__isnull", True), ("etat__in", ["etabli", "annule"])),
                    models.Q(
                        ("etat", "recu"),
                        models.Q(("recepisse", ""), _negated=True),
                        models.Q(("especes", 0), ("ecriture__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="versement_regie_recu_ecrit",
                violation_error_message="Un versement reçu a un récépissé et son écriture.",
            ),
        ),
        migrations.AddField(
            model_name="etatmensuel",
            name="par",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="etatmensuel",
            name="regie",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="etats_mensuels",
                to="telepaiement.regie",
            ),
        ),
        migrations.AddConstraint(
            model_name="etatmensuel",
            constraint=models.UniqueConstraint(
                fields=("regie", "mois"),
                name="etat_mensuel_unique",
                violation_error_message="L’état de ce mois est déjà établi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="etatmensuel",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gte", 0), ("mois__day", 1)),
                name="etat_mensuel_d_un_mois",
                violation_error_message="Un état est celui d’un mois, qui a son total.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0003_versements_annules")),
    ]
