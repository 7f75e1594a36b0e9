"""Circuits for files of other software: presented, read and signed as bordereaux are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0006_depots_externes"),
        ("grand_livre", "0005_parapheur"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.RemoveConstraint(
                model_name="flux",
                name="flux_constitue_a_fichier",
            ),
            migrations.RemoveConstraint(
                model_name="flux",
                name="flux_transmis_a_date",
            ),
            migrations.AddField(
                model_name="lecturebordereau",
                name="depot",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lectures",
                    to="exports_tps.depotexterne",
                ),
            ),
            migrations.AddField(
                model_name="pieceexterne",
                name="code_service",
                field=models.CharField(
                    blank=True, default="", max_length=10, verbose_name="service"
                ),
            ),
            migrations.AddField(
                model_name="presentation",
                name="depot",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="presentations",
                    to="exports_tps.depotexterne",
                ),
            ),
            migrations.AddField(
                model_name="signaturebordereau",
                name="depot",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="signature",
                    to="exports_tps.depotexterne",
                ),
            ),
            migrations.AlterField(
                model_name="flux",
                name="etat",
                field=models.CharField(
                    choices=[
                        ("en_constitution", "En constitution"),
                        ("au_parapheur", "Au parapheur"),
                        ("constitue", "Constitué et contrôlé"),
                        ("transmis", "Transmis"),
                        ("acquitte", "Acquitté"),
                        ("acquitte_en_partie", "Acquitté en partie"),
                        ("refuse", "Refusé"),
                        ("en_erreur", "Écarté avant envoi"),
                    ],
                    default="en_constitution",
                    max_length=20,
                    verbose_name="état",
                ),
            ),
            migrations.AlterField(
                model_name="lecturebordereau",
                name="bordereau",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lectures",
                    to="grand_livre.bordereau",
                ),
            ),
            migrations.AlterField(
                model_name="presentation",
                name="bordereau",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="presentations",
                    to="grand_livre.bordereau",
                ),
            ),
            migrations.AlterField(
                model_name="signaturebordereau",
                name="bordereau",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="signature",
                    to="grand_livre.bordereau",
                ),
            ),
            migrations.AddConstraint(
                model_name="flux",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["en_constitution", "au_parapheur", "en_erreur"]),
                        models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("taille__gt", 0)),
                        _connector="OR",
                    ),
                    name="flux_constitue_a_fichier",
                    violation_error_message="Un flux constitué a un fichier et son empreinte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="flux",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["en_constitution", "au_parapheur", "en_erreur", "constitue"]),
                        ("transmis_le__isnull", False),
                        _connector="OR",
                    ),
                    name="flux_transmis_a_date",
                    violation_error_message="Un flux transmis porte sa date d’envoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lecturebordereau",
                constraint=models.UniqueConstraint(
                    fields=("depot", "lu_par", "empreinte"),
                    name="lecture_depot_une_fois",
                    violation_error_message="Cette lecture est déjà enregistrée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lecturebordereau",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("depot__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("depot__isnull", False)),
                        _connector="OR",
                    ),
                    name="lecture_un_objet",
                    violation_error_message="Une lecture est celle d’un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="presentation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("depot__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("depot__isnull", False)),
                        _connector="OR",
                    ),
                    name="presentation_un_objet",
                    violation_error_message="Une présentation est celle d’un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="signaturebordereau",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("depot__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("depot__isnull", False)),
                        _connector="OR",
                    ),
                    name="signature_un_objet",
                    violation_error_message="Une signature est celle d’un seul objet.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0007_circuits_des_depots")),
    ]
