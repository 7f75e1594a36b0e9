"""A request may be sent back to be completed; a corrected field keeps its former versions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fournisseurs", "0016_oppositions_figees"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Complement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("objet", models.CharField(max_length=30)),
                ("libelle", models.CharField(max_length=100, verbose_name="libellé")),
                ("motif", models.CharField(max_length=300)),
                ("le", models.DateTimeField(auto_now_add=True)),
                ("reponse", models.CharField(blank=True, max_length=500, verbose_name="réponse")),
                (
                    "repondu_le",
                    models.DateTimeField(blank=True, null=True, verbose_name="répondu le"),
                ),
            ],
            options={
                "verbose_name": "complément demandé",
                "verbose_name_plural": "compléments demandés",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="champmodifie",
            name="champ_modifie_une_fois",
        ),
        migrations.RemoveConstraint(
            model_name="demandeetablissement",
            name="demande_une_en_cours",
        ),
        migrations.RemoveConstraint(
            model_name="demandemodification",
            name="modification_une_par_etablissement",
        ),
        migrations.RemoveConstraint(
            model_name="demandemodification",
            name="modification_une_par_entreprise",
        ),
        migrations.AlterField(
            model_name="demandeetablissement",
            name="etat",
            field=models.CharField(
                choices=[
                    ("deposee", "Déposée"),
                    ("incomplete", "À compléter par le demandeur"),
                    ("acceptee", "Acceptée"),
                    ("refusee", "Refusée"),
                    ("retiree", "Retirée"),
                ],
                default="deposee",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AlterField(
            model_name="demandemodification",
            name="etat",
            field=models.CharField(
                choices=[
                    ("brouillon", "À confirmer par vous"),
                    ("deposee", "Déposée"),
                    ("incomplete", "À compléter par le demandeur"),
                    ("controlee", "Contrôlée par un premier agent"),
                    ("approuvee", "Approuvée, en délai de sécurité"),
                    ("appliquee", "Appliquée"),
                    ("refusee", "Refusée"),
                    ("retiree", "Retirée"),
                    ("contestee", "Contestée"),
                ],
                default="brouillon",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AddIndex(
            model_name="champmodifie",
            index=models.Index(fields=["demande", "champ", "id"], name="champ_modifie_versions"),
        ),
        migrations.AddConstraint(
            model_name="demandeetablissement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("etat__in", ("deposee", "incomplete"))),
                fields=("demandeur", "ridet"),
                name="demande_une_en_cours",
                violation_error_message="Vous avez déjà une demande en cours pour cet établissement.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandemodification",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("etat__in", ("deposee", "incomplete", "controlee", "approuvee", "contestee")),
                    models.Q(
                        (
                            "genre__in",
                            ("compte_principal", "nom", "forme_juridique", "representants"),
                        ),
                        _negated=True,
                    ),
                ),
                fields=("etablissement", "genre"),
                name="modification_une_par_etablissement",
                violation_error_message="Une demande est déjà en cours pour cette donnée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandemodification",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("etat__in", ("deposee", "incomplete", "controlee", "approuvee", "contestee")),
                    ("genre__in", ("compte_principal", "nom", "forme_juridique", "representants")),
                ),
                fields=("fournisseur", "genre"),
                name="modification_une_par_entreprise",
                violation_error_message="Une demande est déjà en cours pour cette donnée.",
            ),
        ),
        migrations.AddField(
            model_name="complement",
            name="demande",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complements",
                to="fournisseurs.demandeetablissement",
            ),
        ),
        migrations.AddField(
            model_name="complement",
            name="modification",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complements",
                to="fournisseurs.demandemodification",
                verbose_name="demande de modification",
            ),
        ),
        migrations.AddField(
            model_name="complement",
            name="par",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="complement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("demande__isnull", False), ("modification__isnull", True)),
                    models.Q(("demande__isnull", True), ("modification__isnull", False)),
                    _connector="OR",
                ),
                name="complement_d_une_demande",
                violation_error_message="Un complément se demande pour une seule demande.",
            ),
        ),
        migrations.AddConstraint(
            model_name="complement",
            constraint=models.CheckConstraint(
                condition=models.Q(("motif", ""), _negated=True),
                name="complement_motive",
                violation_error_message="Dites ce qui est à compléter.",
            ),
        ),
        migrations.AddConstraint(
            model_name="complement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("demande__isnull", False), ("repondu_le__isnull", True)),
                fields=("demande", "objet"),
                name="complement_attendu_une_fois",
                violation_error_message="Ce complément est déjà demandé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="complement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("modification__isnull", False), ("repondu_le__isnull", True)),
                fields=("modification", "objet"),
                name="complement_attendu_une_fois_par_modification",
                violation_error_message="Ce complément est déjà demandé.",
            ),
        ),
    ]
