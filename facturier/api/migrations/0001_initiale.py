import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("acces", "__first__"),
        ("facturier", "0001_initiale"),
        ("fournisseurs", "0001_initiale"),
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
                        "titulaire",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cles_api",
                            to=settings.AUTH_USER_MODEL,
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
                        "utilisee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="utilisée le"),
                    ),
                    (
                        "utilisee_depuis",
                        models.CharField(
                            blank=True, max_length=45, verbose_name="depuis l’adresse"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "clé d’API",
                    "verbose_name_plural": "clés d’API",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("prefixe__regex", "^[0-9a-z]{8}$"),
                                ("empreinte__regex", "^[0-9a-f]{64}$"),
                            ),
                            name="cle_api_empreinte",
                            violation_error_message="Une clé a un préfixe et une empreinte.",
                        ),
                        models.CheckConstraint(
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
                        models.CheckConstraint(
                            condition=models.Q(("expire_le__gt", models.F("creee_le"))),
                            name="cle_api_expire_apres",
                            violation_error_message="Une clé expire après avoir été créée.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("revoquee_le__isnull", True), ("revoquee_par__isnull", True)
                                ),
                                models.Q(
                                    ("revoquee_le__isnull", False), ("revoquee_par__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            name="cle_api_revoquee_par_quelqu_un",
                            violation_error_message="Une clé révoquée dit quand et par qui.",
                        ),
                    ],
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
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="webhooks",
                            to="fournisseurs.etablissement",
                            verbose_name="établissement",
                        ),
                    ),
                    ("adresse", models.CharField(max_length=500)),
                    ("secret_chiffre", models.TextField(verbose_name="secret chiffré")),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                    (
                        "cree_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="webhooks",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "resilie_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="résilié le"),
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
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("resilie_le__isnull", True)),
                            fields=("etablissement", "adresse"),
                            name="webhook_adresse_unique",
                            violation_error_message="Cette adresse est déjà déclarée pour l’établissement.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("adresse__regex", "^https?://")),
                            name="webhook_adresse_http",
                            violation_error_message="L’adresse d’un webhook commence par https://.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("resilie_le__isnull", True), ("resilie_par__isnull", True)
                                ),
                                models.Q(
                                    ("resilie_le__isnull", False), ("resilie_par__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            name="webhook_resilie_par_quelqu_un",
                            violation_error_message="Un webhook résilié dit quand et par qui.",
                        ),
                    ],
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
                    (
                        "webhook",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="envois",
                            to="api.webhook",
                        ),
                    ),
                    (
                        "passage",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="envois",
                            to="facturier.passagefacture",
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
                ],
                options={
                    "verbose_name": "envoi de webhook",
                    "verbose_name_plural": "envois de webhook",
                    "ordering": ["-pk"],
                    "indexes": [
                        models.Index(
                            condition=models.Q(
                                ("abandonne_le__isnull", True), ("livre_le__isnull", True)
                            ),
                            fields=["prochain_essai_le"],
                            name="envoi_webhook_en_attente",
                        ),
                        models.Index(fields=["webhook", "-id"], name="envoi_webhook_du_webhook"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("rejoue__isnull", True)),
                            fields=("webhook", "passage"),
                            name="envoi_webhook_unique",
                            violation_error_message="Ce changement est déjà annoncé à cette adresse.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(
                                ("abandonne_le__isnull", True), ("livre_le__isnull", True)
                            ),
                            fields=("rejoue",),
                            name="envoi_webhook_un_rejeu_en_cours",
                            violation_error_message="Cet envoi est déjà rejoué.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("livre_le__isnull", True),
                                ("abandonne_le__isnull", True),
                                _connector="OR",
                            ),
                            name="envoi_webhook_une_fin",
                            violation_error_message="Un envoi est livré ou abandonné, pas les deux.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("demande_par__isnull", True), ("rejoue__isnull", True)),
                                models.Q(("demande_par__isnull", False), ("rejoue__isnull", False)),
                                _connector="OR",
                            ),
                            name="envoi_webhook_rejoue_par_quelqu_un",
                            violation_error_message="Un envoi rejoué dit par qui.",
                        ),
                    ],
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
                        "cle",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="requetes",
                            to="api.cleapi",
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
                ],
                options={
                    "verbose_name": "requête idempotente",
                    "verbose_name_plural": "requêtes idempotentes",
                    "ordering": ["pk"],
                    "indexes": [
                        models.Index(fields=["recue_le"], name="requete_idempotente_recue")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("cle", "identifiant"),
                            name="requete_idempotente_unique",
                            violation_error_message="Cet identifiant a déjà servi.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("statut__isnull", True),
                                models.Q(("statut__gte", 200), ("statut__lt", 300)),
                                _connector="OR",
                            ),
                            name="requete_idempotente_reussie",
                            violation_error_message="Seule une requête réussie est gardée.",
                        ),
                    ],
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
                    (
                        "envoi",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="essais",
                            to="api.envoiwebhook",
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
                ],
                options={
                    "verbose_name": "essai de webhook",
                    "verbose_name_plural": "essais de webhook",
                    "ordering": ["pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("statut__isnull", False),
                                models.Q(("erreur", ""), _negated=True),
                                _connector="OR",
                            ),
                            name="essai_webhook_dit_quoi",
                            violation_error_message="Un essai a une réponse ou une erreur.",
                        )
                    ],
                },
            ),
        )
    ]
