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
                name="Flux",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "profil",
                        models.CharField(
                            choices=[
                                ("pes_v2", "PES V2"),
                                ("lot_pieces", "Lot de pièces (accord local)"),
                            ],
                            default="pes_v2",
                            max_length=12,
                        ),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    (
                        "code_collectivite",
                        models.CharField(max_length=3, verbose_name="code collectivité"),
                    ),
                    (
                        "nom_fichier",
                        models.CharField(max_length=100, verbose_name="nom du fichier"),
                    ),
                    (
                        "constitue_le",
                        models.DateTimeField(
                            help_text="moment écrit dans le fichier", verbose_name="constitué le"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("en_constitution", "En constitution"),
                                ("au_parapheur", "Au parapheur"),
                                ("constitue", "Constitué et contrôlé"),
                                ("transmis", "Transmis"),
                                ("acquitte", "Acquitté"),
                                ("acquitte_en_partie", "Acquitté en partie"),
                                ("refuse", "Refusé"),
                                ("en_erreur", "Écarté avant envoi"),
                            ],
                            default="en_constitution",
                            max_length=20,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(
                            blank=True, max_length=64, verbose_name="empreinte SHA-256"
                        ),
                    ),
                    ("taille", models.BigIntegerField(default=0, verbose_name="taille en octets")),
                    ("transmis_le", models.DateTimeField(blank=True, null=True)),
                    (
                        "budget",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.budget",
                        ),
                    ),
                    (
                        "exercice",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.exercice",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "flux",
                    "verbose_name_plural": "flux",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Circuit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("libelle", models.CharField(max_length=100, verbose_name="libellé")),
                    (
                        "sens",
                        models.CharField(
                            choices=[("depense", "Dépense"), ("recette", "Recette")], max_length=7
                        ),
                    ),
                    (
                        "direction",
                        models.CharField(blank=True, help_text="vide : toutes", max_length=100),
                    ),
                    (
                        "montant_minimum",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant TTC à partir duquel il s’applique",
                        ),
                    ),
                    ("debut", models.DateField(verbose_name="en vigueur à partir du")),
                    ("fin", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
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
                        "cree_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "signataire",
                        models.ForeignKey(
                            blank=True,
                            help_text="vide : tout ordonnateur",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "circuit",
                    "ordering": ["sens", "direction", "-montant_minimum", "-debut"],
                },
            ),
            migrations.CreateModel(
                name="Delegation",
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
                                ("delegation", "Délégation de signature"),
                                ("suppleance", "Suppléance pendant une absence"),
                            ],
                            max_length=10,
                        ),
                    ),
                    (
                        "acte",
                        models.CharField(
                            blank=True, help_text="numéro et date de l’arrêté", max_length=60
                        ),
                    ),
                    ("debut", models.DateField(verbose_name="du")),
                    ("fin", models.DateField(help_text="dernier jour compris", verbose_name="au")),
                    (
                        "plafond",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="plafond TTC par bordereau",
                        ),
                    ),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                    (
                        "revoquee_le",
                        models.DateField(
                            blank=True,
                            help_text="elle ne sert plus ce jour-là ni ensuite",
                            null=True,
                            verbose_name="révoquée le",
                        ),
                    ),
                    (
                        "cree_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "delegant",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="delegations_donnees",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="délégant",
                        ),
                    ),
                    (
                        "delegataire",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="delegations_recues",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="délégataire",
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
                ],
                options={
                    "verbose_name": "délégation",
                    "ordering": ["-debut", "-pk"],
                },
            ),
            migrations.CreateModel(
                name="DepotExterne",
                fields=[
                    (
                        "flux",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            primary_key=True,
                            related_name="depot_externe",
                            serialize=False,
                            to="exports_tps.flux",
                        ),
                    ),
                    ("nom", models.CharField(max_length=255, verbose_name="nom du fichier déposé")),
                    (
                        "sha256",
                        models.CharField(
                            max_length=64, unique=True, verbose_name="empreinte du fichier déposé"
                        ),
                    ),
                    ("est_signe", models.BooleanField(verbose_name="déposé signé")),
                    ("depose_le", models.DateTimeField(verbose_name="déposé le")),
                    (
                        "sha256_signe",
                        models.CharField(
                            blank=True, max_length=64, verbose_name="empreinte une fois signé"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "dépôt externe",
                    "verbose_name_plural": "dépôts externes",
                },
            ),
            migrations.CreateModel(
                name="EtapeCircuit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    ("libelle", models.CharField(max_length=80, verbose_name="libellé")),
                    (
                        "role",
                        models.CharField(
                            choices=[
                                ("service", "Service gestionnaire"),
                                ("agent", "Agent des finances"),
                                ("ordonnateur", "Ordonnateur"),
                            ],
                            max_length=20,
                            verbose_name="rôle",
                        ),
                    ),
                    (
                        "circuit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="etapes",
                            to="exports_tps.circuit",
                        ),
                    ),
                    (
                        "titulaire",
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
                    "verbose_name": "étape de circuit",
                    "verbose_name_plural": "étapes de circuit",
                    "ordering": ["circuit", "rang"],
                },
            ),
            migrations.CreateModel(
                name="LectureBordereau",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "empreinte",
                        models.CharField(max_length=64, verbose_name="empreinte de ce qui est lu"),
                    ),
                    ("lu_le", models.DateTimeField(auto_now_add=True, verbose_name="lu le")),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lectures",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "lu_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "lecture d’un bordereau",
                    "verbose_name_plural": "lectures de bordereaux",
                },
            ),
            migrations.CreateModel(
                name="LigneFlux",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "empreinte",
                        models.CharField(
                            blank=True, help_text="SHA-256 de ce qui est envoyé", max_length=64
                        ),
                    ),
                    (
                        "liberee_le",
                        models.DateTimeField(
                            blank=True,
                            help_text="refusé ou écarté : peut repartir",
                            null=True,
                            verbose_name="libérée le",
                        ),
                    ),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes_flux",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="exports_tps.flux",
                        ),
                    ),
                    (
                        "justificatif",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes_flux",
                            to="grand_livre.piecejustificative",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de flux",
                    "verbose_name_plural": "lignes de flux",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="MessageTPS",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nom", models.CharField(max_length=255, verbose_name="nom du fichier")),
                    (
                        "sha256",
                        models.CharField(
                            max_length=64, unique=True, verbose_name="empreinte SHA-256"
                        ),
                    ),
                    ("taille", models.BigIntegerField(verbose_name="taille en octets")),
                    ("recu_le", models.DateTimeField(auto_now_add=True, verbose_name="reçu le")),
                    (
                        "genre",
                        models.CharField(
                            choices=[
                                ("acquit", "Acquittement"),
                                ("retour", "Retour"),
                                ("inconnu", "Inconnu"),
                            ],
                            default="inconnu",
                            max_length=10,
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("recu", "Reçu"),
                                ("applique", "Appliqué"),
                                ("mis_de_cote", "Mis de côté"),
                                ("en_erreur", "Illisible"),
                            ],
                            default="recu",
                            max_length=12,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "applique_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="appliqué le"),
                    ),
                    (
                        "erreur",
                        models.TextField(blank=True, help_text="ce qui empêche de l’appliquer"),
                    ),
                    (
                        "nombre_anomalies",
                        models.PositiveIntegerField(
                            default=0, verbose_name="écarts au schéma officiel"
                        ),
                    ),
                    (
                        "anomalies",
                        models.JSONField(
                            blank=True,
                            default=list,
                            help_text="de chacun : ligne, balise, règle, texte",
                            verbose_name="premiers écarts",
                        ),
                    ),
                    (
                        "flux",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="messages",
                            to="exports_tps.flux",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "message de la Trésorerie",
                    "verbose_name_plural": "messages de la Trésorerie",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="NouveauDepot",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "rang",
                        models.PositiveSmallIntegerField(help_text="2 pour le deuxième dépôt"),
                    ),
                    ("motif", models.CharField(max_length=400)),
                    ("demande_le", models.DateTimeField(verbose_name="demandé le")),
                    (
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="nouveaux_depots",
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
                    "verbose_name": "nouveau dépôt",
                    "verbose_name_plural": "nouveaux dépôts",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="PassageFlux",
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
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
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
                    "verbose_name": "passage de flux",
                    "verbose_name_plural": "passages de flux",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PieceExterne",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "sens",
                        models.CharField(
                            choices=[("depense", "Dépense"), ("recette", "Recette")], max_length=7
                        ),
                    ),
                    ("exercice", models.PositiveSmallIntegerField()),
                    ("bordereau", models.PositiveIntegerField(verbose_name="numéro du bordereau")),
                    (
                        "code_service",
                        models.CharField(
                            blank=True, default="", max_length=10, verbose_name="service"
                        ),
                    ),
                    ("type_bordereau", models.CharField(max_length=2)),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("nom_tiers", models.CharField(max_length=120, verbose_name="tiers")),
                    ("objet", models.CharField(blank=True, max_length=160)),
                    (
                        "montant_ttc",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant TTC"
                        ),
                    ),
                    (
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pieces_externes",
                            to="exports_tps.flux",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "pièce externe",
                    "verbose_name_plural": "pièces externes",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="DocumentExterne",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "identifiant",
                        models.CharField(max_length=50, verbose_name="identifiant unique"),
                    ),
                    (
                        "nom",
                        models.CharField(blank=True, max_length=100, verbose_name="nom annoncé"),
                    ),
                    ("est_inclus", models.BooleanField(verbose_name="dans le fichier déposé")),
                    (
                        "sha256",
                        models.CharField(
                            blank=True, max_length=64, verbose_name="empreinte SHA-256"
                        ),
                    ),
                    ("taille", models.BigIntegerField(default=0, verbose_name="taille en octets")),
                    (
                        "type_mime",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="type de contenu"
                        ),
                    ),
                    (
                        "joint_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="joint le"),
                    ),
                    (
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="documents_externes",
                            to="exports_tps.flux",
                        ),
                    ),
                    (
                        "joint_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "piece",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="documents",
                            to="exports_tps.pieceexterne",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "document externe",
                    "verbose_name_plural": "documents externes",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Presentation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "presentee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="présentée le"),
                    ),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="presentations",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "circuit",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="presentations",
                            to="exports_tps.circuit",
                        ),
                    ),
                    (
                        "presentee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "présentation au parapheur",
                    "verbose_name_plural": "présentations au parapheur",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="AnnonceParapheur",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "rang",
                        models.PositiveSmallIntegerField(
                            help_text="étape ; la signature vient après la dernière"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    ("destinataires", models.PositiveSmallIntegerField()),
                    (
                        "presentation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="annonces",
                            to="exports_tps.presentation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "annonce du parapheur",
                    "verbose_name_plural": "annonces du parapheur",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RecettePercue",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("exercice", models.PositiveSmallIntegerField()),
                    (
                        "bordereau",
                        models.CharField(max_length=12, verbose_name="numéro du bordereau"),
                    ),
                    ("numero", models.CharField(max_length=13, verbose_name="numéro du P503")),
                    ("ligne", models.CharField(max_length=6)),
                    (
                        "code_produit",
                        models.CharField(blank=True, max_length=4, verbose_name="produit local"),
                    ),
                    ("payeur", models.CharField(blank=True, max_length=80)),
                    ("objet", models.CharField(blank=True, max_length=160)),
                    ("regie", models.CharField(blank=True, max_length=10, verbose_name="régie")),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("encaissee_le", models.DateField(verbose_name="encaissée le")),
                    (
                        "budget",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.budget",
                        ),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="recette_percue",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="recettes_percues",
                            to="exports_tps.messagetps",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "recette perçue avant titre",
                    "verbose_name_plural": "recettes perçues avant titre",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="AnnulationRegularisation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("motif", models.CharField(max_length=400)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="annulation_regularisation",
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
                    "verbose_name": "annulation d’une régularisation",
                    "verbose_name_plural": "annulations de régularisations",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("motif", ""), _negated=True),
                            name="annulation_regularisation_motivee",
                            violation_error_message=(
                                "Dites pourquoi cette régularisation est annulée."
                            ),
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RegularisationRecette",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "annulation",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisation",
                            to="exports_tps.annulationregularisation",
                        ),
                    ),
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisation_recette",
                            to="grand_livre.ecriture",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            blank=True,
                            help_text="qui la dit ; vide : décidée ici",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="exports_tps.messagetps",
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
                        "recette",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="regularisations",
                            to="exports_tps.recettepercue",
                        ),
                    ),
                    (
                        "titre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="recettes_percues",
                            to="grand_livre.titre",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "régularisation d’une recette perçue",
                    "verbose_name_plural": "régularisations de recettes perçues",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("annulation__isnull", True)),
                            fields=("recette",),
                            name="regularisation_une_en_vigueur",
                            violation_error_message="Cette recette règle déjà un titre.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RelanceParapheur",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    ("jour", models.DateField()),
                    ("destinataires", models.PositiveSmallIntegerField()),
                    (
                        "presentation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="relances",
                            to="exports_tps.presentation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "relance du parapheur",
                    "verbose_name_plural": "relances du parapheur",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Releve",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("faite_le", models.DateTimeField(verbose_name="faite le")),
                    ("adresse", models.CharField(max_length=300)),
                    ("est_reussie", models.BooleanField(verbose_name="réussie")),
                    (
                        "fichiers",
                        models.PositiveIntegerField(default=0, verbose_name="fichiers rapportés"),
                    ),
                    ("detail", models.TextField(blank=True, verbose_name="détail")),
                ],
                options={
                    "verbose_name": "relève de la boîte de réception",
                    "verbose_name_plural": "relèves de la boîte de réception",
                    "ordering": ["pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("est_reussie", True),
                                models.Q(("detail", ""), _negated=True),
                                _connector="OR",
                            ),
                            name="releve_echouee_a_raison",
                            violation_error_message="Une relève qui échoue dit pourquoi.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="RemplacementDocument",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "remplace_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="remplacé le"),
                    ),
                    (
                        "ancien",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remplacement",
                            to="grand_livre.piecejustificative",
                            verbose_name="document",
                        ),
                    ),
                    (
                        "nouveau",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remplace",
                            to="grand_livre.piecejustificative",
                            verbose_name="remplaçant",
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
                    "verbose_name": "remplacement de document",
                    "verbose_name_plural": "remplacements de documents",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Requisition",
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
                    ("acte", models.CharField(max_length=60, verbose_name="numéro de l’acte")),
                    ("date_acte", models.DateField(verbose_name="date de l’acte")),
                    ("motif", models.CharField(max_length=500)),
                    (
                        "requise_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="enregistrée le"),
                    ),
                    (
                        "mandat",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="requisition",
                            to="grand_livre.piece",
                        ),
                    ),
                    (
                        "requise_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "réquisition de payer",
                    "verbose_name_plural": "réquisitions de payer",
                },
            ),
            migrations.CreateModel(
                name="SignatureBordereau",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jour", models.DateField(help_text="jour de la signature, à Nouméa")),
                    (
                        "empreinte",
                        models.CharField(
                            blank=True, max_length=64, verbose_name="empreinte de ce qui est signé"
                        ),
                    ),
                    (
                        "mode",
                        models.CharField(
                            choices=[
                                ("serveur", "Signé ici"),
                                ("deposee", "Signé ailleurs, puis déposé"),
                                ("historique", "Repris sans sa signature"),
                            ],
                            default="serveur",
                            max_length=10,
                        ),
                    ),
                    (
                        "retiree_le",
                        models.DateTimeField(
                            blank=True,
                            help_text="seulement avant que rien ne parte",
                            null=True,
                            verbose_name="retirée le",
                        ),
                    ),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="signatures",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "delegation",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="signatures",
                            to="exports_tps.delegation",
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
                    "verbose_name": "signature de bordereau",
                    "verbose_name_plural": "signatures de bordereaux",
                },
            ),
            migrations.CreateModel(
                name="TraitementReserve",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "commentaire",
                        models.CharField(help_text="ce qui a été fait", max_length=400),
                    ),
                    (
                        "traite_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="traité le"),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="traitements",
                            to="exports_tps.messagetps",
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
                    "verbose_name": "traitement de réserves",
                    "verbose_name_plural": "traitements de réserves",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Reserve",
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
                                ("ecarte", "Fichier non appliqué"),
                                ("inconnu", "Inconnu ici"),
                                ("incoherent", "Incompréhensible"),
                                ("contradiction", "Contradiction"),
                                ("montant", "Montant à vérifier"),
                                ("sans_total", "Total à demander"),
                                ("instance", "Mise en instance"),
                                ("non_comptabilise", "Non comptabilisé"),
                                ("document", "Document"),
                                ("format", "Contraire au format"),
                            ],
                            max_length=16,
                        ),
                    ),
                    ("texte", models.TextField(help_text="ce qui est dit, et ce qu’il faut faire")),
                    (
                        "empreinte",
                        models.CharField(
                            blank=True,
                            help_text="de ce qui est dit, et de quoi ; vide : rien n’est lu",
                            max_length=64,
                        ),
                    ),
                    (
                        "constatee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="constatée le"),
                    ),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "justificatif",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.piecejustificative",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reserves",
                            to="exports_tps.messagetps",
                        ),
                    ),
                    (
                        "piece",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.piece",
                        ),
                    ),
                    (
                        "traitement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reserves",
                            to="exports_tps.traitementreserve",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "réserve",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Transmission",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("tentee_le", models.DateTimeField(verbose_name="tentée le")),
                    ("destination", models.CharField(max_length=300)),
                    (
                        "issue",
                        models.CharField(
                            choices=[
                                ("engagee", "Copie provisoire relue"),
                                ("reussie", "Déposé et relu"),
                                ("deja_present", "Déjà présent, identique"),
                                ("retiree", "Déjà pris par le destinataire"),
                                ("echouee", "Échec"),
                            ],
                            max_length=12,
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(
                            blank=True,
                            help_text="relue chez le destinataire",
                            max_length=64,
                            verbose_name="empreinte relue",
                        ),
                    ),
                    (
                        "detail",
                        models.TextField(
                            blank=True,
                            help_text="accusé du transport, ou panne",
                            verbose_name="détail",
                        ),
                    ),
                    (
                        "prochaine_le",
                        models.DateTimeField(
                            blank=True,
                            help_text="seulement après une panne du transport",
                            null=True,
                            verbose_name="prochain essai",
                        ),
                    ),
                    (
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="transmissions",
                            to="exports_tps.flux",
                        ),
                    ),
                    (
                        "nouveau_depot",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="transmissions",
                            to="exports_tps.nouveaudepot",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "transmission",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Verdict",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "portee",
                        models.CharField(
                            choices=[
                                ("flux", "Flux"),
                                ("bordereau", "Bordereau"),
                                ("piece", "Pièce"),
                                ("justificatif", "Pièce justificative"),
                            ],
                            max_length=12,
                            verbose_name="portée",
                        ),
                    ),
                    (
                        "identifiant",
                        models.CharField(help_text="tel que la Trésorerie le dit", max_length=60),
                    ),
                    (
                        "ligne",
                        models.CharField(
                            blank=True, max_length=13, verbose_name="ligne de la pièce"
                        ),
                    ),
                    (
                        "decision",
                        models.CharField(
                            choices=[
                                ("accepte", "Accepté"),
                                ("refuse", "Refusé"),
                                ("suspendu", "Suspendu"),
                                ("pris_en_charge", "Pris en charge"),
                                ("rejete", "Rejeté"),
                                ("paye", "Payé"),
                            ],
                            max_length=15,
                            verbose_name="décision",
                        ),
                    ),
                    ("code", models.CharField(blank=True, max_length=100)),
                    ("libelle", models.TextField(blank=True, verbose_name="libellé")),
                    (
                        "date_effet",
                        models.DateField(blank=True, null=True, verbose_name="date d’effet"),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="montant payé à ce jour",
                        ),
                    ),
                    (
                        "empreinte",
                        models.CharField(
                            blank=True,
                            help_text="de ce qui se dit une fois pour toutes",
                            max_length=64,
                        ),
                    ),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verdicts",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "justificatif",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verdicts",
                            to="grand_livre.piecejustificative",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verdicts",
                            to="exports_tps.messagetps",
                        ),
                    ),
                    (
                        "piece",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verdicts",
                            to="grand_livre.piece",
                        ),
                    ),
                    (
                        "piece_externe",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="verdicts",
                            to="exports_tps.pieceexterne",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "verdict",
                    "ordering": ["pk"],
                },
            ),
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
                        models.CharField(
                            max_length=64, verbose_name="empreinte de ce qui est vérifié"
                        ),
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
                },
            ),
            migrations.CreateModel(
                name="VisaParapheur",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "rang",
                        models.PositiveSmallIntegerField(
                            help_text="étape ; la signature vient après la dernière"
                        ),
                    ),
                    (
                        "decision",
                        models.CharField(
                            choices=[("vise", "Visé"), ("renvoye", "Renvoyé")],
                            max_length=8,
                            verbose_name="décision",
                        ),
                    ),
                    ("commentaire", models.TextField(blank=True)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "pour",
                        models.ForeignKey(
                            help_text="s’il supplée",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="visas",
                            to="exports_tps.delegation",
                        ),
                    ),
                    (
                        "presentation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="visas",
                            to="exports_tps.presentation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "visa du parapheur",
                    "verbose_name_plural": "visas du parapheur",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="ArchiveTPS",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "bordereaux",
                        models.TextField(
                            blank=True, help_text="références ; vide : tout l’exercice"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200, verbose_name="objet de la demande")),
                    ("demandee_le", models.DateTimeField(verbose_name="demandée le")),
                    ("conserver_jusqu_au", models.DateField(verbose_name="à conserver jusqu’au")),
                    (
                        "achevee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="achevée le"),
                    ),
                    (
                        "sha256",
                        models.CharField(
                            blank=True, max_length=64, verbose_name="empreinte SHA-256"
                        ),
                    ),
                    ("taille", models.BigIntegerField(default=0, verbose_name="taille en octets")),
                    ("nombre_flux", models.PositiveIntegerField(default=0, verbose_name="flux")),
                    (
                        "nombre_messages",
                        models.PositiveIntegerField(default=0, verbose_name="réponses"),
                    ),
                    (
                        "erreur",
                        models.TextField(blank=True, help_text="ce qui empêche de l’achever"),
                    ),
                    (
                        "exercice",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.exercice",
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
                    "verbose_name": "archive des échanges",
                    "verbose_name_plural": "archives des échanges",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("achevee_le__isnull", True),
                                models.Q(
                                    ("erreur", ""),
                                    ("sha256__regex", "^[0-9a-f]{64}$"),
                                    ("taille__gt", 0),
                                ),
                                _connector="OR",
                            ),
                            name="archive_tps_achevee_a_fichier",
                            violation_error_message="Une archive achevée a un fichier et son empreinte.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("motif", ""), _negated=True),
                            name="archive_tps_a_motif",
                            violation_error_message="Dites pour qui, ou pourquoi, cette archive est faite.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CertificatSignataire",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("sha256", models.CharField(max_length=64, verbose_name="empreinte SHA-256")),
                    ("sujet", models.CharField(max_length=200)),
                    ("pem", models.TextField(verbose_name="certificat")),
                    ("valable_du", models.DateTimeField()),
                    ("valable_au", models.DateTimeField()),
                    (
                        "enregistre_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="enregistré le"),
                    ),
                    (
                        "retire_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="retiré le"),
                    ),
                    (
                        "personne",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="certificats",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "certificat de signataire",
                    "verbose_name_plural": "certificats de signataires",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("retire_le__isnull", True)),
                            fields=("sha256",),
                            name="certificat_d_une_seule_personne",
                            violation_error_message="Ce certificat est déjà enregistré.",
                        )
                    ],
                },
            ),
            migrations.AddConstraint(
                model_name="circuit",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("fin__isnull", True)),
                    fields=("sens", "direction", "montant_minimum"),
                    name="circuit_un_ouvert",
                    violation_error_message="Un circuit est déjà ouvert pour ce sens, cette direction et ce montant : mettez-y fin d’abord.",
                ),
            ),
            migrations.AddConstraint(
                model_name="circuit",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("fin__isnull", True), ("clos_par__isnull", False), _connector="OR"
                    ),
                    name="circuit_clos_par_quelqu_un",
                    violation_error_message="La fin d’un circuit dit qui l’a décidée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="circuit",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant_minimum__gte", 0)),
                    name="circuit_montant_positif",
                    violation_error_message="Le montant d’un circuit n’est pas négatif.",
                ),
            ),
            migrations.AddIndex(
                model_name="delegation",
                index=models.Index(fields=["delegataire", "fin"], name="delegation_recue"),
            ),
            migrations.AddConstraint(
                model_name="delegation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("delegant", models.F("delegataire")), _negated=True),
                    name="delegation_a_un_autre",
                    violation_error_message="On ne délègue pas à soi-même.",
                ),
            ),
            migrations.AddConstraint(
                model_name="delegation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("fin__gte", models.F("debut"))),
                    name="delegation_periode",
                    violation_error_message="La délégation finit après avoir commencé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="delegation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("nature", "suppleance"), ("plafond__isnull", True)),
                        models.Q(
                            ("nature", "delegation"),
                            ("plafond__gt", 0),
                            models.Q(("acte", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="delegation_a_plafond_et_acte",
                    violation_error_message="Une délégation de signature a un plafond et un acte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="delegation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("revoquee_le__isnull", True),
                        ("revoquee_par__isnull", False),
                        _connector="OR",
                    ),
                    name="delegation_revoquee_par_quelqu_un",
                    violation_error_message="Une révocation dit qui l’a décidée.",
                ),
            ),
            migrations.AddField(
                model_name="signaturebordereau",
                name="depot",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="signature",
                    to="exports_tps.depotexterne",
                ),
            ),
            migrations.AddField(
                model_name="presentation",
                name="depot",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="presentations",
                    to="exports_tps.depotexterne",
                ),
            ),
            migrations.AddField(
                model_name="lecturebordereau",
                name="depot",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lectures",
                    to="exports_tps.depotexterne",
                ),
            ),
            migrations.AddField(
                model_name="depotexterne",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddIndex(
                model_name="flux",
                index=models.Index(fields=["etat", "-id"], name="flux_etat"),
            ),
            migrations.AddConstraint(
                model_name="flux",
                constraint=models.UniqueConstraint(
                    fields=("code_collectivite", "nom_fichier"),
                    name="flux_nom_unique",
                    violation_error_message="Ce nom de fichier a déjà servi pour la collectivité.",
                ),
            ),
            migrations.AddConstraint(
                model_name="flux",
                constraint=models.UniqueConstraint(
                    fields=("code_collectivite", "numero"),
                    name="flux_numero_unique",
                    violation_error_message="Ce numéro de flux est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="flux",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["en_constitution", "au_parapheur", "en_erreur"]),
                        models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("taille__gt", 0)),
                        _connector="OR",
                    ),
                    name="flux_constitue_a_fichier",
                    violation_error_message="Un flux constitué a un fichier et son empreinte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="flux",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["en_constitution", "au_parapheur", "en_erreur", "constitue"]),
                        ("transmis_le__isnull", False),
                        _connector="OR",
                    ),
                    name="flux_transmis_a_date",
                    violation_error_message="Un flux transmis porte sa date d’envoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="etapecircuit",
                constraint=models.UniqueConstraint(
                    fields=("circuit", "rang"),
                    name="etape_rang_unique",
                    violation_error_message="Ce rang est déjà pris dans le circuit.",
                ),
            ),
            migrations.AddIndex(
                model_name="ligneflux",
                index=models.Index(
                    condition=models.Q(("bordereau__isnull", False)),
                    fields=["bordereau"],
                    name="ligne_flux_bordereau",
                ),
            ),
            migrations.AddIndex(
                model_name="ligneflux",
                index=models.Index(
                    condition=models.Q(("justificatif__isnull", False)),
                    fields=["justificatif"],
                    name="ligne_flux_justificatif",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneflux",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("justificatif__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("justificatif__isnull", False)),
                        _connector="OR",
                    ),
                    name="ligne_flux_un_objet",
                    violation_error_message="Une ligne de flux désigne un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneflux",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("bordereau__isnull", False), ("liberee_le__isnull", True)),
                    fields=("bordereau",),
                    name="ligne_flux_bordereau_une_fois",
                    violation_error_message="Ce bordereau est déjà dans un flux.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneflux",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("justificatif__isnull", False), ("liberee_le__isnull", True)
                    ),
                    fields=("justificatif",),
                    name="ligne_flux_justificatif_une_fois",
                    violation_error_message="Cette pièce justificative est déjà dans un flux.",
                ),
            ),
            migrations.AddIndex(
                model_name="messagetps",
                index=models.Index(fields=["etat", "id"], name="message_etat"),
            ),
            migrations.AddIndex(
                model_name="messagetps",
                index=models.Index(fields=["nom"], name="message_nom"),
            ),
            migrations.AddConstraint(
                model_name="messagetps",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat__in", ["mis_de_cote", "en_erreur"]), _negated=True),
                        models.Q(("erreur", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="message_ecarte_a_raison",
                    violation_error_message="Un message écarté dit pourquoi.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nouveaudepot",
                constraint=models.UniqueConstraint(
                    fields=("flux", "rang"),
                    name="nouveau_depot_rang_unique",
                    violation_error_message="Un nouveau dépôt de ce flux est déjà demandé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="nouveaudepot",
                constraint=models.CheckConstraint(
                    condition=models.Q(("rang__gte", 2), models.Q(("motif", ""), _negated=True)),
                    name="nouveau_depot_motive",
                    violation_error_message="Un nouveau dépôt porte son rang et son motif.",
                ),
            ),
            migrations.AddIndex(
                model_name="pieceexterne",
                index=models.Index(
                    fields=["exercice", "sens", "numero"], name="piece_externe_numero"
                ),
            ),
            migrations.AddConstraint(
                model_name="pieceexterne",
                constraint=models.UniqueConstraint(
                    fields=("flux", "sens", "exercice", "numero"),
                    name="piece_externe_une_fois",
                    violation_error_message="Cette pièce est deux fois dans le fichier.",
                ),
            ),
            migrations.AddConstraint(
                model_name="documentexterne",
                constraint=models.UniqueConstraint(
                    fields=("flux", "identifiant"),
                    name="document_externe_une_fois",
                    violation_error_message="Ce document est déjà connu de ce fichier.",
                ),
            ),
            migrations.AddConstraint(
                model_name="documentexterne",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("sha256", ""),
                        models.Q(
                            ("joint_le__isnull", False),
                            ("joint_par__isnull", False),
                            ("taille__gt", 0),
                        ),
                        _connector="OR",
                    ),
                    name="document_externe_joint_par_quelqu_un",
                    violation_error_message="Un document joint dit par qui et quand.",
                ),
            ),
            migrations.AddConstraint(
                model_name="annonceparapheur",
                constraint=models.UniqueConstraint(
                    fields=("presentation", "rang"),
                    name="annonce_une_par_etape",
                    violation_error_message="L’arrivée à cette étape est déjà annoncée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="recettepercue",
                constraint=models.UniqueConstraint(
                    fields=("budget", "exercice", "numero", "ligne"),
                    name="recette_percue_une_fois",
                    violation_error_message="Cette recette est déjà connue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="recettepercue",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="recette_percue_positive",
                    violation_error_message="Une recette perçue est positive.",
                ),
            ),
            migrations.AddConstraint(
                model_name="recettepercue",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ecriture__isnull", False), ("regie", "")),
                        models.Q(
                            models.Q(("regie", ""), _negated=True), ("ecriture__isnull", True)
                        ),
                        _connector="OR",
                    ),
                    name="recette_percue_comptee_une_fois",
                    violation_error_message="La recette d’une régie est déjà comptée chez elle.",
                ),
            ),
            migrations.AddConstraint(
                model_name="relanceparapheur",
                constraint=models.UniqueConstraint(
                    fields=("presentation", "jour"),
                    name="relance_une_par_jour",
                    violation_error_message="Ce bordereau est déjà relancé aujourd’hui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="remplacementdocument",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ancien", models.F("nouveau")), _negated=True),
                    name="remplacement_par_un_autre",
                    violation_error_message="Un document se remplace par un autre.",
                ),
            ),
            migrations.AddConstraint(
                model_name="requisition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("acte", ""), _negated=True),
                        models.Q(("motif", ""), _negated=True),
                        ("taille__gt", 0),
                    ),
                    name="requisition_complete",
                    violation_error_message="Une réquisition a un acte, un motif et un document.",
                ),
            ),
            migrations.AddConstraint(
                model_name="traitementreserve",
                constraint=models.CheckConstraint(
                    condition=models.Q(("commentaire", ""), _negated=True),
                    name="traitement_reserve_commente",
                    violation_error_message="Dites comment la réserve a été traitée.",
                ),
            ),
            migrations.AddIndex(
                model_name="reserve",
                index=models.Index(fields=["message", "id"], name="reserve_message"),
            ),
            migrations.AddIndex(
                model_name="reserve",
                index=models.Index(
                    condition=models.Q(("traitement__isnull", True)),
                    fields=["message"],
                    name="reserve_ouverte",
                ),
            ),
            migrations.AddConstraint(
                model_name="reserve",
                constraint=models.CheckConstraint(
                    condition=models.Q(("texte", ""), _negated=True),
                    name="reserve_dite",
                    violation_error_message="Une réserve dit ce qui reste à examiner.",
                ),
            ),
            migrations.AddIndex(
                model_name="reserve",
                index=models.Index(fields=["empreinte"], name="reserve_empreinte"),
            ),
            migrations.AddConstraint(
                model_name="reserve",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("traitement__isnull", True), models.Q(("empreinte", ""), _negated=True)
                    ),
                    fields=("empreinte",),
                    name="reserve_ouverte_une_fois",
                    violation_error_message="Cette réserve est déjà à traiter.",
                ),
            ),
            migrations.AddConstraint(
                model_name="transmission",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("issue", "echouee"), ("sha256__regex", "^[0-9a-f]{64}$"), _connector="OR"
                    ),
                    name="transmission_a_preuve",
                    violation_error_message="Une transmission réussie porte l’empreinte relue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="transmission",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("issue__in", ("engagee",)), ("nouveau_depot__isnull", True)
                    ),
                    fields=("flux",),
                    name="transmission_engagee_une_fois",
                    violation_error_message="Une copie de ce flux est déjà prête à partir.",
                ),
            ),
            migrations.AddConstraint(
                model_name="transmission",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("issue__in", ("reussie", "deja_present", "retiree")),
                        ("nouveau_depot__isnull", True),
                    ),
                    fields=("flux",),
                    name="transmission_partie_une_fois",
                    violation_error_message="Ce flux est déjà parti.",
                ),
            ),
            migrations.AddConstraint(
                model_name="transmission",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("issue__in", ("engagee",)), ("nouveau_depot__isnull", False)
                    ),
                    fields=("nouveau_depot",),
                    name="transmission_engagee_une_fois_de_nouveau",
                    violation_error_message="Une copie de ce flux est déjà prête à partir.",
                ),
            ),
            migrations.AddConstraint(
                model_name="transmission",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("issue__in", ("reussie", "deja_present", "retiree")),
                        ("nouveau_depot__isnull", False),
                    ),
                    fields=("nouveau_depot",),
                    name="transmission_partie_une_fois_de_nouveau",
                    violation_error_message="Ce flux est déjà parti.",
                ),
            ),
            migrations.AddIndex(
                model_name="verdict",
                index=models.Index(
                    condition=models.Q(("decision", "refuse"), ("justificatif__isnull", False)),
                    fields=["justificatif"],
                    name="verdict_document_refuse",
                ),
            ),
            migrations.AddConstraint(
                model_name="verdict",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("empreinte", ""), _negated=True),
                    fields=("empreinte",),
                    name="verdict_dit_une_fois",
                    violation_error_message="Ce verdict est déjà connu.",
                ),
            ),
            migrations.AddConstraint(
                model_name="verificationsignatures",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", True), ("flux__isnull", False)),
                        models.Q(("bordereau__isnull", False), ("flux__isnull", True)),
                        _connector="OR",
                    ),
                    name="verification_un_objet",
                    violation_error_message="Une vérification est celle d’un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="verificationsignatures",
                constraint=models.CheckConstraint(
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
            ),
            migrations.AddConstraint(
                model_name="visaparapheur",
                constraint=models.UniqueConstraint(
                    fields=("presentation", "rang"),
                    name="visa_un_par_etape",
                    violation_error_message="Cette étape est déjà décidée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="visaparapheur",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("decision", "vise"),
                        models.Q(("commentaire", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="visa_renvoi_commente",
                    violation_error_message="Dites pourquoi vous renvoyez le bordereau.",
                ),
            ),
            migrations.AddConstraint(
                model_name="signaturebordereau",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("retiree_le__isnull", True)),
                    fields=("bordereau",),
                    name="signature_une_par_bordereau",
                    violation_error_message="Ce bordereau est déjà signé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="signaturebordereau",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("depot__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("depot__isnull", False)),
                        _connector="OR",
                    ),
                    name="signature_un_objet",
                    violation_error_message="Une signature est celle d’un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="presentation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("depot__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("depot__isnull", False)),
                        _connector="OR",
                    ),
                    name="presentation_un_objet",
                    violation_error_message="Une présentation est celle d’un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lecturebordereau",
                constraint=models.UniqueConstraint(
                    fields=("bordereau", "lu_par", "empreinte"),
                    name="lecture_une_fois",
                    violation_error_message="Cette lecture est déjà enregistrée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lecturebordereau",
                constraint=models.UniqueConstraint(
                    fields=("depot", "lu_par", "empreinte"),
                    name="lecture_depot_une_fois",
                    violation_error_message="Cette lecture est déjà enregistrée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lecturebordereau",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bordereau__isnull", False), ("depot__isnull", True)),
                        models.Q(("bordereau__isnull", True), ("depot__isnull", False)),
                        _connector="OR",
                    ),
                    name="lecture_un_objet",
                    violation_error_message="Une lecture est celle d’un seul objet.",
                ),
            ),
            migrations.AddConstraint(
                model_name="depotexterne",
                constraint=models.CheckConstraint(
                    condition=models.Q(("sha256_signe", ""), ("est_signe", False), _connector="OR"),
                    name="depot_externe_signe_une_fois",
                    violation_error_message="Un fichier déposé signé ne se signe pas de nouveau.",
                ),
            ),
        )
    ]
