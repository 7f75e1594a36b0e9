"""Verifications of signatures, kept with their proof."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0008_annonces_du_parapheur"),
        ("grand_livre", "0005_parapheur"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VerificationSignatures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("constitution", "À la constitution du fichier"),
                            ("rendu", "Signature faite ailleurs, rendue"),
                            ("demande", "Sur demande"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(max_length=64, verbose_name="empreinte de ce qui est vérifié"),
                ),
                ("est_intacte", models.BooleanField(verbose_name="intacte")),
                ("anomalies", models.TextField(blank=True, help_text="une par ligne")),
                (
                    "signatures",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="de chacune : cible, empreinte, moment, titulaire, certificat et sa validité",
                    ),
                ),
                (
                    "autorites",
                    models.CharField(
                        help_text="SHA-256, en DER",
                        max_length=64,
                        verbose_name="empreinte des autorités de confiance",
                    ),
                ),
                (
                    "avec_schemas",
                    models.BooleanField(verbose_name="contrôlé par les schémas officiels"),
                ),
                ("faite_le", models.DateTimeField(auto_now_add=True, verbose_name="faite le")),
                (
                    "bordereau",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="grand_livre.bordereau",
                    ),
                ),
                (
                    "flux",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
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
                "verbose_name": "vérification de signatures",
                "verbose_name_plural": "vérifications de signatures",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bordereau__isnull", True), ("flux__isnull", False)),
                            models.Q(("bordereau__isnull", False), ("flux__isnull", True)),
                            _connector="OR",
                        ),
                        name="verification_un_objet",
                        violation_error_message="Une vérification est celle d’un seul objet.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("anomalies", ""), ("est_intacte", True)),
                            models.Q(
                                ("est_intacte", False), models.Q(("anomalies", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="verification_dit_ce_qui_ne_va_pas",
                        violation_error_message="Une vérification qui échoue dit pourquoi.",
                    ),
                ],
            },
        ),
        migrations.RunPython(poser(__file__, "0009_verifications_conservees")),
    ]
