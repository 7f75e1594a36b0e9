"""Money back by transfer, classings undone, sales given back by the provider."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs, poser


class Migration(migrations.Migration):
    """Not reversible, as what it records."""

    dependencies = [
        ("grand_livre", "0002_invariants"),
        ("telepaiement", "0003_versements_annules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        SansPerdreLesDeclencheurs(
            migrations.CreateModel(
                name="RetourVente",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    "verbose_name": "retour de vente",
                    "verbose_name_plural": "retours de vente",
                },
            ),
            migrations.AddField(
                model_name="rapprochementbancaire",
                name="remboursement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapprochements",
                    to="telepaiement.remboursement",
                ),
            ),
            migrations.AlterField(
                model_name="encaissement",
                name="provenance",
                field=models.ForeignKey(
                    help_text="recette à classer que celui-ci affecte",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="classements",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AlterField(
                model_name="rapprochementbancaire",
                name="nature",
                field=models.CharField(
                    choices=[
                        ("versement", "Versement de la passerelle"),
                        ("remise_tpe", "Remise du terminal bancaire"),
                        ("remise_cheques", "Remise de chèques"),
                        ("virement", "Virement déjà constaté au guichet"),
                        ("titre", "Virement pour un titre"),
                        ("commission", "Commission prise à part"),
                        ("remboursement", "Remboursement par virement"),
                    ],
                    max_length=15,
                ),
            ),
            migrations.CreateModel(
                name="OrdreVirement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("annee", models.PositiveSmallIntegerField(verbose_name="année")),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    (
                        "titulaire",
                        models.CharField(max_length=32, verbose_name="titulaire du compte"),
                    ),
                    ("iban", models.CharField(max_length=34, verbose_name="IBAN")),
                    ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                    (
                        "est_verifie",
                        models.BooleanField(default=False, verbose_name="compte vérifié"),
                    ),
                    (
                        "courriel",
                        models.EmailField(
                            blank=True, max_length=254, verbose_name="adresse à prévenir"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ordre de virement",
                    "verbose_name_plural": "ordres de virement",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("annee", "numero"),
                            name="ordre_virement_numero_unique",
                            violation_error_message="Ce numéro d’ordre de virement est déjà pris.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("numero__gt", 0),
                                models.Q(("titulaire", ""), _negated=True),
                                ("iban__regex", "^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$"),
                            ),
                            name="ordre_virement_compte",
                            violation_error_message="Un ordre de virement a un titulaire et un IBAN.",
                        ),
                    ],
                },
            ),
            migrations.AddField(
                model_name="remboursement",
                name="virement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="remboursements",
                    to="telepaiement.ordrevirement",
                ),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("virement__isnull", False)),
                    fields=("virement",),
                    name="remboursement_virement_unique",
                    violation_error_message="Cet ordre de virement sert déjà.",
                ),
            ),
            migrations.AddField(
                model_name="retourvente",
                name="ecriture",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="retour_vente",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="retourvente",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="retourvente",
                name="remboursement",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="retour",
                    to="telepaiement.remboursement",
                ),
            ),
            migrations.AddField(
                model_name="retourvente",
                name="titre",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="retours_ventes",
                    to="grand_livre.titre",
                ),
            ),
            migrations.AddConstraint(
                model_name="retourvente",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="retour_vente_a_motif",
                    violation_error_message="Le report d’un remboursement a un motif.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0004_virements")),
    ]
