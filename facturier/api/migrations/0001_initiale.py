import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("facturier", "0001_initiale"),
        ("fournisseurs", "0001_initiale"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="CleApi",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nom", models.CharField(help_text="le logiciel qui s’en sert", max_length=60)),
                    (
                        "prefixe",
                        models.CharField(max_length=8, unique=True, verbose_name="préfixe"),
                    ),
                    ("empreinte", models.CharField(max_length=64)),
                    ("a_portee_lire", models.BooleanField(default=False, verbose_name="peut lire")),
                    (
                        "a_portee_deposer",
                        models.BooleanField(default=False, verbose_name="peut déposer"),
                    ),
                    (
                        "a_portee_completer",
                        models.BooleanField(default=False, verbose_name="peut compléter"),
                    ),
                    (
                        "a_portee_retirer",
                        models.BooleanField(default=False, verbose_name="peut retirer"),
                    ),
                    ("creee_le", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                    ("expire_le", models.DateTimeField(verbose_name="expire le")),
                    (
                        "revoquee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="révoquée le"),
                    ),
                    (
                        "utilisee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="utilisée le"),
                    ),
                    (
                        "utilisee_depuis",
                        models.CharField(
                            blank=True, max_length=45, verbose_name="depuis l’adresse"
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cles_api",
                            to="fournisseurs.etablissement",
                            verbose_name="établissement",
                        ),
                    ),
                    (
                        "revoquee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "titulaire",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cles_api",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "clé d’API",
                    "verbose_name_plural": "clés d’API",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="EnvoiWebhook",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("cree_le", models.DateTimeField(verbose_name="créé le")),
                    ("prochain_essai_le", models.DateTimeField(verbose_name="prochain essai le")),
                    (
                        "nombre_essais",
                        models.PositiveSmallIntegerField(default=0, verbose_name="nombre d’essais"),
                    ),
                    (
                        "livre_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="livré le"),
                    ),
                    (
                        "abandonne_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="abandonné le"),
                    ),
                    (
                        "demande_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "passage",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="envois",
                            to="facturier.passagefacture",
                        ),
                    ),
                    (
                        "rejoue",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rejeux",
                            to="api.envoiwebhook",
                            verbose_name="rejoue",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "envoi de webhook",
                    "verbose_name_plural": "envois de webhook",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="EssaiWebhook",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("le", models.DateTimeField()),
                    (
                        "duree_ms",
                        models.PositiveIntegerField(verbose_name="durée en millisecondes"),
                    ),
                    (
                        "statut",
                        models.PositiveSmallIntegerField(
                            blank=True, null=True, verbose_name="statut HTTP"
                        ),
                    ),
                    ("erreur", models.CharField(blank=True, max_length=200)),
                    (
                        "envoi",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="essais",
                            to="api.envoiwebhook",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "essai de webhook",
                    "verbose_name_plural": "essais de webhook",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RequeteIdempotente",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "identifiant",
                        models.CharField(help_text="en-tête Idempotency-Key", max_length=128),
                    ),
                    (
                        "empreinte",
                        models.CharField(max_length=64, verbose_name="empreinte de la requête"),
                    ),
                    (
                        "statut",
                        models.PositiveSmallIntegerField(
                            null=True, verbose_name="statut de la réponse"
                        ),
                    ),
                    ("corps", models.JSONField(null=True, verbose_name="corps de la réponse")),
                    ("recue_le", models.DateTimeField(auto_now_add=True, verbose_name="reçue le")),
                    (
                        "cle",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="requetes",
                            to="api.cleapi",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "requête idempotente",
                    "verbose_name_plural": "requêtes idempotentes",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Webhook",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("adresse", models.CharField(max_length=500)),
                    (
                        "etats",
                        models.CharField(
                            blank=True,
                            help_text="codes entre virgules, virgule au début et à la fin ; vide : tous",
                            max_length=400,
                            verbose_name="états annoncés",
                        ),
                    ),
                    ("secret_chiffre", models.TextField(verbose_name="secret chiffré")),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                    (
                        "resilie_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="résilié le"),
                    ),
                    (
                        "cree_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="webhooks",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="webhooks",
                            to="fournisseurs.etablissement",
                            verbose_name="établissement",
                        ),
                    ),
                    (
                        "resilie_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "webhook",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="envoiwebhook",
                name="webhook",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="envois",
                    to="api.webhook",
                ),
            ),
            migrations.AddConstraint(
                model_name="cleapi",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("prefixe__regex", "^[0-9a-z]{8}$"), ("empreinte__regex", "^[0-9a-f]{64}$")
                    ),
                    name="cle_api_empreinte",
                    violation_error_message="Une clé a un préfixe et une empreinte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="cleapi",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("a_portee_lire", True),
                        ("a_portee_deposer", True),
                        ("a_portee_completer", True),
                        ("a_portee_retirer", True),
                        _connector="OR",
                    ),
                    name="cle_api_a_une_portee",
                    violation_error_message="Une clé permet au moins une chose.",
                ),
            ),
            migrations.AddConstraint(
                model_name="cleapi",
                constraint=models.CheckConstraint(
                    condition=models.Q(("expire_le__gt", models.F("creee_le"))),
                    name="cle_api_expire_apres",
                    violation_error_message="Une clé expire après avoir été créée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="cleapi",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("revoquee_le__isnull", True), ("revoquee_par__isnull", True)),
                        models.Q(("revoquee_le__isnull", False), ("revoquee_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="cle_api_revoquee_par_quelqu_un",
                    violation_error_message="Une clé révoquée dit quand et par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="essaiwebhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("statut__isnull", False),
                        models.Q(("erreur", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="essai_webhook_dit_quoi",
                    violation_error_message="Un essai a une réponse ou une erreur.",
                ),
            ),
            migrations.AddIndex(
                model_name="requeteidempotente",
                index=models.Index(fields=["recue_le"], name="requete_idempotente_recue"),
            ),
            migrations.AddConstraint(
                model_name="requeteidempotente",
                constraint=models.UniqueConstraint(
                    fields=("cle", "identifiant"),
                    name="requete_idempotente_unique",
                    violation_error_message="Cet identifiant a déjà servi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="requeteidempotente",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("statut__isnull", True),
                        models.Q(("statut__gte", 200), ("statut__lt", 300)),
                        _connector="OR",
                    ),
                    name="requete_idempotente_reussie",
                    violation_error_message="Seule une requête réussie est gardée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="webhook",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("resilie_le__isnull", True)),
                    fields=("etablissement", "adresse"),
                    name="webhook_adresse_unique",
                    violation_error_message="Cette adresse est déjà déclarée pour l’établissement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="webhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(("adresse__regex", "^https?://")),
                    name="webhook_adresse_http",
                    violation_error_message="L’adresse d’un webhook commence par https://.",
                ),
            ),
            migrations.AddConstraint(
                model_name="webhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(("etats__regex", "^(,([a-z_]+,)+)?$")),
                    name="webhook_etats_entre_virgules",
                    violation_error_message="Les états annoncés sont des codes entre virgules.",
                ),
            ),
            migrations.AddConstraint(
                model_name="webhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("resilie_le__isnull", True), ("resilie_par__isnull", True)),
                        models.Q(("resilie_le__isnull", False), ("resilie_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="webhook_resilie_par_quelqu_un",
                    violation_error_message="Un webhook résilié dit quand et par qui.",
                ),
            ),
            migrations.AddIndex(
                model_name="envoiwebhook",
                index=models.Index(
                    condition=models.Q(("abandonne_le__isnull", True), ("livre_le__isnull", True)),
                    fields=["prochain_essai_le"],
                    name="envoi_webhook_en_attente",
                ),
            ),
            migrations.AddIndex(
                model_name="envoiwebhook",
                index=models.Index(fields=["webhook", "-id"], name="envoi_webhook_du_webhook"),
            ),
            migrations.AddConstraint(
                model_name="envoiwebhook",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("rejoue__isnull", True)),
                    fields=("webhook", "passage"),
                    name="envoi_webhook_unique",
                    violation_error_message="Ce changement est déjà annoncé à cette adresse.",
                ),
            ),
            migrations.AddConstraint(
                model_name="envoiwebhook",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("abandonne_le__isnull", True), ("livre_le__isnull", True)),
                    fields=("rejoue",),
                    name="envoi_webhook_un_rejeu_en_cours",
                    violation_error_message="Cet envoi est déjà rejoué.",
                ),
            ),
            migrations.AddConstraint(
                model_name="envoiwebhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("livre_le__isnull", True), ("abandonne_le__isnull", True), _connector="OR"
                    ),
                    name="envoi_webhook_une_fin",
                    violation_error_message="Un envoi est livré ou abandonné, pas les deux.",
                ),
            ),
            migrations.AddConstraint(
                model_name="envoiwebhook",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("demande_par__isnull", True),
                            ("passage__isnull", False),
                            ("rejoue__isnull", True),
                        ),
                        models.Q(
                            ("demande_par__isnull", False),
                            ("passage__isnull", False),
                            ("rejoue__isnull", False),
                        ),
                        models.Q(
                            ("demande_par__isnull", False),
                            ("passage__isnull", True),
                            ("rejoue__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="envoi_webhook_rejoue_par_quelqu_un",
                    violation_error_message="Un envoi rejoué ou d’essai dit par qui.",
                ),
            ),
        )
    ]
