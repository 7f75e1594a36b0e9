import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("grand_livre", "0001_initiale"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="Encaissement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "mode",
                        models.CharField(
                            choices=[
                                ("carte", "Carte bancaire en ligne"),
                                ("tpe", "Carte bancaire au terminal"),
                                ("especes", "Espèces"),
                                ("cheque", "Chèque"),
                                ("virement", "Virement constaté"),
                            ],
                            max_length=10,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "trop_percu",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="trop-perçu",
                        ),
                    ),
                    ("encaisse_le", models.DateTimeField(verbose_name="encaissé le")),
                    ("jour", models.DateField(verbose_name="jour de caisse, à Nouméa")),
                    (
                        "charge",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="débit de la passerelle"
                        ),
                    ),
                    ("marque", models.CharField(blank=True, max_length=20)),
                    (
                        "quatre_derniers",
                        models.CharField(
                            blank=True, max_length=4, verbose_name="quatre derniers chiffres"
                        ),
                    ),
                    ("saisie", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ("terminal", models.CharField(blank=True, max_length=30)),
                    (
                        "numero_ticket",
                        models.CharField(
                            blank=True, max_length=20, verbose_name="numéro de ticket"
                        ),
                    ),
                    (
                        "numero_autorisation",
                        models.CharField(
                            blank=True, max_length=20, verbose_name="numéro d’autorisation"
                        ),
                    ),
                    (
                        "somme_remise",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="somme remise en espèces",
                        ),
                    ),
                    ("banque", models.CharField(blank=True, max_length=60)),
                    (
                        "numero_cheque",
                        models.CharField(
                            blank=True, max_length=20, verbose_name="numéro du chèque"
                        ),
                    ),
                    ("tireur", models.CharField(blank=True, max_length=100)),
                    (
                        "reference_virement",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="référence du virement"
                        ),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="encaissement",
                            to="grand_livre.ecriture",
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
                    (
                        "rectifie",
                        models.OneToOneField(
                            help_text="saisie annulée que celle-ci remplace, avec le même ticket",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rectifie_par",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="encaissements",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "encaissement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="EvenementRecu",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("identifiant", models.CharField(max_length=100, unique=True)),
                    ("nature", models.CharField(max_length=80)),
                    (
                        "reference",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="référence du paiement"
                        ),
                    ),
                    ("corps", models.TextField()),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("recu", "Reçu"),
                                ("traite", "Traité"),
                                ("ignore", "Sans objet"),
                                ("en_erreur", "En erreur, sera repris"),
                            ],
                            default="recu",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "nb_essais",
                        models.PositiveSmallIntegerField(default=0, verbose_name="nombre d’essais"),
                    ),
                    (
                        "derniere_erreur",
                        models.TextField(blank=True, verbose_name="dernière erreur"),
                    ),
                    ("recu_le", models.DateTimeField(auto_now_add=True, verbose_name="reçu le")),
                    (
                        "prochain_essai_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="prochain essai le"),
                    ),
                    (
                        "traite_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="traité le"),
                    ),
                ],
                options={
                    "verbose_name": "événement reçu",
                    "verbose_name_plural": "événements reçus",
                    "ordering": ["-pk"],
                    "indexes": [
                        models.Index(
                            condition=models.Q(("etat__in", ["recu", "en_erreur"])),
                            fields=["prochain_essai_le"],
                            name="evenement_a_traiter",
                        )
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("etat__in", ["traite", "ignore"]), _negated=True),
                                ("traite_le__isnull", False),
                                _connector="OR",
                            ),
                            name="evenement_traite_a_date",
                            violation_error_message="Un événement traité porte la date de son traitement.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Produit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "code",
                        models.CharField(
                            max_length=4, unique=True, verbose_name="code produit local"
                        ),
                    ),
                    ("libelle", models.CharField(max_length=100, verbose_name="libellé")),
                    ("compte", models.CharField(max_length=12, verbose_name="compte de produits")),
                    (
                        "tarif",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="tarif publié",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "produit",
                    "ordering": ["code"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("code__regex", "^[0-9A-Z]{1,4}$")),
                            name="produit_code_alphanumerique",
                            violation_error_message="Le code produit a d’un à quatre chiffres ou majuscules.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("compte__regex", "^7[0-9]{1,11}$")),
                            name="produit_compte_classe_7",
                            violation_error_message="Le compte d’un produit est de la classe 7.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("tarif__isnull", True), ("tarif__gt", 0), _connector="OR"
                            ),
                            name="produit_tarif_positif",
                            violation_error_message="Le tarif publié est positif.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Regie",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=10, unique=True)),
                    ("libelle", models.CharField(max_length=100, verbose_name="libellé")),
                    ("acte", models.CharField(max_length=100, verbose_name="acte constitutif")),
                    ("date_acte", models.DateField(verbose_name="date de l’acte")),
                    (
                        "date_avis_conforme",
                        models.DateField(verbose_name="date de l’avis conforme du comptable"),
                    ),
                    (
                        "comptable",
                        models.CharField(max_length=100, verbose_name="comptable assignataire"),
                    ),
                    (
                        "plafond_encaisse",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="encaisse maximale",
                        ),
                    ),
                    (
                        "fonds_caisse",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="fonds de caisse",
                        ),
                    ),
                    (
                        "est_en_ligne",
                        models.BooleanField(
                            default=False, verbose_name="régie du paiement en ligne"
                        ),
                    ),
                    (
                        "accepte_especes",
                        models.BooleanField(default=True, verbose_name="accepte les espèces"),
                    ),
                    (
                        "accepte_cheque",
                        models.BooleanField(default=True, verbose_name="accepte les chèques"),
                    ),
                    (
                        "accepte_tpe",
                        models.BooleanField(
                            default=True, verbose_name="accepte la carte au terminal bancaire"
                        ),
                    ),
                    (
                        "accepte_virement",
                        models.BooleanField(
                            default=False, verbose_name="accepte les virements constatés"
                        ),
                    ),
                    (
                        "produits",
                        models.ManyToManyField(related_name="regies", to="telepaiement.produit"),
                    ),
                ],
                options={
                    "verbose_name": "régie",
                    "ordering": ["code"],
                },
            ),
            migrations.CreateModel(
                name="Quittance",
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
                        "code",
                        models.CharField(
                            max_length=14, unique=True, verbose_name="code de vérification"
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(max_length=64, verbose_name="empreinte du document"),
                    ),
                    ("emise_le", models.DateTimeField(verbose_name="émise le")),
                    (
                        "encaissement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="quittance",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="quittances",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "quittance",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Guichet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=10, unique=True)),
                    ("libelle", models.CharField(max_length=100, verbose_name="libellé")),
                    (
                        "terminal",
                        models.CharField(
                            blank=True, max_length=30, verbose_name="terminal bancaire (TPE)"
                        ),
                    ),
                    ("est_ouvert", models.BooleanField(default=True, verbose_name="en service")),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="guichets",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "guichet",
                    "ordering": ["code"],
                },
            ),
            migrations.AddField(
                model_name="encaissement",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encaissements",
                    to="telepaiement.regie",
                ),
            ),
            migrations.CreateModel(
                name="SessionCaisse",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jour", models.DateField(verbose_name="jour de caisse, à Nouméa")),
                    (
                        "fonds_caisse",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="fonds de caisse"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[("ouverte", "Ouverte"), ("cloturee", "Clôturée")],
                            default="ouverte",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "ouverte_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="ouverte le"),
                    ),
                    (
                        "cloturee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="clôturée le"),
                    ),
                    (
                        "numero",
                        models.PositiveIntegerField(
                            blank=True, null=True, verbose_name="numéro de clôture"
                        ),
                    ),
                    (
                        "especes_attendues",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="espèces attendues",
                        ),
                    ),
                    (
                        "especes_comptees",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="espèces comptées",
                        ),
                    ),
                    (
                        "motif_ecart",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="motif de l’écart"
                        ),
                    ),
                    (
                        "totaux",
                        models.JSONField(blank=True, default=dict, verbose_name="totaux par mode"),
                    ),
                    ("empreinte", models.CharField(blank=True, max_length=64)),
                    (
                        "agent",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sessions_caisse",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "guichet",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sessions",
                            to="telepaiement.guichet",
                        ),
                    ),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sessions",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "session de caisse",
                    "verbose_name_plural": "sessions de caisse",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="PassageSessionCaisse",
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
                        "session",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de session de caisse",
                    "verbose_name_plural": "passages de session de caisse",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="encaissement",
                name="session",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encaissements",
                    to="telepaiement.sessioncaisse",
                ),
            ),
            migrations.CreateModel(
                name="Tentative",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jeton", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    (
                        "canal",
                        models.CharField(
                            choices=[
                                ("internet", "Paiement en ligne"),
                                ("guichet_tpe", "Lecteur de carte du guichet"),
                            ],
                            default="internet",
                            max_length=12,
                        ),
                    ),
                    ("session_payeur", models.UUIDField(verbose_name="session du payeur")),
                    (
                        "adresse_payeur",
                        models.GenericIPAddressField(
                            blank=True, null=True, verbose_name="adresse IP"
                        ),
                    ),
                    (
                        "courriel",
                        models.EmailField(
                            blank=True, max_length=254, verbose_name="adresse électronique"
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("creee", "Créée"),
                                ("initiee", "En attente de la carte"),
                                ("authentification", "Authentification demandée par la banque"),
                                ("en_cours", "En cours à la banque"),
                                ("a_verifier", "À vérifier"),
                                ("reussie", "Réussie"),
                                ("echouee", "Échouée"),
                                ("annulee", "Annulée"),
                                ("expiree", "Expirée"),
                            ],
                            default="creee",
                            max_length=20,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "reference",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="référence de la passerelle"
                        ),
                    ),
                    ("secret_client", models.CharField(blank=True, editable=False, max_length=200)),
                    (
                        "nb_refus",
                        models.PositiveSmallIntegerField(default=0, verbose_name="nombre de refus"),
                    ),
                    (
                        "motif_refus",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="dernier code de refus"
                        ),
                    ),
                    (
                        "reference_refus",
                        models.CharField(blank=True, editable=False, max_length=100),
                    ),
                    ("anomalie", models.CharField(blank=True, max_length=200)),
                    ("creee_le", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                    (
                        "modifiee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="modifiée le"),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="tentatives",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "tentative",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="PassageTentative",
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
                        "tentative",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.tentative",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de tentative",
                    "verbose_name_plural": "passages de tentative",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="encaissement",
                name="tentative",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encaissement",
                    to="telepaiement.tentative",
                ),
            ),
            migrations.CreateModel(
                name="TitreImporte",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "reference_externe",
                        models.CharField(
                            max_length=60, unique=True, verbose_name="référence d’origine"
                        ),
                    ),
                    (
                        "empreinte",
                        models.CharField(max_length=64, verbose_name="empreinte de la ligne"),
                    ),
                    (
                        "importe_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="importé le"),
                    ),
                    (
                        "titre",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="origine",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "titre importé",
                    "verbose_name_plural": "titres importés",
                },
            ),
            migrations.CreateModel(
                name="AnnulationEncaissement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.ecriture",
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
                    (
                        "encaissement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="annulation",
                            to="telepaiement.encaissement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "annulation d’encaissement",
                    "verbose_name_plural": "annulations d’encaissement",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("motif", ""), _negated=True),
                            name="annulation_a_motif",
                            violation_error_message="L’annulation d’un encaissement a un motif.",
                        )
                    ],
                },
            ),
            migrations.AddConstraint(
                model_name="regie",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("plafond_encaisse__gt", 0),
                        ("fonds_caisse__gte", 0),
                        ("fonds_caisse__lte", models.F("plafond_encaisse")),
                    ),
                    name="regie_fonds_sous_plafond",
                    violation_error_message="Le fonds de caisse ne dépasse pas l’encaisse maximale.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regie",
                constraint=models.CheckConstraint(
                    condition=models.Q(("date_avis_conforme__lte", models.F("date_acte"))),
                    name="regie_avis_avant_acte",
                    violation_error_message="L’avis conforme du comptable précède l’acte constitutif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regie",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("est_en_ligne", True)),
                    fields=("est_en_ligne",),
                    name="regie_en_ligne_unique",
                    violation_error_message="Une seule régie tient le paiement en ligne.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quittance",
                constraint=models.UniqueConstraint(
                    fields=("regie", "annee", "numero"),
                    name="quittance_numero_unique",
                    violation_error_message="Ce numéro de quittance est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="quittance",
                constraint=models.CheckConstraint(
                    condition=models.Q(("numero__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                    name="quittance_numerotee_et_scellee",
                    violation_error_message="Une quittance a un numéro et l’empreinte de son document.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "ouverte")),
                    fields=("guichet",),
                    name="session_une_ouverte_par_guichet",
                    violation_error_message="Une caisse est déjà ouverte à ce guichet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "ouverte")),
                    fields=("agent",),
                    name="session_une_ouverte_par_agent",
                    violation_error_message="Vous avez déjà une caisse ouverte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="session_numero_unique",
                    violation_error_message="Ce numéro de clôture est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(("fonds_caisse__gte", 0)),
                    name="session_fonds_positif",
                    violation_error_message="Le fonds de caisse n’est pas négatif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "ouverte"),
                        models.Q(
                            ("cloturee_le__isnull", False),
                            ("especes_attendues__isnull", False),
                            ("especes_comptees__gte", 0),
                            ("numero__isnull", False),
                            models.Q(("empreinte", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="session_cloturee_comptee",
                    violation_error_message="Une caisse clôturée est comptée, numérotée et scellée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "ouverte"),
                        ("especes_comptees", models.F("especes_attendues")),
                        models.Q(("motif_ecart", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="session_ecart_a_motif",
                    violation_error_message="Un écart de caisse porte un motif.",
                ),
            ),
            migrations.AddIndex(
                model_name="tentative",
                index=models.Index(
                    condition=models.Q(
                        (
                            "etat__in",
                            ["a_verifier", "authentification", "creee", "en_cours", "initiee"],
                        )
                    ),
                    fields=["creee_le"],
                    name="tentative_ouverte",
                ),
            ),
            migrations.AddIndex(
                model_name="tentative",
                index=models.Index(fields=["titre", "-creee_le"], name="tentative_titre"),
            ),
            migrations.AddIndex(
                model_name="tentative",
                index=models.Index(
                    fields=["adresse_payeur", "-creee_le"], name="tentative_adresse"
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        (
                            "etat__in",
                            ["a_verifier", "authentification", "creee", "en_cours", "initiee"],
                        )
                    ),
                    fields=("titre", "session_payeur"),
                    name="tentative_une_ouverte_par_payeur",
                    violation_error_message="Un paiement de cette somme est déjà commencé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("reference", ""), _negated=True),
                    fields=("reference",),
                    name="tentative_reference_unique",
                    violation_error_message="Cette référence de paiement est déjà connue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="tentative_montant_positif",
                    violation_error_message="Le montant d’un paiement est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "etat__in",
                            [
                                "creee",
                                "initiee",
                                "authentification",
                                "en_cours",
                                "a_verifier",
                                "reussie",
                                "echouee",
                                "annulee",
                                "expiree",
                            ],
                        )
                    ),
                    name="tentative_etat_connu",
                    violation_error_message="Cet état de tentative n’existe pas.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["creee", "a_verifier"]),
                        ("etat__in", ["annulee", "expiree"]),
                        models.Q(("reference", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="tentative_avancee_a_reference",
                    violation_error_message="Un paiement commencé porte la référence de la passerelle.",
                ),
            ),
            migrations.AddIndex(
                model_name="passagetentative",
                index=models.Index(fields=["acte", "-le"], name="passage_tentative_acte"),
            ),
            migrations.AddIndex(
                model_name="encaissement",
                index=models.Index(fields=["titre"], name="encaissement_titre"),
            ),
            migrations.AddIndex(
                model_name="encaissement",
                index=models.Index(fields=["regie", "jour"], name="encaissement_regie_jour"),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("montant__gt", 0),
                        ("trop_percu__gte", 0),
                        ("trop_percu__lte", models.F("montant")),
                    ),
                    name="encaissement_montants",
                    violation_error_message="Le trop-perçu est une part du montant encaissé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("charge", ""), _negated=True),
                    fields=("charge",),
                    name="encaissement_charge_unique",
                    violation_error_message="Ce débit est déjà encaissé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("mode", "tpe"), ("rectifie__isnull", True)),
                    fields=("terminal", "jour", "numero_ticket"),
                    name="encaissement_ticket_unique",
                    violation_error_message="Ce ticket du terminal est déjà saisi aujourd’hui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("mode", "carte"),
                            ("session__isnull", True),
                            ("tentative__isnull", False),
                            models.Q(("charge", ""), _negated=True),
                        ),
                        models.Q(
                            models.Q(("mode", "carte"), _negated=True),
                            ("charge", ""),
                            ("session__isnull", False),
                            ("tentative__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_en_ligne_ou_en_caisse",
                    violation_error_message="Un encaissement vient de la passerelle ou d’une caisse.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode", "tpe"), _negated=True),
                        models.Q(
                            models.Q(("terminal", ""), _negated=True),
                            models.Q(("numero_ticket", ""), _negated=True),
                            models.Q(("numero_autorisation", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_tpe_a_ticket",
                    violation_error_message="Un paiement au terminal porte ses numéros de ticket et d’autorisation.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode", "especes"), _negated=True),
                        ("somme_remise__gte", models.F("montant")),
                        _connector="OR",
                    ),
                    name="encaissement_especes_suffisantes",
                    violation_error_message="La somme remise couvre le montant encaissé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode", "cheque"), _negated=True),
                        models.Q(
                            models.Q(("banque", ""), _negated=True),
                            models.Q(("numero_cheque", ""), _negated=True),
                            models.Q(("tireur", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_cheque_identifie",
                    violation_error_message="Un chèque a une banque, un numéro et un tireur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode", "virement"), _negated=True),
                        models.Q(("reference_virement", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="encaissement_virement_reference",
                    violation_error_message="Un virement constaté a une référence.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("quatre_derniers", ""),
                        ("quatre_derniers__regex", "^[0-9]{4}$"),
                        _connector="OR",
                    ),
                    name="encaissement_quatre_chiffres",
                    violation_error_message="Seuls les quatre derniers chiffres se conservent.",
                ),
            ),
        )
    ]
