import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
import facturier.commun.transmissible
import telepaiement.models.tentatives
from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("acces", "0002_invariants"),
        ("grand_livre", "0001_initiale"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="LigneBancaire",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "identite",
                        models.CharField(max_length=64, unique=True, verbose_name="identité"),
                    ),
                    ("jour", models.DateField(verbose_name="date d’opération")),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "commission",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="commission dite par la banque",
                        ),
                    ),
                    ("libelle", models.CharField(max_length=300, verbose_name="libellé")),
                    (
                        "reference",
                        models.CharField(blank=True, max_length=100, verbose_name="référence"),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("a_rapprocher", "À rapprocher"),
                                ("rapprochee", "Rapprochée"),
                                ("ecartee", "Écartée"),
                            ],
                            default="a_rapprocher",
                            max_length=15,
                            verbose_name="état",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de relevé bancaire",
                    "verbose_name_plural": "lignes de relevé bancaire",
                    "ordering": ["jour", "pk"],
                },
            ),
            migrations.CreateModel(
                name="Carnet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("emis_le", models.DateTimeField(auto_now_add=True, verbose_name="émis le")),
                    (
                        "par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "remis_a",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="carnets",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "carnet de quittances",
                    "verbose_name_plural": "carnets de quittances",
                    "ordering": ["-pk"],
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
                name="DocumentDemande",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("sha256", models.CharField(max_length=64, verbose_name="empreinte SHA-256")),
                    ("nom", models.CharField(max_length=100, verbose_name="nom du fichier")),
                    ("type_mime", models.CharField(max_length=100, verbose_name="type de contenu")),
                    ("taille", models.BigIntegerField(verbose_name="taille en octets")),
                    (
                        "analyse",
                        models.CharField(
                            choices=[
                                ("non_analyse", "Non analysé"),
                                ("sain", "Aucun virus trouvé"),
                                ("infecte", "Virus trouvé"),
                            ],
                            default="non_analyse",
                            max_length=12,
                            verbose_name="analyse antivirus",
                        ),
                    ),
                    (
                        "analyse_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="analysé le"),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    (
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="documents",
                            to="telepaiement.demanderedevable",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "document joint à une demande",
                    "verbose_name_plural": "documents joints aux demandes",
                    "ordering": ["demande", "rang"],
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
                name="Encaissement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "mention",
                        models.CharField(
                            blank=True,
                            max_length=200,
                            verbose_name="mention d’une recette à classer",
                        ),
                    ),
                    (
                        "mode",
                        models.CharField(
                            choices=[
                                ("carte", "Carte bancaire en ligne"),
                                ("lecteur", "Carte bancaire au lecteur"),
                                ("tpe", "Carte bancaire au terminal"),
                                ("especes", "Espèces"),
                                ("cheque", "Chèque"),
                                ("virement", "Virement constaté"),
                                ("classement", "Recette classée"),
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
                        "provenance",
                        models.ForeignKey(
                            help_text="recette à classer que celui-ci affecte",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="classements",
                            to="telepaiement.encaissement",
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
                            null=True,
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
                        "sujet",
                        models.CharField(
                            choices=[
                                ("paiement", "Paiement"),
                                ("remboursement", "Remboursement"),
                                ("litige", "Litige"),
                                ("versement", "Versement"),
                                ("autre", "Autre"),
                            ],
                            default="paiement",
                            max_length=15,
                        ),
                    ),
                    (
                        "reference",
                        models.CharField(
                            blank=True,
                            max_length=100,
                            verbose_name="référence de ce qu’il faut relire",
                        ),
                    ),
                    ("faits", models.JSONField(default=dict)),
                    ("empreinte", models.CharField(max_length=64, verbose_name="SHA-256 du corps")),
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
                name="Feuillet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("code", models.CharField(max_length=14, verbose_name="code de vérification")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("vierge", "Vierge"),
                                ("saisi", "Saisi"),
                                ("annule", "Annulé"),
                                ("defait", "Saisie annulée"),
                            ],
                            default="vierge",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    ("conflits", models.JSONField(blank=True, default=list)),
                    (
                        "carnet",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="feuillets",
                            to="telepaiement.carnet",
                        ),
                    ),
                    (
                        "encaissement",
                        models.OneToOneField(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="feuillet",
                            to="telepaiement.encaissement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "feuillet de carnet",
                    "verbose_name_plural": "feuillets de carnet",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="ImputationVersement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    (
                        "demande_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="demandée le"),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("demandee", "Demandée, à approuver"),
                                ("approuvee", "Approuvée, comptabilisée"),
                                ("refusee", "Refusée"),
                            ],
                            default="demandee",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "motif_refus",
                        models.CharField(blank=True, max_length=200, verbose_name="motif du refus"),
                    ),
                    (
                        "decide_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="décidée par",
                        ),
                    ),
                    (
                        "demande_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="demandée par",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "imputation de versement",
                    "verbose_name_plural": "imputations de versement",
                    "ordering": ["-pk"],
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
                        "par",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="remis au guichet par",
                        ),
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
            migrations.CreateModel(
                name="LigneVersement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "transaction",
                        models.CharField(
                            db_index=True, max_length=200, verbose_name="mouvement de la passerelle"
                        ),
                    ),
                    (
                        "nature",
                        models.CharField(
                            choices=[
                                ("encaissement", "Encaissement"),
                                ("remboursement", "Remboursement"),
                                ("echec_remboursement", "Remboursement échoué, rendu"),
                                ("litige", "Litige : montant repris"),
                                ("retour_litige", "Litige gagné : montant rendu"),
                                ("frais", "Frais"),
                                ("echec_versement", "Versement rejeté, rendu"),
                                ("inconnue", "Nature inconnue"),
                                ("imputee", "Imputée en compte d’attente"),
                            ],
                            max_length=20,
                        ),
                    ),
                    (
                        "nature_distante",
                        models.CharField(max_length=60, verbose_name="nature chez le prestataire"),
                    ),
                    ("source", models.CharField(blank=True, max_length=100)),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "commission",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "anomalie",
                        models.CharField(blank=True, max_length=200, verbose_name="écart"),
                    ),
                    (
                        "encaissement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes_versement",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "imputation",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="telepaiement.imputationversement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de versement",
                    "verbose_name_plural": "lignes de versement",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="CompensationImputation",
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
                            related_name="compensation_imputation",
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
                        "credit",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="compensee_au_credit",
                            to="telepaiement.ligneversement",
                        ),
                    ),
                    (
                        "debit",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="compensee_au_debit",
                            to="telepaiement.ligneversement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "compensation d’imputations",
                    "verbose_name_plural": "compensations d’imputations",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Litige",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "reference",
                        models.CharField(
                            max_length=100, unique=True, verbose_name="référence de la passerelle"
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
                            verbose_name="dont trop-perçu repris",
                        ),
                    ),
                    (
                        "frais",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "motif",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="motif donné à la banque"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("ouvert", "Ouvert"),
                                ("gagne", "Gagné"),
                                ("perdu", "Perdu"),
                                ("annule", "Annulé"),
                            ],
                            default="ouvert",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "est_debite",
                        models.BooleanField(
                            default=False, verbose_name="montant repris par la banque"
                        ),
                    ),
                    (
                        "preuves_envoyees",
                        models.BooleanField(default=False, verbose_name="preuves envoyées"),
                    ),
                    (
                        "repondre_avant",
                        models.DateTimeField(
                            blank=True, null=True, verbose_name="répondre avant le"
                        ),
                    ),
                    ("ouvert_le", models.DateTimeField(verbose_name="ouvert le")),
                    (
                        "clos_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="clos le"),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="litige",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "ecriture_issue",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="litige_clos",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "encaissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="litiges",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "ligne",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="impayes",
                            to="telepaiement.lignebancaire",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "litige",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="ligneversement",
                name="litige",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes_versement",
                    to="telepaiement.litige",
                ),
            ),
            migrations.CreateModel(
                name="MouvementImpute",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "transaction",
                        models.CharField(max_length=200, verbose_name="mouvement de la passerelle"),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "commission",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("explication", models.CharField(max_length=200, verbose_name="écart")),
                    (
                        "imputation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="mouvements",
                            to="telepaiement.imputationversement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "mouvement imputé",
                    "verbose_name_plural": "mouvements imputés",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Nomination",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "qualite",
                        models.CharField(
                            choices=[
                                ("regisseur", "Régisseur"),
                                ("suppleant", "Mandataire suppléant"),
                                ("mandataire", "Mandataire"),
                            ],
                            max_length=10,
                            verbose_name="qualité",
                        ),
                    ),
                    ("debut", models.DateField(verbose_name="à partir du")),
                    ("fin", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    (
                        "arrete",
                        models.CharField(max_length=100, verbose_name="arrêté de nomination"),
                    ),
                    ("date_arrete", models.DateField(verbose_name="date de l’arrêté")),
                    (
                        "date_avis_conforme",
                        models.DateField(verbose_name="date de l’avis conforme du comptable"),
                    ),
                    (
                        "date_accord_regisseur",
                        models.DateField(
                            blank=True, null=True, verbose_name="date de l’accord du régisseur"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[("en_vigueur", "En vigueur"), ("terminee", "Terminée")],
                            default="en_vigueur",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "arrete_fin",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="arrêté de fin de fonctions"
                        ),
                    ),
                    (
                        "cautionnement",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="cautionnement",
                        ),
                    ),
                    (
                        "reference_cautionnement",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="référence du cautionnement"
                        ),
                    ),
                    (
                        "personne",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="nominations",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "remplace",
                        models.ForeignKey(
                            blank=True,
                            help_text="celui qui s’absente à son tour ; sans lui, le régisseur est remplacé",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suppleances",
                            to="telepaiement.nomination",
                            verbose_name="suppléant remplacé",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "nomination",
                    "ordering": ["-pk"],
                },
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
                    (
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.demanderedevable",
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
                    (
                        "echeancier",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.echeancier",
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
                    "verbose_name": "passage d’échéancier",
                    "verbose_name_plural": "passages d’échéanciers",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageFeuillet",
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
                        "feuillet",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.feuillet",
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
                    "verbose_name": "passage de feuillet",
                    "verbose_name_plural": "passages de feuillet",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageImputation",
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
                        "imputation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.imputationversement",
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
                    "verbose_name": "passage d’imputation",
                    "verbose_name_plural": "passages d’imputation",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageLigneBancaire",
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
                        "ligne",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.lignebancaire",
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
                    "verbose_name": "passage de ligne de relevé",
                    "verbose_name_plural": "passages de ligne de relevé",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="LettreImprimee",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(max_length=64, verbose_name="empreinte du document"),
                    ),
                    ("le", models.DateTimeField(verbose_name="imprimée le")),
                    (
                        "litige",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lettres",
                            to="telepaiement.litige",
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
                    "verbose_name": "lettre imprimée",
                    "verbose_name_plural": "lettres imprimées",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="PassageLitige",
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
                        "lettre",
                        models.OneToOneField(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="postee",
                            to="telepaiement.lettreimprimee",
                        ),
                    ),
                    (
                        "litige",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.litige",
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
                    "verbose_name": "passage de litige",
                    "verbose_name_plural": "passages de litige",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageNomination",
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
                        "nomination",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.nomination",
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
                    "verbose_name": "passage de nomination",
                    "verbose_name_plural": "passages de nomination",
                    "ordering": ["pk"],
                    "abstract": False,
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
                    ],
                },
            ),
            migrations.CreateModel(
                name="LigneVente",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("quantite", models.PositiveIntegerField(verbose_name="quantité")),
                    (
                        "tarif",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "produit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes_vente",
                            to="telepaiement.produit",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de vente",
                    "verbose_name_plural": "lignes de vente",
                    "ordering": ["pk"],
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
                    ("code", models.CharField(max_length=14, verbose_name="code de vérification")),
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
                        "remplace",
                        models.OneToOneField(
                            help_text="quittance annulée du même feuillet, dont le code reste sur le papier",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remplacee_par",
                            to="telepaiement.quittance",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "quittance",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="EnvoiGuichet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True, verbose_name="envoyé le")),
                    (
                        "par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "lien",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="envois",
                            to="telepaiement.lienpaiement",
                        ),
                    ),
                    (
                        "quittance",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="envois",
                            to="telepaiement.quittance",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "envoi du guichet",
                    "verbose_name_plural": "envois du guichet",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="DelivranceQuittance",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "support",
                        models.CharField(
                            choices=[
                                ("a5", "feuille A5"),
                                ("ticket", "rouleau de 80 mm"),
                                ("mel", "courriel"),
                            ],
                            max_length=6,
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True, verbose_name="délivrée le")),
                    (
                        "par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "quittance",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="delivrance",
                            to="telepaiement.quittance",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "délivrance de quittance",
                    "verbose_name_plural": "délivrances de quittance",
                },
            ),
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
            migrations.CreateModel(
                name="RapprochementBancaire",
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
                                ("versement", "Versement de la passerelle"),
                                ("remise_tpe", "Remise du terminal bancaire"),
                                ("remise_cheques", "Remise de chèques"),
                                ("virement", "Virement déjà constaté au guichet"),
                                ("titre", "Virement pour un titre"),
                                ("repartition", "Virement réparti ou à classer"),
                                ("commission", "Commission prise à part"),
                                ("impaye", "Chèque ou carte impayés"),
                                ("remboursement", "Remboursement par virement"),
                            ],
                            max_length=15,
                        ),
                    ),
                    (
                        "commission",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "ligne",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rapprochements",
                            to="telepaiement.lignebancaire",
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
                    "verbose_name": "rapprochement bancaire",
                    "verbose_name_plural": "rapprochements bancaires",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="EncaissementRapproche",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "encaissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rapproches",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "rapprochement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="encaissements",
                            to="telepaiement.rapprochementbancaire",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "encaissement rapproché",
                    "verbose_name_plural": "encaissements rapprochés",
                },
            ),
            migrations.CreateModel(
                name="AnnulationRapprochement",
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
                            blank=True,
                            null=True,
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
                        "rapprochement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="annulation",
                            to="telepaiement.rapprochementbancaire",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "annulation de rapprochement",
                    "verbose_name_plural": "annulations de rapprochement",
                },
            ),
            migrations.CreateModel(
                name="RectificationVersement",
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
                                ("manque", "Moins d’espèces que le bordereau"),
                                ("faux", "Billet ou pièce faux"),
                                ("excedent", "Plus d’espèces que le bordereau"),
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
                    ("motif", models.CharField(max_length=200)),
                    ("jour", models.DateField()),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rectification_versement",
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
                ],
                options={
                    "verbose_name": "rectification de versement",
                    "verbose_name_plural": "rectifications de versement",
                    "ordering": ["-pk"],
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
                    (
                        "libelle",
                        models.CharField(
                            max_length=100,
                            verbose_name="libellé",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
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
                        "versement_jours",
                        models.PositiveSmallIntegerField(
                            default=30,
                            help_text="31 jours au plus (art. 10)",
                            verbose_name="rythme des versements, en jours",
                        ),
                    ),
                    (
                        "produits",
                        models.ManyToManyField(related_name="regies", to="telepaiement.produit"),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            blank=True,
                            help_text="service de ses titres de régularisation",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regies",
                            to="acces.servicegestionnaire",
                        ),
                    ),
                    (
                        "tiers",
                        models.ForeignKey(
                            blank=True,
                            help_text="au nom de qui ses ventes au comptant sont régularisées par un titre",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regies",
                            to="grand_livre.tiers",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "régie",
                    "ordering": ["code"],
                },
            ),
            migrations.AddField(
                model_name="quittance",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="quittances",
                    to="telepaiement.regie",
                ),
            ),
            migrations.CreateModel(
                name="PassageRegie",
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de régie",
                    "verbose_name_plural": "passages de régie",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="nomination",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="nominations",
                    to="telepaiement.regie",
                ),
            ),
            migrations.CreateModel(
                name="MouvementFonds",
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
                                ("remise", "Remis par la Trésorerie"),
                                ("restitution", "Rendu à la Trésorerie"),
                            ],
                            max_length=12,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("jour", models.DateField()),
                    (
                        "reference",
                        models.CharField(max_length=60, verbose_name="référence du reçu"),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="mouvement_fonds",
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="mouvements_fonds",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "mouvement du fonds de caisse",
                    "verbose_name_plural": "mouvements du fonds de caisse",
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
                    (
                        "lecteur",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="lecteur de carte piloté"
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
            migrations.CreateModel(
                name="EtatMensuel",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("mois", models.DateField(help_text="son premier jour", verbose_name="mois")),
                    (
                        "total",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "etabli_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="établi le"),
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="etats_mensuels",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "état mensuel de régie",
                    "verbose_name_plural": "états mensuels de régie",
                    "ordering": ["-mois"],
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
            migrations.AddField(
                model_name="carnet",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="carnets",
                    to="telepaiement.regie",
                ),
            ),
            migrations.CreateModel(
                name="Regularisation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jusqu_au", models.DateField(verbose_name="ventes jusqu’au")),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisation",
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
                        "produit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisations",
                            to="telepaiement.produit",
                        ),
                    ),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisations",
                            to="telepaiement.regie",
                        ),
                    ),
                    (
                        "titre",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisation",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "régularisation de ventes",
                    "verbose_name_plural": "régularisations de ventes",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="LigneRegularisee",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "ligne",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisee",
                            to="telepaiement.lignevente",
                        ),
                    ),
                    (
                        "regularisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="telepaiement.regularisation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne régularisée",
                    "verbose_name_plural": "lignes régularisées",
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
                    (
                        "echeance",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="relance",
                            to="telepaiement.echeance",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "relance d’échéance",
                    "verbose_name_plural": "relances d’échéances",
                },
            ),
            migrations.CreateModel(
                name="ReleveBancaire",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(
                            max_length=64, unique=True, verbose_name="empreinte du fichier"
                        ),
                    ),
                    (
                        "nom_fichier",
                        models.CharField(max_length=100, verbose_name="nom du fichier"),
                    ),
                    (
                        "format",
                        models.CharField(
                            choices=[("camt053", "CAMT.053 (ISO 20022)"), ("csv", "CSV")],
                            max_length=10,
                        ),
                    ),
                    ("compte", models.CharField(max_length=34)),
                    (
                        "importe_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="importé le"),
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
                    "verbose_name": "relevé bancaire",
                    "verbose_name_plural": "relevés bancaires",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="lignebancaire",
                name="releve",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="telepaiement.relevebancaire",
                ),
            ),
            migrations.CreateModel(
                name="Remboursement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jeton", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    (
                        "origine",
                        models.CharField(
                            choices=[
                                ("demande", "Demandé ici"),
                                ("externe", "Fait chez le prestataire de paiement"),
                            ],
                            default="demande",
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
                            verbose_name="dont trop-perçu rendu",
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    (
                        "demande_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="demandé le"),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("demande", "Demandé, à approuver"),
                                ("approuve", "Approuvé, à transmettre"),
                                ("transmis", "Transmis à la banque"),
                                ("reussi", "Remboursé"),
                                ("echoue", "Échoué, à rendre autrement"),
                                ("refuse", "Refusé"),
                            ],
                            default="demande",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "reference",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="référence de la passerelle"
                        ),
                    ),
                    (
                        "motif_echec",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="motif de l’échec"
                        ),
                    ),
                    ("modifie_le", models.DateTimeField(auto_now=True, verbose_name="modifié le")),
                    (
                        "approuve_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="approuvé par",
                        ),
                    ),
                    (
                        "demande_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="demandé par",
                        ),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remboursement",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "encaissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remboursements",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "virement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remboursements",
                            to="telepaiement.ordrevirement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "remboursement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="RecuRemboursement",
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
                        "sha256",
                        models.CharField(max_length=64, verbose_name="empreinte du document"),
                    ),
                    ("emis_le", models.DateTimeField(verbose_name="émis le")),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="recus_remboursement",
                            to="telepaiement.regie",
                        ),
                    ),
                    (
                        "remboursement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="recu",
                            to="telepaiement.remboursement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "reçu de remboursement",
                    "verbose_name_plural": "reçus de remboursement",
                    "ordering": ["-pk"],
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
            migrations.CreateModel(
                name="PassageRemboursement",
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
                        "remboursement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.remboursement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de remboursement",
                    "verbose_name_plural": "passages de remboursement",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="ligneversement",
                name="remboursement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes_versement",
                    to="telepaiement.remboursement",
                ),
            ),
            migrations.CreateModel(
                name="RemiseService",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("le", models.DateTimeField()),
                    (
                        "especes_attendues",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="espèces attendues",
                        ),
                    ),
                    (
                        "especes_comptees",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="espèces comptées",
                        ),
                    ),
                    (
                        "coupures",
                        models.JSONField(default=dict, verbose_name="décompte par coupure"),
                    ),
                    (
                        "cheques_attendus",
                        models.PositiveIntegerField(verbose_name="chèques attendus"),
                    ),
                    (
                        "cheques_comptes",
                        models.PositiveIntegerField(verbose_name="chèques comptés"),
                    ),
                    (
                        "montant_cheques",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant des chèques attendus",
                        ),
                    ),
                    (
                        "derniere_quittance",
                        models.CharField(
                            blank=True, max_length=40, verbose_name="dernière quittance"
                        ),
                    ),
                    ("observations", models.TextField(blank=True)),
                    (
                        "entrant",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remises",
                            to="telepaiement.nomination",
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="%(class)ss",
                            to="telepaiement.regie",
                        ),
                    ),
                    (
                        "sortant",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="telepaiement.nomination",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "remise de service",
                    "verbose_name_plural": "remises de service",
                    "ordering": ["-pk"],
                    "abstract": False,
                },
            ),
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
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="retour_vente",
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
                        "remboursement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="retour",
                            to="telepaiement.remboursement",
                        ),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="retours_ventes",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "retour de vente",
                    "verbose_name_plural": "retours de vente",
                },
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
                        "terminal_attendu",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="total attendu du terminal",
                        ),
                    ),
                    (
                        "terminal_compte",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="total du terminal",
                        ),
                    ),
                    (
                        "tickets_attendus",
                        models.PositiveIntegerField(
                            blank=True, null=True, verbose_name="tickets attendus"
                        ),
                    ),
                    (
                        "tickets_comptes",
                        models.PositiveIntegerField(
                            blank=True, null=True, verbose_name="tickets comptés"
                        ),
                    ),
                    (
                        "cheques_attendus",
                        models.PositiveIntegerField(
                            blank=True, null=True, verbose_name="chèques attendus"
                        ),
                    ),
                    (
                        "cheques_comptes",
                        models.PositiveIntegerField(
                            blank=True, null=True, verbose_name="chèques comptés"
                        ),
                    ),
                    (
                        "motif_absence",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="motif de l’absence"
                        ),
                    ),
                    (
                        "coupures",
                        models.JSONField(
                            blank=True, default=dict, verbose_name="décompte par coupure"
                        ),
                    ),
                    (
                        "motif_ecart",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="motif de l’écart"
                        ),
                    ),
                    (
                        "reports",
                        models.JSONField(
                            blank=True,
                            default=list,
                            verbose_name="paiements au lecteur à vérifier, reportés",
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
                        "cloturee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="caisses_cloturees",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "ecriture_ecart",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="session_caisse",
                            to="grand_livre.ecriture",
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
                name="ContresignatureCaisse",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    ("observations", models.CharField(blank=True, max_length=200)),
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
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contresignature",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "contresignature de caisse",
                    "verbose_name_plural": "contresignatures de caisse",
                },
            ),
            migrations.CreateModel(
                name="ComblementDeficit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    (
                        "moyen",
                        models.CharField(
                            choices=[
                                ("especes", "Espèces remises dans la régie"),
                                ("tresorerie", "Somme payée à la Trésorerie"),
                            ],
                            max_length=12,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "recepisse",
                        models.CharField(
                            blank=True, max_length=40, verbose_name="récépissé de la Trésorerie"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblement_deficit",
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
                        "rectification",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.rectificationversement",
                        ),
                    ),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.regie",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "comblement de déficit",
                    "verbose_name_plural": "comblements de déficit",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Apurement",
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
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "annule",
                        models.OneToOneField(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="annulation",
                            to="telepaiement.apurement",
                        ),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="apurement",
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
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="apurements",
                            to="grand_livre.titre",
                        ),
                    ),
                    (
                        "ligne",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="apurements",
                            to="telepaiement.ligneversement",
                        ),
                    ),
                    (
                        "rectification",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="apurements",
                            to="telepaiement.rectificationversement",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="apurements",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "apurement",
                    "verbose_name_plural": "apurements",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="RecuApurement",
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
                    ("emis_le", models.DateTimeField(verbose_name="émis le")),
                    (
                        "apurement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="recu",
                            to="telepaiement.apurement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "reçu de règlement",
                    "verbose_name_plural": "reçus de règlement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ActeLettreReglement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "acte",
                        models.CharField(
                            choices=[
                                ("demander", "Lettre à poster"),
                                ("imprimer", "Lettre imprimée"),
                                ("poster", "Lettre postée"),
                            ],
                            max_length=10,
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(
                            blank=True, max_length=64, verbose_name="empreinte du document"
                        ),
                    ),
                    ("le", models.DateTimeField()),
                    (
                        "par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "recu",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lettre",
                            to="telepaiement.recuapurement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "acte sur une lettre de règlement annulé",
                    "verbose_name_plural": "actes sur les lettres de règlements annulés",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("acte", "imprimer"), _negated=True),
                            fields=("recu", "acte"),
                            name="lettre_reglement_une_fois",
                            violation_error_message="Cette lettre est déjà demandée, ou déjà postée.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("acte__in", ["imprimer", "poster"]),
                                    ("sha256__regex", "^[0-9a-f]{64}$"),
                                ),
                                models.Q(("acte", "demander"), ("sha256", "")),
                                _connector="OR",
                            ),
                            name="lettre_reglement_scellee",
                            violation_error_message="Une lettre imprimée a l’empreinte de son document.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SessionInternet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jour", models.DateField(verbose_name="jour, à Nouméa")),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro de clôture")),
                    ("cloturee_le", models.DateTimeField(verbose_name="clôturée le")),
                    ("nombre", models.PositiveIntegerField(verbose_name="nombre d’encaissements")),
                    (
                        "total",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "trop_percus",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="dont trop-perçus",
                        ),
                    ),
                    ("totaux", models.JSONField(default=dict, verbose_name="totaux par mode")),
                    (
                        "reports",
                        models.JSONField(
                            default=list, verbose_name="paiements à vérifier, reportés"
                        ),
                    ),
                    ("empreinte", models.CharField(max_length=64)),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sessions_internet",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "session internet",
                    "verbose_name_plural": "sessions internet",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="EncaissementClos",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "encaissement",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="clos",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="telepaiement.sessioninternet",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "encaissement clos",
                    "verbose_name_plural": "encaissements clos",
                },
            ),
            migrations.CreateModel(
                name="SuiteContestation",
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
                                ("reduction", "Titre réduit"),
                                ("annulation", "Titre annulé"),
                                ("rejet", "Titre rejeté par la Trésorerie"),
                                ("sans_changement", "Titre inchangé"),
                            ],
                            max_length=16,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "demande",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suite",
                            to="telepaiement.demanderedevable",
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
                        "reduction",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suites_contestation",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "suite d’une contestation",
                    "verbose_name_plural": "suites de contestations",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Tarif",
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
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("debut", models.DateField(verbose_name="à partir du")),
                    ("fin", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    ("deliberation", models.CharField(max_length=100, verbose_name="délibération")),
                    ("le", models.DateTimeField(auto_now_add=True, verbose_name="publié le")),
                    (
                        "deliberation_fin",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="délibération qui y met fin"
                        ),
                    ),
                    (
                        "clos_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="clos le"),
                    ),
                    (
                        "clos_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
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
                        "produit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="tarifs",
                            to="telepaiement.produit",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "tarif",
                    "ordering": ["produit__code", "-debut", "-pk"],
                },
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
                    (
                        "passerelle",
                        models.CharField(
                            choices=[("stripe", "Stripe"), ("lyra", "EpayNC")],
                            default=telepaiement.models.tentatives.passerelle_des_reglages,
                            max_length=10,
                        ),
                    ),
                    (
                        "lecteur",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="lecteur de carte"
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
                        "reste_constate",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="reste dû quand le montant fut choisi",
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
                        "lien",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="tentatives",
                            to="telepaiement.lienpaiement",
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="tentatives",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            null=True,
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
                name="Vente",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jour", models.DateField()),
                    (
                        "payeur",
                        models.CharField(blank=True, max_length=100, verbose_name="reçu de"),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="ventes",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "vente au comptant",
                    "verbose_name_plural": "ventes au comptant",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="tentative",
                name="vente",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="tentative",
                    to="telepaiement.vente",
                ),
            ),
            migrations.AddField(
                model_name="lignevente",
                name="vente",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="telepaiement.vente",
                ),
            ),
            migrations.AddField(
                model_name="encaissement",
                name="vente",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encaissement",
                    to="telepaiement.vente",
                ),
            ),
            migrations.CreateModel(
                name="VerificationRegie",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("le", models.DateTimeField()),
                    (
                        "especes_attendues",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="espèces attendues",
                        ),
                    ),
                    (
                        "especes_comptees",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="espèces comptées",
                        ),
                    ),
                    (
                        "coupures",
                        models.JSONField(default=dict, verbose_name="décompte par coupure"),
                    ),
                    (
                        "cheques_attendus",
                        models.PositiveIntegerField(verbose_name="chèques attendus"),
                    ),
                    (
                        "cheques_comptes",
                        models.PositiveIntegerField(verbose_name="chèques comptés"),
                    ),
                    (
                        "montant_cheques",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant des chèques attendus",
                        ),
                    ),
                    (
                        "derniere_quittance",
                        models.CharField(
                            blank=True, max_length=40, verbose_name="dernière quittance"
                        ),
                    ),
                    ("observations", models.TextField(blank=True)),
                    (
                        "en_presence_de",
                        models.CharField(max_length=100, verbose_name="en présence de"),
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="%(class)ss",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "vérification inopinée",
                    "verbose_name_plural": "vérifications inopinées",
                    "ordering": ["-pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Versement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "reference",
                        models.CharField(max_length=100, verbose_name="référence de la passerelle"),
                    ),
                    (
                        "origine",
                        models.CharField(
                            choices=[
                                ("passerelle", "Lu chez le prestataire"),
                                ("banque", "Constaté sur le relevé bancaire"),
                            ],
                            default="passerelle",
                            max_length=10,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("devise", models.CharField(max_length=3)),
                    (
                        "montant_devise",
                        models.BigIntegerField(
                            blank=True, null=True, verbose_name="montant dans sa devise"
                        ),
                    ),
                    (
                        "commission_devise",
                        models.BigIntegerField(
                            blank=True, null=True, verbose_name="commission dans sa devise"
                        ),
                    ),
                    ("arrive_le", models.DateField(verbose_name="versé le")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("en_ecart", "En écart, non comptabilisé"),
                                ("comptabilise", "Comptabilisé"),
                                ("rejete", "Rejeté par la banque"),
                                ("annule", "Annulé"),
                            ],
                            default="en_ecart",
                            max_length=15,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "anomalie",
                        models.CharField(blank=True, max_length=300, verbose_name="écart"),
                    ),
                    (
                        "brut",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "commission",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "ecart_change",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="écart de change",
                        ),
                    ),
                    ("lu_le", models.DateTimeField(auto_now=True, verbose_name="lu le")),
                    (
                        "ecriture",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versement",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "ecriture_annulation",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versement_annule",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "ecriture_rejet",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versement_rejete",
                            to="grand_livre.ecriture",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "versement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="rapprochementbancaire",
                name="versement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapprochements",
                    to="telepaiement.versement",
                ),
            ),
            migrations.CreateModel(
                name="PassageVersement",
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
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.versement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de versement",
                    "verbose_name_plural": "passages de versement",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="ligneversement",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="telepaiement.versement",
                ),
            ),
            migrations.AddField(
                model_name="ligneversement",
                name="versement_rejete",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reprises",
                    to="telepaiement.versement",
                ),
            ),
            migrations.AddField(
                model_name="imputationversement",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="imputations",
                    to="telepaiement.versement",
                ),
            ),
            migrations.CreateModel(
                name="VersementRegie",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("jour", models.DateField()),
                    (
                        "etabli_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="établi le"),
                    ),
                    (
                        "especes",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="espèces"
                        ),
                    ),
                    ("coupures", models.JSONField(blank=True, default=dict)),
                    (
                        "nombre_cheques",
                        models.PositiveIntegerField(verbose_name="nombre de chèques"),
                    ),
                    (
                        "montant_cheques",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant des chèques",
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("etabli", "Établi"),
                                ("recu", "Reçu par la Trésorerie"),
                                ("annule", "Annulé"),
                            ],
                            default="etabli",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "recepisse",
                        models.CharField(
                            blank=True, max_length=40, verbose_name="numéro du récépissé"
                        ),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versement_regie",
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
                        "regie",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versements",
                            to="telepaiement.regie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "versement de régie",
                    "verbose_name_plural": "versements de régie",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="SessionVersee",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "session",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="versees",
                            to="telepaiement.sessioncaisse",
                        ),
                    ),
                    (
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="sessions",
                            to="telepaiement.versementregie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "session versée",
                    "verbose_name_plural": "sessions versées",
                },
            ),
            migrations.AddField(
                model_name="rectificationversement",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rectifications",
                    to="telepaiement.versementregie",
                ),
            ),
            migrations.CreateModel(
                name="PassageVersementRegie",
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
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="telepaiement.versementregie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de versement de régie",
                    "verbose_name_plural": "passages de versement de régie",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="ComblementVerse",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "comblement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verses",
                            to="telepaiement.comblementdeficit",
                        ),
                    ),
                    (
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comblements",
                            to="telepaiement.versementregie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "comblement versé",
                    "verbose_name_plural": "comblements versés",
                },
            ),
            migrations.CreateModel(
                name="ChequeVerse",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "encaissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cheques_verses",
                            to="telepaiement.encaissement",
                        ),
                    ),
                    (
                        "versement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cheques",
                            to="telepaiement.versementregie",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "chèque versé",
                    "verbose_name_plural": "chèques versés",
                },
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
            migrations.AddConstraint(
                model_name="documentdemande",
                constraint=models.UniqueConstraint(
                    fields=("demande", "rang"),
                    name="document_demande_rang_unique",
                    violation_error_message="Deux documents d’une demande n’ont pas le même rang.",
                ),
            ),
            migrations.AddConstraint(
                model_name="documentdemande",
                constraint=models.UniqueConstraint(
                    fields=("demande", "sha256"),
                    name="document_demande_une_fois",
                    violation_error_message="Ce document est déjà joint à la demande.",
                ),
            ),
            migrations.AddConstraint(
                model_name="documentdemande",
                constraint=models.CheckConstraint(
                    condition=models.Q(("rang__gte", 1), ("rang__lte", 5)),
                    name="document_demande_nombre",
                    violation_error_message="Une demande porte au plus 5 documents.",
                ),
            ),
            migrations.AddConstraint(
                model_name="documentdemande",
                constraint=models.CheckConstraint(
                    condition=models.Q(("taille__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                    name="document_demande_range",
                    violation_error_message="Un document désigne un fichier non vide.",
                ),
            ),
            migrations.AddConstraint(
                model_name="documentdemande",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("analyse", "non_analyse"), ("analyse_le__isnull", True)),
                        models.Q(
                            models.Q(("analyse", "non_analyse"), _negated=True),
                            ("analyse_le__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="document_demande_analyse_datee",
                    violation_error_message="Une analyse antivirus porte sa date.",
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
                model_name="annulationencaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="annulation_a_motif",
                    violation_error_message="L’annulation d’un encaissement a un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "defait"), _negated=True),
                    fields=("carnet", "numero"),
                    name="feuillet_numero_unique",
                    violation_error_message="Ce numéro de feuillet est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "defait"), _negated=True),
                    fields=("code",),
                    name="feuillet_code_unique",
                    violation_error_message="Ce code est déjà celui d’un autre feuillet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("encaissement__isnull", False), ("etat__in", ["saisi", "defait"])
                        ),
                        models.Q(
                            ("encaissement__isnull", True), ("etat__in", ["vierge", "annule"])
                        ),
                        _connector="OR",
                    ),
                    name="feuillet_saisi_encaisse",
                    violation_error_message="Un feuillet saisi porte son encaissement.",
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
            migrations.AddConstraint(
                model_name="compensationimputation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="compensation_a_motif",
                    violation_error_message="Une compensation a un motif.",
                ),
            ),
            migrations.AddIndex(
                model_name="litige",
                index=models.Index(fields=["etat", "repondre_avant"], name="litige_etat"),
            ),
            migrations.AddConstraint(
                model_name="litige",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("montant__gt", 0), ("trop_percu__gte", 0), ("frais__gte", 0)
                    ),
                    name="litige_montants",
                    violation_error_message="Un litige porte sur un franc au moins.",
                ),
            ),
            migrations.AddConstraint(
                model_name="litige",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("est_debite", False), ("ecriture__isnull", False), _connector="OR"
                    ),
                    name="litige_debite_ecrit",
                    violation_error_message="Ce que la banque reprend a son écriture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="litige",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "ouvert"), ("clos_le__isnull", False), _connector="OR"
                    ),
                    name="litige_clos_a_date",
                    violation_error_message="Un litige clos a sa date.",
                ),
            ),
            migrations.AddConstraint(
                model_name="mouvementimpute",
                constraint=models.UniqueConstraint(
                    fields=("imputation", "transaction"), name="mouvement_impute_unique"
                ),
            ),
            migrations.AddConstraint(
                model_name="passagefeuillet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("acte", "presenter_encore")),
                    fields=("feuillet", "par", "motif"),
                    name="feuillet_seconde_saisie_unique",
                    violation_error_message="Cette seconde présentation est déjà notée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="envoiguichet",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("lien__isnull", False), ("quittance__isnull", True)),
                        models.Q(("lien__isnull", True), ("quittance__isnull", False)),
                        _connector="OR",
                    ),
                    name="envoi_guichet_une_chose",
                    violation_error_message="Un envoi du guichet porte une quittance ou un lien.",
                ),
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
            migrations.AddConstraint(
                model_name="annulationrapprochement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="annulation_rapprochement_a_motif",
                    violation_error_message="Un rapprochement s’annule avec un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regie",
                constraint=models.CheckConstraint(
                    condition=models.Q(("versement_jours__gte", 1), ("versement_jours__lte", 31)),
                    name="regie_versement_mensuel",
                    violation_error_message="Une régie verse ses recettes au moins une fois par mois.",
                ),
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
            migrations.AddIndex(
                model_name="quittance",
                index=models.Index(fields=["code"], name="quittance_code"),
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
                constraint=models.UniqueConstraint(
                    condition=models.Q(("remplace__isnull", True)),
                    fields=("code",),
                    name="quittance_code_unique",
                    violation_error_message="Ce code est déjà celui d’une autre quittance.",
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
                model_name="nomination",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "en_vigueur"), ("qualite", "regisseur")),
                    fields=("regie",),
                    name="nomination_un_regisseur",
                    violation_error_message="Cette régie a déjà un régisseur : mettez fin à ses fonctions d’abord.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "en_vigueur")),
                    fields=("regie", "personne"),
                    name="nomination_une_par_personne",
                    violation_error_message="Cette personne est déjà nommée dans cette régie.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("date_avis_conforme__lte", models.F("date_arrete")),
                        ("date_arrete__lte", models.F("debut")),
                    ),
                    name="nomination_dans_l_ordre",
                    violation_error_message="L’avis conforme précède l’arrêté, et l’arrêté la prise de fonctions.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("fin__isnull", True), ("fin__gte", models.F("debut")), _connector="OR"
                    ),
                    name="nomination_fin_apres_debut",
                    violation_error_message="La fin des fonctions suit leur début.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("qualite", "regisseur"),
                        models.Q(
                            ("date_accord_regisseur__isnull", False),
                            ("date_accord_regisseur__lte", models.F("debut")),
                        ),
                        _connector="OR",
                    ),
                    name="nomination_mandataire_agree",
                    violation_error_message="Un mandataire est nommé avec l’accord du régisseur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("qualite", "suppleant"), _negated=True),
                        ("fin__isnull", False),
                        _connector="OR",
                    ),
                    name="nomination_suppleance_bornee",
                    violation_error_message="Une suppléance a une date de fin.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "en_vigueur"),
                        models.Q(
                            ("fin__isnull", False), models.Q(("arrete_fin", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="nomination_terminee_par_arrete",
                    violation_error_message="Les fonctions prennent fin par un arrêté.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("cautionnement__isnull", True), ("reference_cautionnement", "")),
                        models.Q(
                            ("cautionnement__gt", 0),
                            ("qualite", "regisseur"),
                            models.Q(("reference_cautionnement", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="nomination_cautionnement_du_regisseur",
                    violation_error_message="Le cautionnement est celui du régisseur, et a une référence.",
                ),
            ),
            migrations.AddConstraint(
                model_name="mouvementfonds",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("montant__gt", 0), models.Q(("reference", ""), _negated=True)
                    ),
                    name="mouvement_fonds_montant",
                    violation_error_message="Un mouvement de fonds a un montant et un reçu.",
                ),
            ),
            migrations.AddConstraint(
                model_name="guichet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("lecteur", ""), _negated=True),
                    fields=("lecteur",),
                    name="guichet_lecteur_unique",
                    violation_error_message="Ce lecteur de carte est déjà celui d’un autre guichet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="etatmensuel",
                constraint=models.UniqueConstraint(
                    fields=("regie", "mois"),
                    name="etat_mensuel_unique",
                    violation_error_message="L’état de ce mois est déjà établi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="etatmensuel",
                constraint=models.CheckConstraint(
                    condition=models.Q(("total__gte", 0), ("mois__day", 1)),
                    name="etat_mensuel_d_un_mois",
                    violation_error_message="Un état est celui d’un mois, qui a son total.",
                ),
            ),
            migrations.AddConstraint(
                model_name="carnet",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="carnet_numero_unique",
                    violation_error_message="Ce numéro de carnet est déjà pris.",
                ),
            ),
            migrations.AddIndex(
                model_name="lignebancaire",
                index=models.Index(fields=["etat", "jour"], name="ligne_bancaire_etat"),
            ),
            migrations.AddConstraint(
                model_name="lignebancaire",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant", 0), _negated=True),
                    name="ligne_bancaire_montant",
                    violation_error_message="Un mouvement bancaire n’est pas nul.",
                ),
            ),
            migrations.AddIndex(
                model_name="remboursement",
                index=models.Index(
                    condition=models.Q(("etat__in", ["approuve", "transmis"])),
                    fields=["modifie_le"],
                    name="remboursement_en_route",
                ),
            ),
            migrations.AddIndex(
                model_name="remboursement",
                index=models.Index(fields=["etat", "-id"], name="remboursement_etat"),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("montant__gt", 0),
                        ("trop_percu__gte", 0),
                        ("trop_percu__lte", models.F("montant")),
                    ),
                    name="remboursement_montants",
                    violation_error_message="Un remboursement est d’un franc au moins.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="remboursement_a_motif",
                    violation_error_message="Un remboursement a un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("origine", "externe"),
                        ("etat__in", ["demande", "refuse"]),
                        ("approuve_par__isnull", False),
                        _connector="OR",
                    ),
                    name="remboursement_approuve",
                    violation_error_message="Un remboursement ne part pas sans avoir été approuvé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("approuve_par__isnull", True),
                        models.Q(("approuve_par", models.F("demande_par")), _negated=True),
                        _connector="OR",
                    ),
                    name="remboursement_deux_personnes",
                    violation_error_message="Qui demande un remboursement ne l’approuve pas : demandez à un collègue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "reussi"), _negated=True),
                        models.Q(
                            ("ecriture__isnull", False), models.Q(("reference", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="remboursement_reussi_ecrit",
                    violation_error_message="Un remboursement réussi a sa référence et son écriture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remboursement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("reference", ""), _negated=True),
                    fields=("reference",),
                    name="remboursement_reference_unique",
                    violation_error_message="Ce remboursement de la passerelle est déjà connu.",
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
            migrations.AddConstraint(
                model_name="recuremboursement",
                constraint=models.UniqueConstraint(
                    fields=("regie", "annee", "numero"),
                    name="recu_remboursement_numero_unique",
                    violation_error_message="Ce numéro de reçu est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="recuremboursement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("numero__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                    name="recu_remboursement_scelle",
                    violation_error_message="Un reçu a un numéro et l’empreinte de son document.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remiseservice",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="remiseservice_numero_unique",
                    violation_error_message="Ce numéro de procès-verbal est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remiseservice",
                constraint=models.CheckConstraint(
                    condition=models.Q(("especes_comptees__gte", 0)),
                    name="remiseservice_compte_positif",
                    violation_error_message="La somme comptée n’est pas négative.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remiseservice",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("sortant__isnull", True),
                        models.Q(("sortant", models.F("entrant")), _negated=True),
                        _connector="OR",
                    ),
                    name="remise_service_a_un_autre",
                    violation_error_message="Le service se remet à une autre personne.",
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
            migrations.AddIndex(
                model_name="sessioncaisse",
                index=models.Index(
                    condition=models.Q(
                        ("especes_comptees__gt", models.F("especes_attendues")),
                        ("etat", "cloturee"),
                    ),
                    fields=["jour"],
                    name="session_excedents",
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
                            ("cheques_attendus__isnull", False),
                            ("cheques_comptes__isnull", False),
                            ("cloturee_le__isnull", False),
                            ("cloturee_par__isnull", False),
                            ("especes_attendues__isnull", False),
                            ("especes_comptees__gte", 0),
                            ("especes_comptees__isnull", False),
                            ("numero__isnull", False),
                            ("terminal_attendu__isnull", False),
                            ("terminal_compte__isnull", False),
                            ("tickets_attendus__isnull", False),
                            ("tickets_comptes__isnull", False),
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
                        models.Q(
                            ("cheques_comptes", models.F("cheques_attendus")),
                            ("especes_comptees", models.F("especes_attendues")),
                            ("terminal_compte", models.F("terminal_attendu")),
                            ("tickets_comptes", models.F("tickets_attendus")),
                        ),
                        models.Q(("motif_ecart", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="session_ecart_a_motif",
                    violation_error_message="Un écart de caisse porte un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "ouverte"),
                        ("cloturee_par", models.F("agent")),
                        models.Q(("motif_absence", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="session_close_pour_un_absent",
                    violation_error_message="Qui clôture la caisse d’un autre dit pourquoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ecriture_ecart__isnull", True), ("etat", "ouverte")),
                        models.Q(
                            ("ecriture_ecart__isnull", True),
                            ("especes_comptees", models.F("especes_attendues")),
                        ),
                        models.Q(
                            models.Q(
                                ("especes_comptees", models.F("especes_attendues")), _negated=True
                            ),
                            ("ecriture_ecart__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="session_ecart_ecrit",
                    violation_error_message="Un écart de caisse est passé en écriture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="comblement_deficit_numero_unique",
                    violation_error_message="Ce numéro de reçu est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="comblement_deficit_montant",
                    violation_error_message="Un déficit se comble d’au moins 1 F.",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("rectification__isnull", True), ("session__isnull", False)),
                        models.Q(("rectification__isnull", False), ("session__isnull", True)),
                        _connector="OR",
                    ),
                    name="comblement_deficit_d_une_cause",
                    violation_error_message="Un comblement est celui d’une caisse ou d’un versement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="comblementdeficit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("moyen", "especes"), ("recepisse", "")),
                        models.Q(
                            ("moyen", "tresorerie"), models.Q(("recepisse", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="comblement_deficit_recepisse",
                    violation_error_message="Ce qui est payé à la Trésorerie a son récépissé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lettreimprimee",
                constraint=models.CheckConstraint(
                    condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                    name="lettre_imprimee_scellee",
                    violation_error_message="Une lettre imprimée a l’empreinte de son document.",
                ),
            ),
            migrations.AddConstraint(
                model_name="passagelitige",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("acte", "poster_lettre"), ("lettre__isnull", False)),
                        models.Q(
                            models.Q(("acte", "poster_lettre"), _negated=True),
                            ("lettre__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="passage_litige_lettre_postee",
                    violation_error_message="Une lettre postée est une lettre imprimée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="recuapurement",
                constraint=models.UniqueConstraint(
                    fields=("annee", "numero"),
                    name="recu_apurement_numero_unique",
                    violation_error_message="Ce numéro de reçu est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="recuapurement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("numero__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                    name="recu_apurement_scelle",
                    violation_error_message="Un reçu a un numéro et l’empreinte de son document.",
                ),
            ),
            migrations.AddConstraint(
                model_name="apurement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("annule__isnull", True), ("montant__gt", 0)),
                        models.Q(("annule__isnull", False), ("montant__lt", 0)),
                        _connector="OR",
                    ),
                    name="apurement_montant",
                    violation_error_message="Un apurement est d’au moins 1 F.",
                ),
            ),
            migrations.AddConstraint(
                model_name="apurement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="apurement_a_motif",
                    violation_error_message="Un apurement a un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="apurement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("ligne__isnull", False),
                            ("rectification__isnull", True),
                            ("session__isnull", True),
                        ),
                        models.Q(
                            ("ligne__isnull", True),
                            ("rectification__isnull", True),
                            ("session__isnull", False),
                        ),
                        models.Q(
                            ("ligne__isnull", True),
                            ("rectification__isnull", False),
                            ("session__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="apurement_d_une_somme",
                    violation_error_message="Un apurement est celui d’un mouvement imputé, d’une caisse ou d’un versement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioninternet",
                constraint=models.UniqueConstraint(
                    fields=("regie", "jour"),
                    name="session_internet_une_par_jour",
                    violation_error_message="Cette journée est déjà clôturée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioninternet",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="session_internet_numero_unique",
                    violation_error_message="Ce numéro de clôture est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="suitecontestation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("motif", ""), _negated=True),
                        models.Q(
                            models.Q(
                                ("montant__gt", 0),
                                ("nature", "reduction"),
                                ("reduction__isnull", False),
                            ),
                            models.Q(("montant__gt", 0), ("nature", "annulation")),
                            models.Q(
                                ("montant__gt", 0),
                                ("nature", "rejet"),
                                ("reduction__isnull", True),
                            ),
                            models.Q(
                                ("montant", 0),
                                ("nature", "sans_changement"),
                                ("reduction__isnull", True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    name="suite_contestation_complete",
                    violation_error_message="La suite d’une contestation dit ce que devient le titre.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tarif",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("montant__gt", 0), models.Q(("deliberation", ""), _negated=True)
                    ),
                    name="tarif_positif_fonde",
                    violation_error_message="Un tarif a un montant et la délibération qui le fonde.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tarif",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("clos_le__isnull", True),
                            ("clos_par__isnull", True),
                            ("fin__isnull", True),
                        ),
                        models.Q(
                            ("clos_le__isnull", False),
                            ("clos_par__isnull", False),
                            ("fin__isnull", False),
                            models.Q(("deliberation_fin", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="tarif_clos_par_deliberation",
                    violation_error_message="Un tarif se clôt par une délibération.",
                ),
            ),
            migrations.AddIndex(
                model_name="passagetentative",
                index=models.Index(fields=["acte", "-le"], name="passage_tentative_acte"),
            ),
            migrations.AddConstraint(
                model_name="vente",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="vente_montant_positif",
                    violation_error_message="Le montant d’une vente est positif.",
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
                    condition=models.Q(
                        (
                            "etat__in",
                            ["a_verifier", "authentification", "creee", "en_cours", "initiee"],
                        ),
                        ("vente__isnull", False),
                    ),
                    fields=("session_payeur",),
                    name="tentative_une_ouverte_par_vente",
                    violation_error_message="Un paiement de cette vente est déjà commencé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("titre__isnull", False), ("vente__isnull", True)),
                        models.Q(
                            ("canal", "guichet_tpe"),
                            ("titre__isnull", True),
                            ("vente__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="tentative_d_un_titre_ou_d_une_vente",
                    violation_error_message="Un paiement règle un titre, ou une vente au guichet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        (
                            "etat__in",
                            ["a_verifier", "authentification", "creee", "en_cours", "initiee"],
                        ),
                        models.Q(("lecteur", ""), _negated=True),
                    ),
                    fields=("lecteur",),
                    name="tentative_une_ouverte_par_lecteur",
                    violation_error_message="Ce lecteur de carte attend déjà un autre paiement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("canal", "guichet_tpe"),
                            ("session__isnull", False),
                            models.Q(("lecteur", ""), _negated=True),
                        ),
                        models.Q(("canal", "internet"), ("lecteur", ""), ("session__isnull", True)),
                        _connector="OR",
                    ),
                    name="tentative_au_guichet_a_lecteur",
                    violation_error_message="Un paiement au lecteur a sa caisse et son lecteur.",
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
                    condition=models.Q(("montant__lte", models.F("reste_constate"))),
                    name="tentative_dans_le_reste",
                    violation_error_message="Un paiement ne dépasse pas ce qui est dû.",
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
            migrations.AddConstraint(
                model_name="lignevente",
                constraint=models.UniqueConstraint(
                    fields=("vente", "produit"),
                    name="ligne_vente_produit_unique",
                    violation_error_message="Ce produit est déjà dans la vente.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignevente",
                constraint=models.CheckConstraint(
                    condition=models.Q(("quantite__gt", 0), ("tarif__gt", 0)),
                    name="ligne_vente_positive",
                    violation_error_message="Une ligne de vente a une quantité et un tarif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignevente",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "montant",
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantite"), "*", models.F("tarif")
                            ),
                        )
                    ),
                    name="ligne_vente_au_tarif",
                    violation_error_message="Une ligne de vente vaut sa quantité au tarif.",
                ),
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
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("mention", ""), ("titre__isnull", False), ("vente__isnull", True)
                        ),
                        models.Q(
                            ("mention", ""),
                            ("titre__isnull", True),
                            ("vente__isnull", False),
                            models.Q(
                                models.Q(
                                    ("mode", "lecteur"),
                                    models.Q(
                                        ("trop_percu", 0),
                                        ("trop_percu", models.F("montant")),
                                        _connector="OR",
                                    ),
                                ),
                                models.Q(("session__isnull", False), ("trop_percu", 0)),
                                models.Q(("mode", "classement"), ("trop_percu", 0)),
                                _connector="OR",
                            ),
                        ),
                        models.Q(
                            ("titre__isnull", True),
                            ("trop_percu", 0),
                            ("vente__isnull", True),
                            models.Q(
                                models.Q(
                                    ("mode__in", ["especes", "cheque", "tpe"]),
                                    ("session__isnull", False),
                                ),
                                models.Q(("mode", "virement"), ("session__isnull", True)),
                                _connector="OR",
                            ),
                            models.Q(("mention", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_d_un_titre_ou_d_une_vente",
                    violation_error_message="Un encaissement paie un titre, ou une vente au guichet, ou attend d’être classé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode", "classement"), ("provenance__isnull", False)),
                        models.Q(
                            models.Q(("mode", "classement"), _negated=True),
                            ("provenance__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_classe_a_provenance",
                    violation_error_message="Une recette classée a sa provenance.",
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
                            ("mode", "lecteur"),
                            ("tentative__isnull", False),
                            models.Q(("charge", ""), _negated=True),
                        ),
                        models.Q(("charge", ""), ("mode", "virement"), ("tentative__isnull", True)),
                        models.Q(
                            ("charge", ""),
                            ("mode", "classement"),
                            ("session__isnull", True),
                            ("tentative__isnull", True),
                        ),
                        models.Q(
                            models.Q(
                                ("mode__in", ["carte", "lecteur", "virement", "classement"]),
                                _negated=True,
                            ),
                            ("charge", ""),
                            ("session__isnull", False),
                            ("tentative__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_en_ligne_ou_en_caisse",
                    violation_error_message="Un encaissement vient de la passerelle, d’une caisse ou d’un virement.",
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
                        models.Q(
                            ("somme_remise__gte", models.F("montant")),
                            ("somme_remise__isnull", False),
                        ),
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
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("numero_ticket__regex", "[0-9]([ .-]?[0-9]){12}"), _negated=True),
                        models.Q(
                            ("numero_autorisation__regex", "[0-9]([ .-]?[0-9]){12}"), _negated=True
                        ),
                    ),
                    name="encaissement_sans_numero_de_carte",
                    violation_error_message="Un numéro de carte ne se conserve pas.",
                ),
            ),
            migrations.AddConstraint(
                model_name="verificationregie",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="verificationregie_numero_unique",
                    violation_error_message="Ce numéro de procès-verbal est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="verificationregie",
                constraint=models.CheckConstraint(
                    condition=models.Q(("especes_comptees__gte", 0)),
                    name="verificationregie_compte_positif",
                    violation_error_message="La somme comptée n’est pas négative.",
                ),
            ),
            migrations.AddIndex(
                model_name="versement",
                index=models.Index(fields=["etat", "-arrive_le"], name="versement_etat"),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "annule"), _negated=True),
                    fields=("reference",),
                    name="versement_reference_unique",
                    violation_error_message="Ce versement est déjà connu.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "en_ecart"),
                        models.Q(
                            ("anomalie", ""),
                            ("ecriture__isnull", False),
                            (
                                "montant",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("brut"), "-", models.F("commission")
                                    ),
                                    "-",
                                    models.F("ecart_change"),
                                ),
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="versement_comptabilise_ecrit",
                    violation_error_message="Un versement comptabilisé est égal à ses lignes.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "rejete"), _negated=True),
                        ("ecriture_rejet__isnull", False),
                        _connector="OR",
                    ),
                    name="versement_rejete_ecrit",
                    violation_error_message="Un versement rejeté a l’écriture de son rejet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "annule"), _negated=True),
                        ("ecriture_annulation__isnull", False),
                        _connector="OR",
                    ),
                    name="versement_annule_ecrit",
                    violation_error_message="Un versement annulé a l’écriture de son annulation.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "en_ecart"), _negated=True),
                        models.Q(("anomalie", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="versement_en_ecart_explique",
                    violation_error_message="Un versement en écart dit pourquoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="rapprochementbancaire",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("commission__gte", 0),
                        models.Q(
                            models.Q(("nature", "versement"), ("versement__isnull", False)),
                            models.Q(
                                models.Q(("nature", "versement"), _negated=True),
                                ("versement__isnull", True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    name="rapprochement_versement_nomme",
                    violation_error_message="Un rapprochement de versement nomme le versement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="rapprochementbancaire",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("nature__in", ["remise_tpe", "remise_cheques", "commission"]),
                            _negated=True,
                        ),
                        ("ecriture__isnull", False),
                        _connector="OR",
                    ),
                    name="rapprochement_remise_ecrite",
                    violation_error_message="Une remise rapprochée a son écriture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("imputation__isnull", False), ("nature", "imputee")),
                        models.Q(
                            models.Q(("nature", "imputee"), _negated=True),
                            ("imputation__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="ligne_versement_imputee",
                    violation_error_message="Une ligne imputée l’est par une imputation approuvée.",
                ),
            ),
            migrations.AddIndex(
                model_name="imputationversement",
                index=models.Index(fields=["etat", "-id"], name="imputation_etat"),
            ),
            migrations.AddConstraint(
                model_name="imputationversement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "refusee"), _negated=True),
                    fields=("versement",),
                    name="imputation_une_par_versement",
                    violation_error_message="Une imputation de ce versement est déjà demandée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="imputationversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("motif", ""), _negated=True),
                    name="imputation_a_motif",
                    violation_error_message="Une imputation a un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="imputationversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("decide_par__isnull", True), ("etat", "demandee")),
                        models.Q(
                            models.Q(("etat", "demandee"), _negated=True),
                            ("decide_par__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="imputation_decidee_par",
                    violation_error_message="Une imputation décidée dit par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="imputationversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "approuvee"), _negated=True),
                        models.Q(("decide_par", models.F("demande_par")), _negated=True),
                        _connector="OR",
                    ),
                    name="imputation_deux_personnes",
                    violation_error_message="Qui demande une imputation ne l’approuve pas : demandez à un collègue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="imputationversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "refusee"), _negated=True),
                        models.Q(("motif_refus", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="imputation_refus_motive",
                    violation_error_message="Un refus d’imputation dit pourquoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versementregie",
                constraint=models.UniqueConstraint(
                    fields=("regie", "numero"),
                    name="versement_regie_numero_unique",
                    violation_error_message="Ce numéro de bordereau est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versementregie",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("especes__gte", 0),
                        ("montant_cheques__gte", 0),
                        models.Q(("especes__gt", 0), ("nombre_cheques__gt", 0), _connector="OR"),
                    ),
                    name="versement_regie_non_vide",
                    violation_error_message="Un versement porte des espèces ou des chèques.",
                ),
            ),
            migrations.AddConstraint(
                model_name="versementregie",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ecriture__isnull", True), ("etat__in", ["etabli", "annule"])),
                        models.Q(
                            ("etat", "recu"),
                            models.Q(("recepisse", ""), _negated=True),
                            models.Q(("especes", 0), ("ecriture__isnull", False), _connector="OR"),
                        ),
                        _connector="OR",
                    ),
                    name="versement_regie_recu_ecrit",
                    violation_error_message="Un versement reçu a un récépissé et son écriture.",
                ),
            ),
            migrations.AddIndex(
                model_name="rectificationversement",
                index=models.Index(
                    condition=models.Q(("nature", "excedent")),
                    fields=["jour"],
                    name="rectification_excedents",
                ),
            ),
            migrations.AddConstraint(
                model_name="rectificationversement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0), models.Q(("motif", ""), _negated=True)),
                    name="rectification_versement_motif",
                    violation_error_message="Une rectification a un montant et un motif.",
                ),
            ),
        )
    ]
