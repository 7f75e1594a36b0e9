"""Requests of debtors, échéanciers, payment links; their triggers."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import facturier.commun.champs
from facturier.commun.sql import Ensemble, avec_declencheurs, poser


def constater(apps, schema_editor):
    """An attempt made before was for the whole of what was owed, or typed at the counter."""
    apps.get_model("telepaiement", "Tentative").objects.update(reste_constate=F("montant"))


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0004_regies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="PassageDemandeRedevable",
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
                ],
                options={
                    "verbose_name": "passage de demande d’un redevable",
                    "verbose_name_plural": "passages de demandes de redevables",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageEcheancier",
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
                ],
                options={
                    "verbose_name": "passage d’échéancier",
                    "verbose_name_plural": "passages d’échéanciers",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="RelanceEcheance",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "courriel",
                        models.EmailField(max_length=254, verbose_name="adresse électronique"),
                    ),
                    (
                        "envoyee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="envoyée le"),
                    ),
                ],
                options={
                    "verbose_name": "relance d’échéance",
                    "verbose_name_plural": "relances d’échéances",
                },
            ),
            migrations.CreateModel(
                name="DemandeRedevable",
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
                                ("contestation", "Contestation"),
                                ("echeancier", "Paiement en plusieurs fois"),
                                ("rattachement", "Rattachement à un compte"),
                            ],
                            max_length=15,
                        ),
                    ),
                    ("annee", models.PositiveSmallIntegerField(verbose_name="année")),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    (
                        "texte",
                        models.TextField(max_length=2000, verbose_name="ce que vous demandez"),
                    ),
                    (
                        "nombre_souhaite",
                        models.PositiveSmallIntegerField(
                            blank=True, null=True, verbose_name="nombre d’échéances souhaité"
                        ),
                    ),
                    (
                        "courriel",
                        models.EmailField(
                            blank=True, max_length=254, verbose_name="adresse électronique"
                        ),
                    ),
                    (
                        "deposee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="déposée le"),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("deposee", "Déposée"),
                                ("en_instruction", "En cours d’examen"),
                                ("acceptee", "Acceptée"),
                                ("refusee", "Refusée"),
                                ("retiree", "Retirée"),
                            ],
                            default="deposee",
                            max_length=15,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "reponse",
                        models.TextField(blank=True, max_length=2000, verbose_name="réponse"),
                    ),
                    (
                        "decidee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="décidée le"),
                    ),
                    (
                        "decidee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "demandeur",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="demandes_redevable",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="demandes",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "demande d’un redevable",
                    "verbose_name_plural": "demandes de redevables",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Echeancier",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant étalé"
                        ),
                    ),
                    (
                        "accorde_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="accordé le"),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("prepare", "En préparation"),
                                ("en_cours", "En cours"),
                                ("solde", "Soldé"),
                                ("rompu", "Rompu"),
                            ],
                            default="prepare",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "accorde_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "demande",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="echeancier",
                            to="telepaiement.demanderedevable",
                        ),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="echeanciers",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "échéancier",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Echeance",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    ("le", models.DateField(verbose_name="à payer avant le")),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "echeancier",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="echeances",
                            to="telepaiement.echeancier",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "échéance",
                    "ordering": ["echeancier", "rang"],
                },
            ),
            migrations.CreateModel(
                name="LienPaiement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "identifiant",
                        models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                    ),
                    (
                        "cree_le",
                        models.DateTimeField(
                            default=django.utils.timezone.now, verbose_name="créé le"
                        ),
                    ),
                    ("expire_le", models.DateTimeField(verbose_name="expire le")),
                    (
                        "revoque_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="révoqué le"),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="liens_paiement",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "lien de paiement",
                    "verbose_name_plural": "liens de paiement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="passagedemanderedevable",
                name="demande",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.demanderedevable",
                ),
            ),
            migrations.AddField(
                model_name="passagedemanderedevable",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passageecheancier",
                name="echeancier",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.echeancier",
                ),
            ),
            migrations.AddField(
                model_name="passageecheancier",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="relanceecheance",
                name="echeance",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="relance",
                    to="telepaiement.echeance",
                ),
            ),
            migrations.AddIndex(
                model_name="demanderedevable",
                index=models.Index(fields=["etat", "-id"], name="demande_redevable_etat"),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.UniqueConstraint(
                    fields=("annee", "numero"),
                    name="demande_redevable_numero_unique",
                    violation_error_message="Ce numéro de demande est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("etat__in", ["deposee", "en_instruction"]),
                        models.Q(("nature", "rattachement"), _negated=True),
                    ),
                    fields=("titre", "nature"),
                    name="demande_redevable_une_ouverte",
                    violation_error_message="Une demande de cette sorte est déjà en cours d’examen.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("nature", "rattachement"),
                        ("etat__in", ["acceptee", "deposee", "en_instruction"]),
                    ),
                    fields=("titre", "demandeur"),
                    name="demande_redevable_un_rattachement",
                    violation_error_message="Votre compte est déjà rattaché, ou va l’être.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("nature", "echeancier"),
                            ("nombre_souhaite__gte", 2),
                            ("nombre_souhaite__lte", 24),
                        ),
                        models.Q(
                            models.Q(("nature", "echeancier"), _negated=True),
                            ("nombre_souhaite__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="demande_redevable_nombre",
                    violation_error_message="Une demande de paiement en plusieurs fois dit en combien de fois.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("nature", "rattachement"), _negated=True),
                        ("demandeur__isnull", False),
                        _connector="OR",
                    ),
                    name="demande_redevable_rattache_un_compte",
                    violation_error_message="Un rattachement se demande depuis un compte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.CheckConstraint(
                    condition=models.Q(("texte", ""), _negated=True),
                    name="demande_redevable_a_texte",
                    violation_error_message="Une demande dit ce qu’elle demande.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat__in", ["acceptee", "refusee"]), _negated=True),
                        models.Q(
                            models.Q(("reponse", ""), _negated=True),
                            ("decidee_le__isnull", False),
                            ("decidee_par__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="demande_redevable_decidee_motivee",
                    violation_error_message="Une décision dit son motif, son auteur et sa date.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demanderedevable",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "etat__in",
                            ["deposee", "en_instruction", "acceptee", "refusee", "retiree"],
                        )
                    ),
                    name="demande_redevable_etat_connu",
                    violation_error_message="Cet état de demande n’existe pas.",
                ),
            ),
            migrations.AddIndex(
                model_name="echeancier",
                index=models.Index(
                    condition=models.Q(("etat", "en_cours")),
                    fields=["titre"],
                    name="echeancier_en_cours",
                ),
            ),
            migrations.AddConstraint(
                model_name="echeancier",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat__in", ["en_cours", "prepare"])),
                    fields=("titre",),
                    name="echeancier_un_en_cours",
                    violation_error_message="Un échéancier est déjà en cours pour ce titre.",
                ),
            ),
            migrations.AddConstraint(
                model_name="echeancier",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="echeancier_montant_positif",
                    violation_error_message="Un échéancier étale une somme due.",
                ),
            ),
            migrations.AddConstraint(
                model_name="echeancier",
                constraint=models.CheckConstraint(
                    condition=models.Q(("etat__in", ["prepare", "en_cours", "solde", "rompu"])),
                    name="echeancier_etat_connu",
                    violation_error_message="Cet état d’échéancier n’existe pas.",
                ),
            ),
            migrations.AddConstraint(
                model_name="echeance",
                constraint=models.UniqueConstraint(
                    fields=("echeancier", "rang"),
                    name="echeance_rang_unique",
                    violation_error_message="Deux échéances n’ont pas le même rang.",
                ),
            ),
            migrations.AddConstraint(
                model_name="echeance",
                constraint=models.UniqueConstraint(
                    fields=("echeancier", "le"),
                    name="echeance_jour_unique",
                    violation_error_message="Deux échéances ne tombent pas le même jour.",
                ),
            ),
            migrations.AddConstraint(
                model_name="echeance",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0), ("rang__gt", 0)),
                    name="echeance_montant_positif",
                    violation_error_message="Une échéance est d’un franc au moins.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lienpaiement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("expire_le__gt", models.F("cree_le"))),
                    name="lien_paiement_expire",
                    violation_error_message="Un lien de paiement expire.",
                ),
            ),
        ),
        *avec_declencheurs(
            migrations.AddField(
                model_name="tentative",
                name="reste_constate",
                field=facturier.commun.champs.MontantField(
                    default=0,
                    help_text="en francs CFP, sans décimale",
                    verbose_name="reste dû quand le montant fut choisi",
                ),
                preserve_default=False,
            ),
            migrations.AddField(
                model_name="tentative",
                name="lien",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="tentatives",
                    to="telepaiement.lienpaiement",
                ),
            ),
            migrations.RunPython(constater),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__lte", models.F("reste_constate"))),
                    name="tentative_dans_le_reste",
                    violation_error_message="Un paiement ne dépasse pas ce qui est dû.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0005_redevables")),
    ]
