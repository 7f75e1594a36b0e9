"""What a message leaves for a person becomes rows, which are settled one by one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs, poser

LOT = 1000


def reprendre(apps, schema_editor):
    """Make a row of each line told of a message so far, and of what prevented it."""
    message_tps = apps.get_model("exports_tps", "MessageTPS")
    reserve = apps.get_model("exports_tps", "Reserve")
    lot = []
    for message in message_tps.objects.order_by("pk").iterator(chunk_size=LOT):
        lot += [
            reserve(message_id=message.pk, nature="contradiction", texte=texte)
            for texte in message.reserves_dites.splitlines()
            if texte.strip()
        ]
        if message.erreur and not message.nom.endswith((".ocr", ".ocre")):
            lot.append(reserve(message_id=message.pk, nature="ecarte", texte=message.erreur))
        if len(lot) >= LOT:
            reserve.objects.bulk_create(lot)
            lot.clear()
    reserve.objects.bulk_create(lot)


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0006_depots_signes"),
        ("grand_livre", "0005_suite_des_bordereaux"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        SansPerdreLesDeclencheurs(
            migrations.RenameField("messagetps", "reserves", "reserves_dites"),
        ),
        migrations.CreateModel(
            name="TraitementReserve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("commentaire", models.CharField(help_text="ce qui a été fait", max_length=400)),
                ("traite_le", models.DateTimeField(auto_now_add=True, verbose_name="traité le")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="traitements",
                        to="exports_tps.messagetps",
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
                "verbose_name": "traitement de réserves",
                "verbose_name_plural": "traitements de réserves",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Reserve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("ecarte", "Fichier non appliqué"),
                            ("inconnu", "Inconnu ici"),
                            ("incoherent", "Incompréhensible"),
                            ("contradiction", "Contradiction"),
                            ("montant", "Montant à vérifier"),
                            ("instance", "Mise en instance"),
                            ("non_comptabilise", "Non comptabilisé"),
                            ("document", "Document"),
                        ],
                        max_length=16,
                    ),
                ),
                ("texte", models.TextField(help_text="ce qui est dit, et ce qu’il faut faire")),
                (
                    "constatee_le",
                    models.DateTimeField(auto_now_add=True, verbose_name="constatée le"),
                ),
                (
                    "bordereau",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grand_livre.bordereau",
                    ),
                ),
                (
                    "justificatif",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grand_livre.piecejustificative",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserves",
                        to="exports_tps.messagetps",
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grand_livre.piece",
                    ),
                ),
                (
                    "traitement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserves",
                        to="exports_tps.traitementreserve",
                    ),
                ),
            ],
            options={
                "verbose_name": "réserve",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="traitementreserve",
            constraint=models.CheckConstraint(
                condition=models.Q(("commentaire", ""), _negated=True),
                name="traitement_reserve_commente",
                violation_error_message="Dites comment la réserve a été traitée.",
            ),
        ),
        migrations.AddIndex(
            model_name="reserve",
            index=models.Index(fields=["message", "id"], name="reserve_message"),
        ),
        migrations.AddIndex(
            model_name="reserve",
            index=models.Index(
                condition=models.Q(("traitement__isnull", True)),
                fields=["message"],
                name="reserve_ouverte",
            ),
        ),
        migrations.AddConstraint(
            model_name="reserve",
            constraint=models.CheckConstraint(
                condition=models.Q(("texte", ""), _negated=True),
                name="reserve_dite",
                violation_error_message="Une réserve dit ce qui reste à examiner.",
            ),
        ),
        migrations.RunPython(reprendre),
        SansPerdreLesDeclencheurs(
            migrations.RemoveField("messagetps", "reserves_dites"),
        ),
        migrations.RunPython(poser(__file__, "0007_reserves")),
    ]
