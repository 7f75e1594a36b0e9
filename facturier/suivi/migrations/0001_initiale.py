import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
import facturier.commun.transmissible
from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("acces", "0002_invariants"),
        ("fournisseurs", "0001_initiale"),
        ("grand_livre", "0001_initiale"),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="Avis",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "type_avis",
                        models.CharField(
                            choices=[
                                ("depot", "Dépôt d’une facture"),
                                ("retour", "Pièce demandée ou destinataire à corriger"),
                                ("rejet", "Rejet d’une facture"),
                                (
                                    "rappel",
                                    "Rappel d’une demande ou d’un rejet que personne n’a lu",
                                ),
                                ("paiement", "Paiement d’une facture"),
                                ("solde", "Facture soldée sans paiement"),
                                ("message", "Nouveau message de la province"),
                                ("interets", "Décision sur des intérêts moratoires"),
                                ("analyse", "Dépôt arrêté après l’analyse d’un fichier"),
                            ],
                            max_length=10,
                            verbose_name="avis",
                        ),
                    ),
                    (
                        "envoi",
                        models.CharField(
                            choices=[
                                ("immediat", "Tout de suite"),
                                ("quotidien", "Une fois par jour, tous ensemble"),
                                ("aucun", "Pas de courriel"),
                            ],
                            max_length=10,
                        ),
                    ),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="le")),
                    ("lu_le", models.DateTimeField(blank=True, null=True, verbose_name="lu le")),
                    (
                        "envoye_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="envoyé le"),
                    ),
                ],
                options={
                    "verbose_name": "avis",
                    "verbose_name_plural": "avis",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="BonCommande",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "numero",
                        models.CharField(
                            max_length=30,
                            unique=True,
                            verbose_name="numéro",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "objet",
                        models.CharField(
                            max_length=100,
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    ("date_commande", models.DateField(verbose_name="date de la commande")),
                    ("compte", models.CharField(max_length=12)),
                    ("fonction", models.CharField(max_length=10)),
                    (
                        "montant_engage",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant engagé TTC",
                        ),
                    ),
                    ("est_clos", models.BooleanField(default=False, verbose_name="clos")),
                ],
                options={
                    "verbose_name": "bon de commande",
                    "verbose_name_plural": "bons de commande",
                    "ordering": ["-date_commande", "-pk"],
                },
            ),
            migrations.CreateModel(
                name="ConstatRegle",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    "verbose_name": "constat de règle",
                    "verbose_name_plural": "constats de règles",
                },
            ),
            migrations.CreateModel(
                name="DecisionInterets",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("est_ecartee", models.BooleanField(verbose_name="proposition écartée")),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant du décompte",
                        ),
                    ),
                    ("motif", models.CharField(max_length=500)),
                    ("prise_le", models.DateTimeField(auto_now_add=True, verbose_name="prise le")),
                ],
                options={
                    "verbose_name": "décision sur des intérêts",
                    "verbose_name_plural": "décisions sur des intérêts",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Facture",
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
                            choices=[("facture", "Facture"), ("avoir", "Avoir")],
                            default="facture",
                            max_length=10,
                        ),
                    ),
                    ("numero", models.CharField(blank=True, max_length=30, verbose_name="numéro")),
                    (
                        "numero_normalise",
                        models.CharField(blank=True, editable=False, max_length=30),
                    ),
                    ("objet", models.CharField(blank=True, max_length=100)),
                    (
                        "date_emission",
                        models.DateField(blank=True, null=True, verbose_name="date d’émission"),
                    ),
                    (
                        "periode_debut",
                        models.DateField(blank=True, null=True, verbose_name="début de la période"),
                    ),
                    (
                        "periode_fin",
                        models.DateField(blank=True, null=True, verbose_name="fin de la période"),
                    ),
                    (
                        "montant_ht",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="montant HT",
                        ),
                    ),
                    (
                        "montant_tgc",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="TGC",
                        ),
                    ),
                    (
                        "montant_ttc",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="montant TTC",
                        ),
                    ),
                    (
                        "type_depense",
                        models.CharField(
                            choices=[
                                ("bon_commande", "Achat sur bon de commande ou facture simple"),
                                ("marche", "Marché ou contrat écrit"),
                                ("subvention", "Subvention"),
                                ("remboursement", "Remboursement de recettes"),
                                ("commission", "Commission sur cartes bancaires"),
                                ("aide", "Bourse ou aide"),
                            ],
                            default="bon_commande",
                            max_length=15,
                            verbose_name="type de dépense",
                        ),
                    ),
                    (
                        "sha256",
                        models.CharField(
                            blank=True,
                            max_length=64,
                            verbose_name="empreinte du fichier de la facture",
                        ),
                    ),
                    (
                        "lecture",
                        models.JSONField(
                            blank=True, default=dict, help_text="ce qui a été lu, et comment"
                        ),
                    ),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                    (
                        "deposee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="déposée le"),
                    ),
                    (
                        "code_verification",
                        models.CharField(
                            blank=True, max_length=19, verbose_name="code de vérification"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("brouillon", "Brouillon"),
                                ("deposee", "Déposée"),
                                ("recue", "Reçue par la province"),
                                ("a_reorienter", "Mauvais destinataire ou bon de commande"),
                                ("en_certification", "En vérification du service fait"),
                                ("suspendue", "Pièce ou précision demandée"),
                                ("completee", "Complétée"),
                                ("service_fait", "Service fait certifié"),
                                ("liquidee", "Liquidée"),
                                ("mandatee", "Mandatée"),
                                ("transmise_tps", "Transmise à la Trésorerie"),
                                ("suspendue_tps", "Suspendue par le comptable"),
                                ("rejetee_tps", "Mandat rejeté par la Trésorerie"),
                                ("prise_en_charge", "Acceptée par la Trésorerie"),
                                ("rejetee", "Rejetée"),
                                ("payee", "Payée"),
                                ("retiree", "Retirée par le fournisseur"),
                                ("partiellement_payee", "Payée en partie"),
                                ("avoir", "Soldée par compensation"),
                            ],
                            default="brouillon",
                            max_length=20,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "suspendue_depuis",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("brouillon", "Brouillon"),
                                ("deposee", "Déposée"),
                                ("recue", "Reçue par la province"),
                                ("a_reorienter", "Mauvais destinataire ou bon de commande"),
                                ("en_certification", "En vérification du service fait"),
                                ("suspendue", "Pièce ou précision demandée"),
                                ("completee", "Complétée"),
                                ("service_fait", "Service fait certifié"),
                                ("liquidee", "Liquidée"),
                                ("mandatee", "Mandatée"),
                                ("transmise_tps", "Transmise à la Trésorerie"),
                                ("suspendue_tps", "Suspendue par le comptable"),
                                ("rejetee_tps", "Mandat rejeté par la Trésorerie"),
                                ("prise_en_charge", "Acceptée par la Trésorerie"),
                                ("rejetee", "Rejetée"),
                                ("payee", "Payée"),
                                ("retiree", "Retirée par le fournisseur"),
                                ("partiellement_payee", "Payée en partie"),
                                ("avoir", "Soldée par compensation"),
                            ],
                            max_length=20,
                            verbose_name="état suspendu",
                        ),
                    ),
                    (
                        "montant_liquide",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="montant liquidé TTC",
                        ),
                    ),
                    (
                        "compte",
                        models.CharField(
                            blank=True, max_length=12, verbose_name="compte d’imputation"
                        ),
                    ),
                    ("fonction", models.CharField(blank=True, max_length=10)),
                    ("payee_le", models.DateField(blank=True, null=True, verbose_name="payée le")),
                    (
                        "reference_virement",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="référence du virement"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "facture",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="DepotEnAttente",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("demande_le", models.DateTimeField(verbose_name="demandé le")),
                ],
                options={
                    "verbose_name": "dépôt à l’analyse",
                    "verbose_name_plural": "dépôts à l’analyse",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Document",
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
                        "genre",
                        models.CharField(
                            choices=[
                                ("facture", "Facture"),
                                ("bon_commande", "Bon de commande"),
                                ("service_fait", "Certificat de service fait"),
                                ("rib", "Relevé d’identité bancaire"),
                                ("marche", "Pièce de marché"),
                                ("avis", "Avis des sommes à payer"),
                                ("decision", "Décision ou délibération"),
                                ("opposition", "Opposition, cession ou nantissement"),
                                ("autre", "Autre document"),
                            ],
                            default="autre",
                            max_length=20,
                        ),
                    ),
                    (
                        "depose_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="déposé le"),
                    ),
                ],
                options={
                    "verbose_name": "document",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="ExigencePiece",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "type_depense",
                        models.CharField(
                            choices=[
                                ("bon_commande", "Achat sur bon de commande ou facture simple"),
                                ("marche", "Marché ou contrat écrit"),
                                ("subvention", "Subvention"),
                                ("remboursement", "Remboursement de recettes"),
                                ("commission", "Commission sur cartes bancaires"),
                                ("aide", "Bourse ou aide"),
                            ],
                            max_length=15,
                            verbose_name="type de dépense",
                        ),
                    ),
                    (
                        "rang_paiement",
                        models.CharField(
                            choices=[
                                ("premier", "Premier paiement"),
                                ("suivant", "Paiement suivant"),
                                ("solde", "Solde"),
                            ],
                            max_length=10,
                            verbose_name="rang",
                        ),
                    ),
                    (
                        "genre",
                        models.CharField(
                            choices=[
                                ("facture", "Facture"),
                                ("bon_commande", "Bon de commande"),
                                ("service_fait", "Certificat de service fait"),
                                ("rib", "Relevé d’identité bancaire"),
                                ("marche", "Pièce de marché"),
                                ("avis", "Avis des sommes à payer"),
                                ("decision", "Décision ou délibération"),
                                ("opposition", "Opposition, cession ou nantissement"),
                                ("autre", "Autre document"),
                            ],
                            max_length=20,
                        ),
                    ),
                    (
                        "est_si_commande",
                        models.BooleanField(
                            default=False, verbose_name="seulement si un bon de commande est cité"
                        ),
                    ),
                    ("libelle", models.CharField(max_length=120, verbose_name="libellé")),
                    ("article", models.CharField(max_length=120, verbose_name="texte")),
                    ("debut", models.DateField(verbose_name="exigée à partir du")),
                    (
                        "fin",
                        models.DateField(blank=True, null=True, verbose_name="exigée jusqu’au"),
                    ),
                ],
                options={
                    "verbose_name": "exigence de pièce",
                    "verbose_name_plural": "exigences de pièces",
                    "ordering": ["type_depense", "rang_paiement", "genre"],
                },
            ),
            migrations.CreateModel(
                name="LiberationGarantie",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200, verbose_name="acte de mainlevée")),
                    ("liberee_le", models.DateField(verbose_name="libérée le")),
                ],
                options={
                    "verbose_name": "libération de retenue de garantie",
                    "verbose_name_plural": "libérations de retenues de garantie",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="LigneCommande",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    ("libelle", models.CharField(max_length=200, verbose_name="désignation")),
                    (
                        "quantite",
                        models.DecimalField(
                            decimal_places=4, max_digits=14, verbose_name="quantité"
                        ),
                    ),
                    (
                        "montant_ttc",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant TTC"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de commande",
                    "verbose_name_plural": "lignes de commande",
                    "ordering": ["commande", "rang"],
                },
            ),
            migrations.CreateModel(
                name="LigneFacture",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveIntegerField()),
                    ("libelle", models.CharField(max_length=200, verbose_name="désignation")),
                    (
                        "quantite",
                        models.DecimalField(
                            decimal_places=4, max_digits=14, null=True, verbose_name="quantité"
                        ),
                    ),
                    (
                        "prix",
                        models.DecimalField(
                            decimal_places=4,
                            max_digits=16,
                            null=True,
                            verbose_name="prix unitaire HT",
                        ),
                    ),
                    (
                        "montant_ht",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="montant HT",
                        ),
                    ),
                    (
                        "taux",
                        models.DecimalField(
                            decimal_places=2, max_digits=5, null=True, verbose_name="taux de TGC"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de facture",
                    "verbose_name_plural": "lignes de facture",
                    "ordering": ["facture", "rang"],
                },
            ),
            migrations.CreateModel(
                name="LigneLiquidation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "taux",
                        models.DecimalField(
                            decimal_places=2, max_digits=5, verbose_name="taux de TGC"
                        ),
                    ),
                    (
                        "base",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="base HT"
                        ),
                    ),
                    (
                        "taxe",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="TGC"
                        ),
                    ),
                    (
                        "avoir_base",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="base HT des avoirs",
                        ),
                    ),
                    (
                        "avoir_taxe",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="TGC des avoirs",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de liquidation",
                    "verbose_name_plural": "lignes de liquidation",
                    "ordering": ["liquidation", "taux"],
                },
            ),
            migrations.CreateModel(
                name="LigneReception",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "quantite",
                        models.DecimalField(
                            decimal_places=4, max_digits=14, verbose_name="quantité reçue"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de réception",
                    "verbose_name_plural": "lignes de réception",
                    "ordering": ["reception", "ligne"],
                },
            ),
            migrations.CreateModel(
                name="Liquidation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    (
                        "brut_ht",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant HT facturé",
                        ),
                    ),
                    (
                        "brut_tgc",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="TGC facturée"
                        ),
                    ),
                    (
                        "avoirs_ht",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="avoirs HT",
                        ),
                    ),
                    (
                        "avoirs_tgc",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="TGC des avoirs",
                        ),
                    ),
                    (
                        "taux_garantie",
                        models.DecimalField(
                            decimal_places=2,
                            default=0,
                            max_digits=4,
                            verbose_name="taux de la retenue de garantie",
                        ),
                    ),
                    (
                        "garantie",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="retenue de garantie",
                        ),
                    ),
                    (
                        "avance",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="avance récupérée",
                        ),
                    ),
                    (
                        "penalites",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="pénalités de retard",
                        ),
                    ),
                    (
                        "motif_penalites",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="motif des pénalités"
                        ),
                    ),
                    (
                        "net",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="net à payer"
                        ),
                    ),
                    (
                        "etablie_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="établie le"),
                    ),
                ],
                options={
                    "verbose_name": "liquidation",
                    "ordering": ["facture", "rang"],
                },
            ),
            migrations.CreateModel(
                name="Message",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("texte", models.TextField(max_length=2000)),
                    ("est_interne", models.BooleanField(default=False, verbose_name="interne")),
                    ("ecrit_le", models.DateTimeField(auto_now_add=True, verbose_name="écrit le")),
                ],
                options={
                    "verbose_name": "message",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="MotifRetour",
                fields=[
                    ("code", models.CharField(max_length=20, primary_key=True, serialize=False)),
                    (
                        "codes_voisins",
                        models.CharField(
                            blank=True, max_length=100, verbose_name="codes de la même famille"
                        ),
                    ),
                    ("libelle", models.CharField(max_length=120, verbose_name="libellé")),
                    (
                        "action",
                        models.CharField(
                            choices=[
                                ("NOA", "Rien à faire"),
                                ("PIN", "Compléter la facture"),
                                ("NIN", "Émettre une nouvelle facture"),
                                ("CNA", "Émettre un avoir ou une nouvelle facture"),
                                ("OTH", "Autre démarche"),
                            ],
                            max_length=3,
                        ),
                    ),
                    (
                        "consigne",
                        models.CharField(
                            help_text="ce que le fournisseur doit faire", max_length=200
                        ),
                    ),
                    (
                        "champ",
                        models.CharField(blank=True, max_length=40, verbose_name="donnée en cause"),
                    ),
                    (
                        "est_de_suspension",
                        models.BooleanField(default=False, verbose_name="suspension"),
                    ),
                    (
                        "est_de_reorientation",
                        models.BooleanField(default=False, verbose_name="réorientation"),
                    ),
                    ("est_de_rejet", models.BooleanField(default=False, verbose_name="rejet")),
                    ("est_de_litige", models.BooleanField(default=False, verbose_name="litige")),
                    (
                        "est_de_tresorerie",
                        models.BooleanField(
                            default=False, verbose_name="suspension par la Trésorerie"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField(default=0)),
                ],
                options={
                    "verbose_name": "motif de retour",
                    "verbose_name_plural": "motifs de retour",
                    "ordering": ["rang", "code"],
                },
            ),
            migrations.CreateModel(
                name="PassageFacture",
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
                    "verbose_name": "passage de facture",
                    "verbose_name_plural": "passages de facture",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PrevisionPaiement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "jalon",
                        models.CharField(
                            choices=[("depot", "Au dépôt"), ("mandat", "À la signature du mandat")],
                            max_length=10,
                        ),
                    ),
                    ("faite_le", models.DateTimeField(auto_now_add=True)),
                    ("au_plus_tot", models.DateField(verbose_name="au plus tôt")),
                    ("probable", models.DateField(verbose_name="le plus probable")),
                    ("au_plus_tard", models.DateField(verbose_name="au plus tard")),
                    (
                        "base",
                        models.CharField(
                            choices=[
                                ("direction_type", "même direction, même type de dépense"),
                                ("direction", "même direction, tous types de dépense"),
                                ("ensemble", "toutes les directions"),
                            ],
                            max_length=15,
                        ),
                    ),
                    (
                        "effectif",
                        models.PositiveIntegerField(verbose_name="nombre de paiements observés"),
                    ),
                    (
                        "ecart_jours",
                        models.IntegerField(
                            blank=True,
                            help_text="paiement moins date probable",
                            null=True,
                            verbose_name="écart en jours",
                        ),
                    ),
                    (
                        "est_tenue",
                        models.BooleanField(
                            blank=True, null=True, verbose_name="dans la fourchette"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "prévision de paiement",
                    "verbose_name_plural": "prévisions de paiement",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="Quarantaine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("depuis", models.DateTimeField(auto_now_add=True)),
                    (
                        "est_infecte",
                        models.BooleanField(default=False, verbose_name="un virus y est trouvé"),
                    ),
                ],
                options={
                    "verbose_name": "document à l’analyse",
                    "verbose_name_plural": "documents à l’analyse",
                },
            ),
            migrations.CreateModel(
                name="Reception",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("date_reception", models.DateField(verbose_name="reçu le")),
                    (
                        "description",
                        models.CharField(max_length=300, verbose_name="ce qui a été reçu"),
                    ),
                    (
                        "bon_livraison",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="bon de livraison"
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale",
                            verbose_name="montant reçu TTC",
                        ),
                    ),
                    (
                        "constatee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="constatée le"),
                    ),
                ],
                options={
                    "verbose_name": "réception",
                    "ordering": ["commande", "date_reception", "pk"],
                },
            ),
            migrations.CreateModel(
                name="ReductionParAvoir",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "réduction fondée sur un avoir",
                    "verbose_name_plural": "réductions fondées sur un avoir",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RegleApprise",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "libelle",
                        models.CharField(max_length=120, verbose_name="ce qui est contrôlé"),
                    ),
                    (
                        "consigne",
                        models.CharField(max_length=200, verbose_name="ce qu’il faut faire"),
                    ),
                    (
                        "type_depense",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("bon_commande", "Achat sur bon de commande ou facture simple"),
                                ("marche", "Marché ou contrat écrit"),
                                ("subvention", "Subvention"),
                                ("remboursement", "Remboursement de recettes"),
                                ("commission", "Commission sur cartes bancaires"),
                                ("aide", "Bourse ou aide"),
                            ],
                            max_length=15,
                            verbose_name="type de dépense",
                        ),
                    ),
                    (
                        "compte",
                        models.CharField(
                            blank=True, max_length=12, verbose_name="compte, ou son début"
                        ),
                    ),
                    (
                        "genre_absent",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("facture", "Facture"),
                                ("bon_commande", "Bon de commande"),
                                ("service_fait", "Certificat de service fait"),
                                ("rib", "Relevé d’identité bancaire"),
                                ("marche", "Pièce de marché"),
                                ("avis", "Avis des sommes à payer"),
                                ("decision", "Décision ou délibération"),
                                ("opposition", "Opposition, cession ou nantissement"),
                                ("autre", "Autre document"),
                            ],
                            max_length=20,
                            verbose_name="pièce absente",
                        ),
                    ),
                    (
                        "montant_minimum",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="à partir de, TTC",
                        ),
                    ),
                    ("debut", models.DateField(verbose_name="début")),
                    ("fin", models.DateField(blank=True, null=True)),
                    (
                        "motif_origine",
                        models.CharField(
                            blank=True, max_length=500, verbose_name="motif de la Trésorerie"
                        ),
                    ),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                ],
                options={
                    "verbose_name": "règle apprise",
                    "verbose_name_plural": "règles apprises",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ReleveDelais",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("mois", models.DateField(help_text="premier jour du mois de paiement")),
                    ("direction", models.CharField(blank=True, max_length=100)),
                    ("effectif", models.PositiveIntegerField(verbose_name="factures payées")),
                    ("mediane", models.PositiveIntegerField(verbose_name="médiane, en jours")),
                    ("p90", models.PositiveIntegerField(verbose_name="neuvième décile, en jours")),
                    (
                        "part_en_trente_jours",
                        models.PositiveSmallIntegerField(
                            verbose_name="part payée en 30 jours, en %"
                        ),
                    ),
                    ("releve_le", models.DateTimeField(auto_now=True, verbose_name="relevé le")),
                ],
                options={
                    "verbose_name": "relevé des délais",
                    "verbose_name_plural": "relevés des délais",
                    "ordering": ["-mois", "direction"],
                },
            ),
            migrations.CreateModel(
                name="RepartitionTaxe",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "taux",
                        models.DecimalField(
                            decimal_places=2, max_digits=5, verbose_name="taux de TGC"
                        ),
                    ),
                    (
                        "base",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="base HT"
                        ),
                    ),
                    (
                        "taxe",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="TGC"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "répartition de la TGC",
                    "verbose_name_plural": "répartitions de la TGC",
                    "ordering": ["facture", "taux"],
                },
            ),
            migrations.CreateModel(
                name="RepriseRejet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "bureau",
                        models.CharField(
                            choices=[
                                ("liquidation", "Liquidation"),
                                ("service", "Service gestionnaire"),
                                ("tiers", "Données du fournisseur"),
                                ("ordonnateur", "Ordonnateur"),
                            ],
                            max_length=12,
                        ),
                    ),
                    ("motif", models.CharField(max_length=500)),
                    ("le", models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    "verbose_name": "reprise après rejet",
                    "verbose_name_plural": "reprises après rejet",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RetourFournisseur",
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
                                ("suspension", "Pièce ou précision demandée"),
                                ("reorientation", "Destinataire ou bon de commande à corriger"),
                                ("rejet", "Rejet"),
                            ],
                            max_length=15,
                        ),
                    ),
                    (
                        "champ",
                        models.CharField(blank=True, max_length=40, verbose_name="donnée en cause"),
                    ),
                    ("valeur_attendue", models.CharField(blank=True, max_length=200)),
                    ("commentaire", models.TextField(blank=True)),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="le")),
                    (
                        "reponse",
                        models.TextField(blank=True, verbose_name="réponse du fournisseur"),
                    ),
                    (
                        "repondu_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="répondu le"),
                    ),
                    (
                        "accuse_le",
                        models.DateTimeField(
                            blank=True, null=True, verbose_name="lu par le fournisseur le"
                        ),
                    ),
                    (
                        "relance_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="rappelé le"),
                    ),
                ],
                options={
                    "verbose_name": "retour au fournisseur",
                    "verbose_name_plural": "retours au fournisseur",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="ServiceFait",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("date_service_fait", models.DateField(verbose_name="date du service fait")),
                    ("commentaire", models.TextField(blank=True)),
                    (
                        "certifie_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="certifié le"),
                    ),
                ],
                options={
                    "verbose_name": "service fait",
                    "verbose_name_plural": "services faits",
                },
            ),
            migrations.CreateModel(
                name="VueEnregistree",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nom", models.CharField(max_length=60)),
                    (
                        "parametres",
                        models.CharField(
                            help_text="la recherche, telle qu’elle est dans l’adresse",
                            max_length=500,
                            verbose_name="filtres",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "vue enregistrée",
                    "verbose_name_plural": "vues enregistrées",
                    "ordering": ["nom"],
                },
            ),
            migrations.CreateModel(
                name="Abonnement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "type_avis",
                        models.CharField(
                            choices=[
                                ("depot", "Dépôt d’une facture"),
                                ("retour", "Pièce demandée ou destinataire à corriger"),
                                ("rejet", "Rejet d’une facture"),
                                (
                                    "rappel",
                                    "Rappel d’une demande ou d’un rejet que personne n’a lu",
                                ),
                                ("paiement", "Paiement d’une facture"),
                                ("solde", "Facture soldée sans paiement"),
                                ("message", "Nouveau message de la province"),
                                ("interets", "Décision sur des intérêts moratoires"),
                                ("analyse", "Dépôt arrêté après l’analyse d’un fichier"),
                            ],
                            max_length=10,
                            verbose_name="avis",
                        ),
                    ),
                    (
                        "envoi",
                        models.CharField(
                            choices=[
                                ("immediat", "Tout de suite"),
                                ("quotidien", "Une fois par jour, tous ensemble"),
                                ("aucun", "Pas de courriel"),
                            ],
                            default="immediat",
                            max_length=10,
                        ),
                    ),
                    (
                        "utilisateur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="abonnements",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "abonnement",
                },
            ),
            migrations.CreateModel(
                name="Attestation",
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
                            help_text="en francs CFP, sans décimale", verbose_name="montant attesté"
                        ),
                    ),
                    (
                        "code_verification",
                        models.CharField(
                            max_length=19, unique=True, verbose_name="code de vérification"
                        ),
                    ),
                    (
                        "etablie_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="établie le"),
                    ),
                    (
                        "etablie_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "attestation de créance",
                    "verbose_name_plural": "attestations de créance",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Avance",
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
                            help_text="en francs CFP, sans décimale", verbose_name="montant versé"
                        ),
                    ),
                    ("motif", models.CharField(max_length=200, verbose_name="calcul de l’avance")),
                    (
                        "accordee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="accordée le"),
                    ),
                    (
                        "accordee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "avance",
                    "ordering": ["pk"],
                },
            ),
            migrations.AddField(
                model_name="avance",
                name="mandat",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="avance",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="avis",
                name="utilisateur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="avis",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="boncommande",
                name="etablissement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bons_commande",
                    to="fournisseurs.etablissement",
                ),
            ),
            migrations.AddField(
                model_name="boncommande",
                name="fournisseur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bons_commande",
                    to="fournisseurs.fournisseur",
                ),
            ),
            migrations.AddField(
                model_name="boncommande",
                name="service",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bons_commande",
                    to="acces.servicegestionnaire",
                ),
            ),
            migrations.AddField(
                model_name="avance",
                name="commande",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="avances",
                    to="facturier.boncommande",
                ),
            ),
            migrations.AddField(
                model_name="constatregle",
                name="mandat",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="constats_regles",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="decisioninterets",
                name="prise_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.CreateModel(
                name="DelaiConstate",
                fields=[
                    (
                        "facture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            primary_key=True,
                            related_name="delai_constate",
                            serialize=False,
                            to="facturier.facture",
                        ),
                    ),
                    ("direction", models.CharField(max_length=100)),
                    (
                        "type_depense",
                        models.CharField(
                            choices=[
                                ("bon_commande", "Achat sur bon de commande ou facture simple"),
                                ("marche", "Marché ou contrat écrit"),
                                ("subvention", "Subvention"),
                                ("remboursement", "Remboursement de recettes"),
                                ("commission", "Commission sur cartes bancaires"),
                                ("aide", "Bourse ou aide"),
                            ],
                            max_length=15,
                            verbose_name="type de dépense",
                        ),
                    ),
                    ("deposee_le", models.DateField(verbose_name="déposée le")),
                    ("mandatee_le", models.DateField(verbose_name="mandatée le")),
                    ("payee_le", models.DateField(verbose_name="payée le")),
                    (
                        "jours_total",
                        models.PositiveIntegerField(verbose_name="du dépôt au paiement"),
                    ),
                    (
                        "jours_fournisseur",
                        models.PositiveIntegerField(verbose_name="en attente du fournisseur"),
                    ),
                    (
                        "jours_nets",
                        models.PositiveIntegerField(
                            verbose_name="du dépôt au paiement, attente du fournisseur déduite"
                        ),
                    ),
                    (
                        "jours_mandatement",
                        models.PositiveIntegerField(verbose_name="du délai de mandatement"),
                    ),
                    (
                        "jours_paiement",
                        models.PositiveIntegerField(verbose_name="du mandat signé au paiement"),
                    ),
                ],
                options={
                    "verbose_name": "délai constaté",
                    "verbose_name_plural": "délais constatés",
                },
            ),
            migrations.AddField(
                model_name="facture",
                name="affectee_a",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="factures_affectees",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="affectée à",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="bon_commande",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="factures",
                    to="facturier.boncommande",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="cree_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="deposee_par",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="etablissement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="factures",
                    to="fournisseurs.etablissement",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="facture_corrigee",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="avoirs",
                    to="facturier.facture",
                    verbose_name="facture corrigée par cet avoir",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="fournisseur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="factures",
                    to="fournisseurs.fournisseur",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="mandat",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="factures",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="service",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="factures",
                    to="acces.servicegestionnaire",
                ),
            ),
            migrations.AddField(
                model_name="decisioninterets",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="decisions_interets",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="avis",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="avis",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="attestation",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="attestations",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="depotenattente",
                name="demande_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="depotenattente",
                name="facture",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="depot_en_attente",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="document",
                name="depose_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="document",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="documents",
                    to="facturier.facture",
                ),
            ),
            migrations.AddConstraint(
                model_name="exigencepiece",
                constraint=models.UniqueConstraint(
                    fields=("type_depense", "rang_paiement", "genre", "debut"),
                    name="exigence_piece_unique",
                    violation_error_message="Cette pièce est déjà exigée à cette date.",
                ),
            ),
            migrations.AddConstraint(
                model_name="exigencepiece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("fin__isnull", True), ("fin__gte", models.F("debut")), _connector="OR"
                    ),
                    name="exigence_piece_periode_ordonnee",
                    violation_error_message="L’exigence finit après avoir commencé.",
                ),
            ),
            migrations.AddField(
                model_name="liberationgarantie",
                name="liberee_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="liberationgarantie",
                name="mandat",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="liberation_garantie",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="lignecommande",
                name="commande",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="lignes",
                    to="facturier.boncommande",
                ),
            ),
            migrations.AddField(
                model_name="lignefacture",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="lignes",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="lignereception",
                name="ligne",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="receptions",
                    to="facturier.lignecommande",
                ),
            ),
            migrations.AddField(
                model_name="liquidation",
                name="etablie_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="liquidation",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="liquidations",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="ligneliquidation",
                name="liquidation",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="facturier.liquidation",
                ),
            ),
            migrations.AddField(
                model_name="liberationgarantie",
                name="liquidation",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="liberations",
                    to="facturier.liquidation",
                ),
            ),
            migrations.AddField(
                model_name="message",
                name="auteur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="message",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="messages",
                    to="facturier.facture",
                ),
            ),
            migrations.AddConstraint(
                model_name="motifretour",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("est_de_suspension", True),
                        ("est_de_reorientation", True),
                        ("est_de_rejet", True),
                        ("est_de_litige", True),
                        ("est_de_tresorerie", True),
                        _connector="OR",
                    ),
                    name="motif_retour_a_usage",
                    violation_error_message="Un motif sert à un retour au moins.",
                ),
            ),
            migrations.AddField(
                model_name="facture",
                name="motif_rejet",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="facturier.motifretour",
                ),
            ),
            migrations.AddField(
                model_name="passagefacture",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="passagefacture",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="previsionpaiement",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="previsions",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="quarantaine",
                name="document",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="quarantaine",
                    to="facturier.document",
                ),
            ),
            migrations.AddField(
                model_name="reception",
                name="annule",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="annulation",
                    to="facturier.reception",
                ),
            ),
            migrations.AddField(
                model_name="reception",
                name="commande",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="receptions",
                    to="facturier.boncommande",
                ),
            ),
            migrations.AddField(
                model_name="reception",
                name="constatee_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="lignereception",
                name="reception",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="facturier.reception",
                ),
            ),
            migrations.AddField(
                model_name="reductionparavoir",
                name="avoir",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reductions",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="reductionparavoir",
                name="reduction",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="fondee_sur",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="regleapprise",
                name="auteur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="regleapprise",
                name="piece_origine",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="regles_apprises",
                    to="grand_livre.piece",
                    verbose_name="mandat refusé",
                ),
            ),
            migrations.AddField(
                model_name="constatregle",
                name="regle",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="constats",
                    to="facturier.regleapprise",
                ),
            ),
            migrations.AddConstraint(
                model_name="relevedelais",
                constraint=models.UniqueConstraint(
                    fields=("mois", "direction"),
                    name="releve_delais_unique",
                    violation_error_message="Ce mois a déjà son relevé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="relevedelais",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("mediane__lte", models.F("p90")), ("part_en_trente_jours__lte", 100)
                    ),
                    name="releve_delais_coherent",
                    violation_error_message="La médiane ne dépasse pas le neuvième décile.",
                ),
            ),
            migrations.AddField(
                model_name="repartitiontaxe",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="taxes",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="repriserejet",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reprises",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="repriserejet",
                name="mandat",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reprises",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="retourfournisseur",
                name="accuse_par",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="retourfournisseur",
                name="cree_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="retourfournisseur",
                name="doublon_de",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="retourfournisseur",
                name="facture",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="retours",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="retourfournisseur",
                name="motif",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="retours",
                    to="facturier.motifretour",
                ),
            ),
            migrations.AddField(
                model_name="retourfournisseur",
                name="repondu_par",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="servicefait",
                name="certifie_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="servicefait",
                name="facture",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="service_fait",
                    to="facturier.facture",
                ),
            ),
            migrations.AddField(
                model_name="reception",
                name="service_fait",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reception",
                    to="facturier.servicefait",
                ),
            ),
            migrations.AddField(
                model_name="vueenregistree",
                name="utilisateur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="vues_enregistrees",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddConstraint(
                model_name="abonnement",
                constraint=models.UniqueConstraint(
                    fields=("utilisateur", "type_avis"),
                    name="abonnement_unique",
                    violation_error_message="Ce choix est déjà enregistré.",
                ),
            ),
            migrations.AddIndex(
                model_name="boncommande",
                index=models.Index(fields=["fournisseur", "est_clos"], name="bon_commande_ouvert"),
            ),
            migrations.AddConstraint(
                model_name="boncommande",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant_engage__gt", 0)),
                    name="bon_commande_montant_positif",
                    violation_error_message="Le montant engagé est supérieur à zéro.",
                ),
            ),
            migrations.AddConstraint(
                model_name="boncommande",
                constraint=models.CheckConstraint(
                    condition=models.Q(("compte__regex", "^[0-9]{2,12}$")),
                    name="bon_commande_compte_chiffres",
                    violation_error_message="Le compte d’imputation a de 2 à 12 chiffres.",
                ),
            ),
            migrations.AddConstraint(
                model_name="avance",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="avance_montant_positif",
                    violation_error_message="Une avance est positive.",
                ),
            ),
            migrations.AddIndex(
                model_name="delaiconstate",
                index=models.Index(
                    fields=["direction", "type_depense", "payee_le"], name="delai_direction_type"
                ),
            ),
            migrations.AddIndex(
                model_name="delaiconstate",
                index=models.Index(fields=["payee_le"], name="delai_payee_le"),
            ),
            migrations.AddConstraint(
                model_name="delaiconstate",
                constraint=models.CheckConstraint(
                    condition=models.Q(("jours_nets__lte", models.F("jours_total"))),
                    name="delai_constate_coherent",
                    violation_error_message="Le délai net ne dépasse pas le délai total.",
                ),
            ),
            migrations.AddConstraint(
                model_name="decisioninterets",
                constraint=models.CheckConstraint(
                    condition=models.Q(models.Q(("motif", ""), _negated=True), ("montant__gt", 0)),
                    name="decision_interets_motivee",
                    violation_error_message="Une décision sur des intérêts a un montant et un motif.",
                ),
            ),
            migrations.AddIndex(
                model_name="avis",
                index=models.Index(fields=["utilisateur", "-id"], name="avis_utilisateur"),
            ),
            migrations.AddIndex(
                model_name="avis",
                index=models.Index(
                    condition=models.Q(("lu_le__isnull", True)),
                    fields=["utilisateur", "facture"],
                    name="avis_non_lu",
                ),
            ),
            migrations.AddIndex(
                model_name="avis",
                index=models.Index(
                    condition=models.Q(("envoi", "quotidien"), ("envoye_le__isnull", True)),
                    fields=["utilisateur"],
                    name="avis_a_recapituler",
                ),
            ),
            migrations.AddConstraint(
                model_name="attestation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="attestation_montant_positif",
                    violation_error_message="Une créance attestée est supérieure à zéro.",
                ),
            ),
            migrations.AddConstraint(
                model_name="document",
                constraint=models.UniqueConstraint(
                    fields=("facture", "sha256"),
                    name="document_unique",
                    violation_error_message="Ce fichier est déjà joint à la facture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="document",
                constraint=models.CheckConstraint(
                    condition=models.Q(("taille__gt", 0)),
                    name="document_non_vide",
                    violation_error_message="Un document n’est pas vide.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignecommande",
                constraint=models.UniqueConstraint(
                    fields=("commande", "rang"),
                    name="ligne_commande_rang_unique",
                    violation_error_message="Ce rang de ligne est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignecommande",
                constraint=models.CheckConstraint(
                    condition=models.Q(("quantite__gt", 0), ("montant_ttc__gte", 0)),
                    name="ligne_commande_positive",
                    violation_error_message="Une ligne de commande a une quantité, et un montant.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignefacture",
                constraint=models.UniqueConstraint(
                    fields=("facture", "rang"),
                    name="ligne_facture_rang_unique",
                    violation_error_message="Ce rang de ligne est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="liquidation",
                constraint=models.UniqueConstraint(
                    fields=("facture", "rang"),
                    name="liquidation_rang_unique",
                    violation_error_message="Cette facture vient d’être liquidée : rechargez la page.",
                ),
            ),
            migrations.AddConstraint(
                model_name="liquidation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "net",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("brut_ht"), "+", models.F("brut_tgc")
                                                ),
                                                "-",
                                                models.F("avoirs_ht"),
                                            ),
                                            "-",
                                            models.F("avoirs_tgc"),
                                        ),
                                        "-",
                                        models.F("garantie"),
                                    ),
                                    "-",
                                    models.F("avance"),
                                ),
                                "-",
                                models.F("penalites"),
                            ),
                        )
                    ),
                    name="liquidation_tombe_juste",
                    violation_error_message="Le net est le brut moins les avoirs et les déductions.",
                ),
            ),
            migrations.AddConstraint(
                model_name="liquidation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("avoirs_ht__gte", 0),
                            ("avoirs_tgc__gte", 0),
                            ("taux_garantie__gte", 0),
                            ("avoirs_ht__lt", models.F("brut_ht")),
                            ("avoirs_tgc__lte", models.F("brut_tgc")),
                            ("net__gt", 0),
                            ("avance__gte", 0),
                            ("garantie__gte", 0),
                            ("penalites__gte", 0),
                        ),
                        models.Q(
                            ("avoirs_ht", models.F("brut_ht")),
                            ("avoirs_tgc", models.F("brut_tgc")),
                            ("net", 0),
                            ("taux_garantie", 0),
                            ("avance", 0),
                            ("garantie", 0),
                            ("penalites", 0),
                        ),
                        _connector="OR",
                    ),
                    name="liquidation_montants_positifs",
                    violation_error_message="Les avoirs et les déductions sont positifs, et laissent un net à payer, sauf des avoirs qui rendent la facture en entier.",
                ),
            ),
            migrations.AddConstraint(
                model_name="liquidation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("penalites", 0),
                        models.Q(("motif_penalites", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="liquidation_penalites_motivees",
                    violation_error_message="Des pénalités de retard ont un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneliquidation",
                constraint=models.UniqueConstraint(
                    fields=("liquidation", "taux"),
                    name="ligne_liquidation_taux_unique",
                    violation_error_message="Ce taux est déjà liquidé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneliquidation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("avoir_base__gte", 0),
                        ("avoir_base__lte", models.F("base")),
                        ("avoir_taxe__gte", 0),
                        ("avoir_taxe__lte", models.F("taxe")),
                    ),
                    name="ligne_liquidation_avoir_borne",
                    violation_error_message="À chaque taux, un avoir rend au plus ce qui est facturé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="message",
                constraint=models.CheckConstraint(
                    condition=models.Q(("texte", ""), _negated=True),
                    name="message_non_vide",
                    violation_error_message="Un message n’est pas vide.",
                ),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(fields=["etat", "-id"], name="facture_etat"),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(fields=["fournisseur", "-id"], name="facture_fournisseur"),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(fields=["etablissement", "-id"], name="facture_etablissement"),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(fields=["service", "etat", "-id"], name="facture_service_etat"),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(
                    condition=models.Q(("facture_corrigee__isnull", False)),
                    fields=["facture_corrigee", "-id"],
                    name="facture_avoirs",
                ),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(
                    condition=models.Q(("sha256", ""), _negated=True),
                    fields=["sha256"],
                    name="facture_empreinte",
                ),
            ),
            migrations.AddIndex(
                model_name="facture",
                index=models.Index(
                    condition=models.Q(("affectee_a__isnull", False)),
                    fields=["affectee_a", "-id"],
                    name="facture_affectee",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        ("etat__in", ["brouillon", "rejetee", "retiree"]), _negated=True
                    ),
                    fields=("fournisseur", "numero_normalise"),
                    name="facture_numero_unique",
                    violation_error_message="Une facture de ce numéro est déjà déposée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("code_verification", ""), _negated=True),
                    fields=("code_verification",),
                    name="facture_code_unique",
                    violation_error_message="Ce code de vérification est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "brouillon"),
                        models.Q(
                            models.Q(("numero_normalise", ""), _negated=True),
                            ("date_emission__isnull", False),
                            ("service__isnull", False),
                            ("sha256__regex", "^[0-9a-f]{64}$"),
                            ("deposee_le__isnull", False),
                            ("deposee_par__isnull", False),
                            models.Q(("code_verification", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="facture_deposee_complete",
                    violation_error_message="Une facture déposée a un numéro, une date, un service et un fichier.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "brouillon"),
                        models.Q(
                            ("montant_ht__gt", 0),
                            ("montant_ht__isnull", False),
                            ("montant_tgc__gte", 0),
                            ("montant_tgc__isnull", False),
                            (
                                "montant_ttc",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("montant_ht"), "+", models.F("montant_tgc")
                                ),
                            ),
                            ("montant_ttc__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="facture_montants_coherents",
                    violation_error_message="Le montant TTC est la somme du HT et de la TGC.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("periode_fin__isnull", True),
                        models.Q(
                            ("periode_debut__isnull", False),
                            ("periode_fin__gte", models.F("periode_debut")),
                        ),
                        _connector="OR",
                    ),
                    name="facture_periode_ordonnee",
                    violation_error_message="La période finit après avoir commencé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "rejetee"), _negated=True),
                        ("motif_rejet__isnull", False),
                        _connector="OR",
                    ),
                    name="facture_rejetee_a_motif",
                    violation_error_message="Une facture rejetée porte un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("etat__in", ["suspendue", "completee"]),
                            models.Q(("suspendue_depuis", ""), _negated=True),
                        ),
                        models.Q(
                            models.Q(("etat__in", ["suspendue", "completee"]), _negated=True),
                            ("suspendue_depuis", ""),
                        ),
                        _connector="OR",
                    ),
                    name="facture_suspendue_depuis",
                    violation_error_message="Une facture suspendue retient l’état où elle l’a été.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("facture_corrigee__isnull", True), ("nature", "facture")),
                        models.Q(("etat", "brouillon"), ("nature", "avoir")),
                        models.Q(("facture_corrigee__isnull", False), ("nature", "avoir")),
                        _connector="OR",
                    ),
                    name="avoir_corrige_une_facture",
                    violation_error_message="Un avoir déposé corrige une facture, et lui seul.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("nature", "facture"),
                        models.Q(
                            (
                                "etat__in",
                                [
                                    "a_reorienter",
                                    "avoir",
                                    "brouillon",
                                    "completee",
                                    "deposee",
                                    "en_certification",
                                    "recue",
                                    "rejetee",
                                    "retiree",
                                    "service_fait",
                                    "suspendue",
                                ],
                            ),
                            ("mandat", None),
                            ("montant_liquide", None),
                        ),
                        _connector="OR",
                    ),
                    name="avoir_sans_mandat",
                    violation_error_message="Un avoir ne se liquide pas et n’a pas de mandat.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            (
                                "etat__in",
                                [
                                    "avoir",
                                    "liquidee",
                                    "mandatee",
                                    "partiellement_payee",
                                    "payee",
                                    "prise_en_charge",
                                    "rejetee_tps",
                                    "suspendue_tps",
                                    "transmise_tps",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("nature", "avoir"),
                        models.Q(
                            ("etat", "avoir"),
                            ("mandat", None),
                            ("montant_liquide", 0),
                            ("montant_liquide__isnull", False),
                        ),
                        models.Q(
                            ("montant_liquide__gt", 0),
                            ("montant_liquide__isnull", False),
                            ("montant_liquide__lte", models.F("montant_ttc")),
                            ("montant_ttc__isnull", False),
                            models.Q(("compte", ""), _negated=True),
                            models.Q(("fonction", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="facture_liquidee_a_imputation",
                    violation_error_message="Une facture liquidée porte un montant liquidé et une imputation.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            (
                                "etat__in",
                                [
                                    "avoir",
                                    "mandatee",
                                    "partiellement_payee",
                                    "payee",
                                    "prise_en_charge",
                                    "rejetee_tps",
                                    "suspendue_tps",
                                    "transmise_tps",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("nature", "avoir"),
                        models.Q(
                            ("etat", "avoir"),
                            ("mandat", None),
                            ("montant_liquide", 0),
                            ("montant_liquide__isnull", False),
                        ),
                        ("mandat__isnull", False),
                        _connector="OR",
                    ),
                    name="facture_mandatee_a_mandat",
                    violation_error_message="Une facture mandatée porte son mandat.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("mandat__isnull", True),
                        (
                            "etat__in",
                            [
                                "avoir",
                                "liquidee",
                                "mandatee",
                                "partiellement_payee",
                                "payee",
                                "prise_en_charge",
                                "rejetee_tps",
                                "suspendue_tps",
                                "transmise_tps",
                            ],
                        ),
                        _connector="OR",
                    ),
                    name="facture_mandat_apres_liquidation",
                    violation_error_message="Seule une facture liquidée peut porter un mandat.",
                ),
            ),
            migrations.AddConstraint(
                model_name="facture",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "payee"), _negated=True),
                        ("payee_le__isnull", False),
                        _connector="OR",
                    ),
                    name="facture_payee_a_date",
                    violation_error_message="Une facture payée porte sa date de paiement.",
                ),
            ),
            migrations.AddIndex(
                model_name="passagefacture",
                index=models.Index(fields=["acte", "facture"], name="passage_facture_acte"),
            ),
            migrations.AddConstraint(
                model_name="previsionpaiement",
                constraint=models.UniqueConstraint(
                    fields=("facture", "jalon"),
                    name="prevision_une_par_jalon",
                    violation_error_message="La prévision de ce jalon est déjà faite.",
                ),
            ),
            migrations.AddConstraint(
                model_name="previsionpaiement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("au_plus_tot__lte", models.F("probable")),
                        ("probable__lte", models.F("au_plus_tard")),
                    ),
                    name="prevision_ordonnee",
                    violation_error_message="La date probable est dans la fourchette.",
                ),
            ),
            migrations.AddConstraint(
                model_name="previsionpaiement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ecart_jours__isnull", True), ("est_tenue__isnull", True)),
                        models.Q(("ecart_jours__isnull", False), ("est_tenue__isnull", False)),
                        _connector="OR",
                    ),
                    name="prevision_ecart_complet",
                    violation_error_message="L’écart d’une prévision se constate d’un coup.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignereception",
                constraint=models.UniqueConstraint(
                    fields=("reception", "ligne"),
                    name="ligne_reception_unique",
                    violation_error_message="Cette ligne est déjà dans la réception.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignereception",
                constraint=models.CheckConstraint(
                    condition=models.Q(("quantite", 0), _negated=True),
                    name="ligne_reception_non_nulle",
                    violation_error_message="Une quantité reçue n’est pas nulle.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regleapprise",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("type_depense", ""), _negated=True),
                        models.Q(("compte", ""), _negated=True),
                        models.Q(("genre_absent", ""), _negated=True),
                        models.Q(("montant_minimum__gt", 0), ("montant_minimum__isnull", False)),
                        _connector="OR",
                    ),
                    name="regle_a_condition",
                    violation_error_message="Donnez une condition au moins : sans elle, la règle arrêterait tous les mandats.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regleapprise",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("fin__isnull", True), ("fin__gte", models.F("debut")), _connector="OR"
                    ),
                    name="regle_periode_ordonnee",
                    violation_error_message="La règle finit après avoir commencé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regleapprise",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("libelle", ""), _negated=True),
                        models.Q(("consigne", ""), _negated=True),
                    ),
                    name="regle_dite",
                    violation_error_message="Dites ce que la règle contrôle, et ce qu’il faut faire.",
                ),
            ),
            migrations.AddConstraint(
                model_name="regleapprise",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("compte", ""), ("compte__regex", "^[0-9]{1,12}$"), _connector="OR"
                    ),
                    name="regle_compte_chiffres",
                    violation_error_message="Un compte n’a que des chiffres, par exemple 2313.",
                ),
            ),
            migrations.AddConstraint(
                model_name="constatregle",
                constraint=models.UniqueConstraint(
                    fields=("regle", "mandat"),
                    name="constat_regle_unique",
                    violation_error_message="Cette règle a déjà arrêté ce mandat.",
                ),
            ),
            migrations.AddConstraint(
                model_name="repartitiontaxe",
                constraint=models.UniqueConstraint(
                    fields=("facture", "taux"),
                    name="repartition_taux_unique",
                    violation_error_message="Ce taux est déjà réparti.",
                ),
            ),
            migrations.AddConstraint(
                model_name="repartitiontaxe",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("taux__gte", 0), ("taux__lte", 100), ("base__gte", 0), ("taxe__gte", 0)
                    ),
                    name="repartition_valeurs_positives",
                    violation_error_message="Le taux, la base et la taxe sont positifs.",
                ),
            ),
            migrations.AddConstraint(
                model_name="repriserejet",
                constraint=models.UniqueConstraint(
                    fields=("facture", "mandat"),
                    name="reprise_rejet_unique",
                    violation_error_message="Ce rejet est déjà à reprendre.",
                ),
            ),
            migrations.AddIndex(
                model_name="retourfournisseur",
                index=models.Index(
                    condition=models.Q(("accuse_le__isnull", True), ("repondu_le__isnull", True)),
                    fields=["cree_le"],
                    name="retour_sans_accuse",
                ),
            ),
            migrations.AddConstraint(
                model_name="retourfournisseur",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("repondu_le__isnull", True)),
                    fields=("facture",),
                    name="retour_un_seul_ouvert",
                    violation_error_message="Un retour attend déjà une réponse.",
                ),
            ),
            migrations.AddConstraint(
                model_name="retourfournisseur",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("repondu_le__isnull", True),
                        ("repondu_par__isnull", False),
                        _connector="OR",
                    ),
                    name="retour_repondu_par",
                    violation_error_message="Une réponse a un auteur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="retourfournisseur",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("accuse_le__isnull", True), ("accuse_par__isnull", True)),
                        models.Q(("accuse_le__isnull", False), ("accuse_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="retour_accuse_par",
                    violation_error_message="Un accusé de lecture a un auteur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="reception",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("annule__isnull", True), ("montant__gt", 0)),
                        models.Q(("annule__isnull", False), ("montant__lt", 0)),
                        _connector="OR",
                    ),
                    name="reception_montant_du_bon_cote",
                    violation_error_message="Une réception est positive ; seule son annulation est négative.",
                ),
            ),
            migrations.AddConstraint(
                model_name="reception",
                constraint=models.CheckConstraint(
                    condition=models.Q(("description", ""), _negated=True),
                    name="reception_a_description",
                    violation_error_message="Dites ce qui a été reçu.",
                ),
            ),
            migrations.AddConstraint(
                model_name="vueenregistree",
                constraint=models.UniqueConstraint(
                    fields=("utilisateur", "nom"),
                    name="vue_enregistree_nom_unique",
                    violation_error_message="Vous avez déjà une vue de ce nom.",
                ),
            ),
            migrations.AddConstraint(
                model_name="vueenregistree",
                constraint=models.CheckConstraint(
                    condition=models.Q(("nom", ""), _negated=True),
                    name="vue_enregistree_nommee",
                    violation_error_message="Une vue enregistrée a un nom.",
                ),
            ),
        )
    ]
