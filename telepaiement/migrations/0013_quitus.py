"""The quitus of a régisseur who left."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import SansPerdreLesDeclencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("telepaiement", "0012_feuillets_repris"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        SansPerdreLesDeclencheurs(
            migrations.CreateModel(
                name="Quitus",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("avise", "Avis du comptable rendu"),
                                ("accorde", "Quitus donné"),
                                ("refuse", "Quitus refusé"),
                            ],
                            default="avise",
                            max_length=8,
                            verbose_name="état",
                        ),
                    ),
                    ("est_favorable", models.BooleanField(verbose_name="avis favorable")),
                    ("avis", models.TextField(blank=True)),
                    (
                        "avis_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="avis rendu le"),
                    ),
                    ("motif_refus", models.TextField(blank=True, verbose_name="motif du refus")),
                    ("decide_le", models.DateTimeField(null=True, verbose_name="décidé le")),
                    ("numero", models.PositiveIntegerField(null=True, verbose_name="numéro")),
                    (
                        "cautionnement_libere",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="cautionnement libéré",
                        ),
                    ),
                    (
                        "avis_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "decide_par",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "nomination",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="quitus",
                            to="telepaiement.nomination",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "quitus",
                    "verbose_name_plural": "quitus",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="PassageQuitus",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("acte", models.CharField(max_length=40)),
                    ("depart", models.CharField(max_length=30, verbose_name="état de départ")),
                    ("arrivee", models.CharField(max_length=30, verbose_name="état d’arrivée")),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    ("motif", models.TextField(blank=True)),
                    (
                        "par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "quitus",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.quitus",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de quitus",
                    "verbose_name_plural": "passages de quitus",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddConstraint(
                model_name="quitus",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "refuse"), _negated=True),
                    fields=("nomination",),
                    name="quitus_un_par_nomination",
                    violation_error_message="Un avis attend déjà sa décision, ou le quitus est donné.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quitus",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("est_favorable", True),
                        models.Q(("avis", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="quitus_avis_motive",
                    violation_error_message="Un avis défavorable dit pourquoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quitus",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("decide_le__isnull", True),
                            ("decide_par__isnull", True),
                            ("etat", "avise"),
                        ),
                        models.Q(
                            models.Q(("etat", "avise"), _negated=True),
                            ("decide_le__isnull", False),
                            ("decide_par__isnull", False),
                            models.Q(("decide_par", models.F("avis_par")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="quitus_deux_personnes",
                    violation_error_message="Le quitus est donné ou refusé par une autre personne que celle qui a rendu l’avis.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quitus",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("est_favorable", True), ("etat", "accorde"), ("numero__isnull", False)
                        ),
                        models.Q(
                            models.Q(("etat", "accorde"), _negated=True),
                            ("cautionnement_libere__isnull", True),
                            ("numero__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="quitus_sur_avis_favorable",
                    violation_error_message="Le quitus est numéroté, et suit un avis favorable.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quitus",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "refuse"), _negated=True),
                        models.Q(("motif_refus", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="quitus_refus_motive",
                    violation_error_message="Un refus de quitus dit pourquoi.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0013_quitus")),
    ]
