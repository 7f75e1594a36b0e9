"""The journal of bank data takes the place of the trace of consultations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a journal that can be dropped proves nothing."""

    dependencies = [
        ("fournisseurs", "0004_mots_de_recherche"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EntreeJournal",
            fields=[
                (
                    "numero",
                    models.BigIntegerField(primary_key=True, serialize=False, verbose_name="n°"),
                ),
                ("acte", models.CharField(max_length=40)),
                ("le", models.DateTimeField(verbose_name="date et heure")),
                ("auteur", models.CharField(max_length=400)),
                (
                    "objet_type",
                    models.CharField(blank=True, max_length=60, verbose_name="nature de l’objet"),
                ),
                ("objet_id", models.BigIntegerField(null=True, verbose_name="clé de l’objet")),
                ("objet", models.CharField(blank=True, max_length=200)),
                ("iban", models.CharField(blank=True, max_length=40, verbose_name="IBAN masqué")),
                (
                    "ancien_iban",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="IBAN remplacé, masqué"
                    ),
                ),
                ("motif", models.TextField(blank=True)),
                (
                    "adresse_ip",
                    models.CharField(blank=True, max_length=45, verbose_name="adresse IP"),
                ),
                (
                    "requete",
                    models.CharField(
                        blank=True, max_length=32, verbose_name="identifiant de requête"
                    ),
                ),
                (
                    "precedente",
                    models.CharField(
                        max_length=64, verbose_name="empreinte de l’entrée précédente"
                    ),
                ),
                ("empreinte", models.CharField(max_length=64)),
                (
                    "fournisseur",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entrees_journal",
                        to="fournisseurs.fournisseur",
                    ),
                ),
                (
                    "par",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
            ],
            options={
                "verbose_name": "entrée du journal",
                "verbose_name_plural": "entrées du journal",
                "ordering": ["numero"],
            },
        ),
        migrations.DeleteModel(
            name="ConsultationDonnees",
        ),
        migrations.AddIndex(
            model_name="entreejournal",
            index=models.Index(fields=["acte", "-numero"], name="entree_journal_acte"),
        ),
        migrations.AddIndex(
            model_name="entreejournal",
            index=models.Index(fields=["le"], name="entree_journal_le"),
        ),
        migrations.AddIndex(
            model_name="entreejournal",
            index=models.Index(fields=["objet_type", "objet_id"], name="entree_journal_objet"),
        ),
        migrations.AddConstraint(
            model_name="entreejournal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("iban__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                    models.Q(("ancien_iban__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                    models.Q(("objet__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                    models.Q(("motif__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                ),
                name="entree_journal_sans_iban_en_clair",
                violation_error_message="Le journal ne contient aucun IBAN en clair.",
            ),
        ),
        migrations.RunPython(poser(__file__, "0005_journal")),
    ]
