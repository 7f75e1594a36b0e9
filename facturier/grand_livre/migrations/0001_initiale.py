import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
import facturier.commun.transmissible
from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("acces", "0002_invariants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="Ecriture",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("date_comptable", models.DateField()),
                    ("evenement", models.CharField(max_length=40, verbose_name="événement")),
                    ("libelle", models.CharField(max_length=200, verbose_name="libellé")),
                    (
                        "total",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    ("nombre_lignes", models.PositiveIntegerField(verbose_name="nombre de lignes")),
                    (
                        "cle",
                        models.CharField(
                            max_length=120, null=True, unique=True, verbose_name="clé d’unicité"
                        ),
                    ),
                    ("passee_le", models.DateTimeField()),
                    (
                        "contrepasse",
                        models.OneToOneField(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contrepassee_par",
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
                    "verbose_name": "écriture",
                },
            ),
            migrations.CreateModel(
                name="Compteur",
                fields=[
                    ("cle", models.CharField(max_length=60, primary_key=True, serialize=False)),
                    ("valeur", models.PositiveBigIntegerField(default=0)),
                ],
                options={
                    "verbose_name": "compteur",
                },
            ),
            migrations.CreateModel(
                name="Exercice",
                fields=[
                    (
                        "annee",
                        models.PositiveSmallIntegerField(
                            primary_key=True, serialize=False, verbose_name="année"
                        ),
                    ),
                    ("clos_le", models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    "verbose_name": "exercice",
                    "ordering": ["annee"],
                },
            ),
            migrations.CreateModel(
                name="Journal",
                fields=[
                    ("code", models.CharField(max_length=5, primary_key=True, serialize=False)),
                    ("libelle", models.CharField(max_length=60, verbose_name="libellé")),
                ],
                options={
                    "verbose_name": "journal",
                    "verbose_name_plural": "journaux",
                },
            ),
            migrations.CreateModel(
                name="AttenteScellement",
                fields=[
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            primary_key=True,
                            related_name="attente",
                            serialize=False,
                            to="grand_livre.ecriture",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "écriture en attente de scellement",
                    "verbose_name_plural": "écritures en attente de scellement",
                },
            ),
            migrations.CreateModel(
                name="Budget",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=10, unique=True)),
                    ("libelle", models.CharField(max_length=38, verbose_name="libellé")),
                    (
                        "codique_poste",
                        models.CharField(max_length=7, verbose_name="codique du poste comptable"),
                    ),
                    (
                        "identifiant_collectivite",
                        models.CharField(
                            max_length=14, verbose_name="identifiant de la collectivité"
                        ),
                    ),
                    (
                        "code_collectivite",
                        models.CharField(max_length=3, verbose_name="code collectivité"),
                    ),
                    ("code_budget", models.CharField(max_length=2)),
                    ("nomenclature", models.CharField(default="M52", max_length=10)),
                ],
                options={
                    "verbose_name": "budget",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("code_collectivite__regex", "^[0-9]{3}$"),
                                models.Q(("code_collectivite", "000"), _negated=True),
                            ),
                            name="budget_code_collectivite",
                            violation_error_message="Le code collectivité a trois chiffres, et n’est pas 000.",
                        )
                    ],
                },
            ),
            migrations.AddField(
                model_name="ecriture",
                name="exercice",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ecritures",
                    to="grand_livre.exercice",
                ),
            ),
            migrations.CreateModel(
                name="Compte",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nomenclature", models.CharField(default="M52", max_length=10)),
                    ("numero", models.CharField(max_length=12, verbose_name="numéro")),
                    ("libelle", models.CharField(max_length=200, verbose_name="libellé")),
                    ("est_imputable", models.BooleanField(default=True, verbose_name="imputable")),
                    (
                        "exercice",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="comptes",
                            to="grand_livre.exercice",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "compte",
                    "ordering": ["numero"],
                },
            ),
            migrations.CreateModel(
                name="Bordereau",
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
                    (
                        "type_bordereau",
                        models.CharField(default="01", max_length=2, verbose_name="type"),
                    ),
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    ("date_emission", models.DateField(verbose_name="date d’émission")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("ouvert", "En préparation"),
                                ("presente", "Au parapheur"),
                                ("signe", "Signé"),
                                ("transmis", "Transmis à la Trésorerie"),
                                ("accepte", "Accepté"),
                                ("refuse", "Refusé"),
                                ("abandonne", "Abandonné"),
                            ],
                            default="ouvert",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "signe_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="signé le"),
                    ),
                    (
                        "signataire",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="certificat du signataire"
                        ),
                    ),
                    (
                        "empreinte_signee",
                        models.CharField(
                            blank=True,
                            help_text="SHA-256 du fragment signé, tel qu’il est conservé",
                            max_length=64,
                        ),
                    ),
                    (
                        "budget",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="bordereaux",
                            to="grand_livre.budget",
                        ),
                    ),
                    (
                        "exercice",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="bordereaux",
                            to="grand_livre.exercice",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "bordereau",
                    "verbose_name_plural": "bordereaux",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="ecriture",
                name="journal",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ecritures",
                    to="grand_livre.journal",
                ),
            ),
            migrations.CreateModel(
                name="Lettrage",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.PositiveBigIntegerField(verbose_name="numéro")),
                    (
                        "total",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "lettre_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="lettré le"),
                    ),
                    (
                        "compte",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.compte",
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
                    "verbose_name": "lettrage",
                },
            ),
            migrations.CreateModel(
                name="LigneEcriture",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveIntegerField()),
                    (
                        "sens",
                        models.CharField(choices=[("D", "Débit"), ("C", "Crédit")], max_length=1),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale"
                        ),
                    ),
                    (
                        "compte",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="grand_livre.compte",
                        ),
                    ),
                    (
                        "ecriture",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="grand_livre.ecriture",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne d’écriture",
                    "verbose_name_plural": "lignes d’écriture",
                },
            ),
            migrations.CreateModel(
                name="LigneLettrage",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "lettrage",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes",
                            to="grand_livre.lettrage",
                        ),
                    ),
                    (
                        "ligne",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lettrage",
                            to="grand_livre.ligneecriture",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de lettrage",
                    "verbose_name_plural": "lignes de lettrage",
                },
            ),
            migrations.CreateModel(
                name="LignePiece",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveIntegerField()),
                    ("fonction", models.CharField(blank=True, max_length=10)),
                    (
                        "operation",
                        models.CharField(blank=True, max_length=10, verbose_name="opération"),
                    ),
                    (
                        "libelle",
                        models.CharField(blank=True, max_length=70, verbose_name="libellé"),
                    ),
                    (
                        "reference_facture",
                        models.CharField(
                            blank=True, max_length=20, verbose_name="numéro de facture"
                        ),
                    ),
                    (
                        "montant_ht",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant HT"
                        ),
                    ),
                    (
                        "montant_tgc",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale", verbose_name="TGC"
                        ),
                    ),
                    (
                        "compte",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.compte",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne de pièce",
                    "verbose_name_plural": "lignes de pièce",
                    "ordering": ["piece", "rang"],
                },
            ),
            migrations.CreateModel(
                name="Deduction",
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
                                ("garantie", "Retenue de garantie"),
                                ("avance", "Avance déjà versée"),
                                ("penalites", "Pénalités de retard"),
                            ],
                            max_length=10,
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant TTC"
                        ),
                    ),
                    (
                        "ligne",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="deductions",
                            to="grand_livre.lignepiece",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "déduction",
                    "ordering": ["ligne", "pk"],
                },
            ),
            migrations.CreateModel(
                name="Parametre",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("cle", models.CharField(max_length=60, verbose_name="clé")),
                    ("debut", models.DateField(verbose_name="en vigueur à partir du")),
                    ("valeur", models.TextField()),
                    (
                        "source",
                        models.CharField(help_text="texte ou décision qui la fixe", max_length=200),
                    ),
                ],
                options={
                    "verbose_name": "paramètre",
                    "ordering": ["cle", "-debut"],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("cle", "debut"),
                            name="parametre_une_valeur_par_jour",
                            violation_error_message="Ce paramètre a déjà une valeur à partir de ce jour.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="PassageBordereau",
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
                        "bordereau",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="grand_livre.bordereau",
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
                    "verbose_name": "passage de bordereau",
                    "verbose_name_plural": "passages de bordereau",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Piece",
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
                    ("numero", models.PositiveIntegerField(verbose_name="numéro")),
                    (
                        "type_piece",
                        models.CharField(default="01", max_length=2, verbose_name="type"),
                    ),
                    (
                        "nature_piece",
                        models.CharField(default="01", max_length=2, verbose_name="nature"),
                    ),
                    ("date_emission", models.DateField(verbose_name="date d’émission")),
                    ("objet", models.CharField(max_length=100)),
                    (
                        "montant_ht",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant HT"
                        ),
                    ),
                    (
                        "montant_tgc",
                        facturier.commun.champs.MontantField(
                            default=0, help_text="en francs CFP, sans décimale", verbose_name="TGC"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("emise", "Émis"),
                                ("signee", "Signé"),
                                ("transmise", "Transmis à la Trésorerie"),
                                ("suspendue", "Suspendu par le comptable"),
                                ("prise_en_charge", "Pris en charge"),
                                ("rejetee", "Rejeté"),
                                ("payee", "Payé"),
                                ("annulee", "Annulé"),
                            ],
                            default="emise",
                            max_length=20,
                            verbose_name="état",
                        ),
                    ),
                    ("nom_tiers", models.CharField(max_length=100, verbose_name="nom du tiers")),
                    ("ridet", models.CharField(blank=True, max_length=10, verbose_name="RIDET")),
                    (
                        "adresse_complement",
                        models.CharField(
                            blank=True, max_length=38, verbose_name="complément d’adresse"
                        ),
                    ),
                    (
                        "adresse_voie",
                        models.CharField(max_length=38, verbose_name="voie ou boîte postale"),
                    ),
                    ("code_postal", models.CharField(max_length=5)),
                    ("ville", models.CharField(max_length=38)),
                    (
                        "pays",
                        models.CharField(
                            blank=True,
                            help_text="vide : France et ses territoires",
                            max_length=2,
                            verbose_name="pays",
                        ),
                    ),
                    (
                        "mode_reglement",
                        models.CharField(
                            blank=True, max_length=2, verbose_name="mode de règlement"
                        ),
                    ),
                    ("iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN")),
                    ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                    (
                        "titulaire_compte",
                        models.CharField(
                            blank=True, max_length=32, verbose_name="titulaire du compte"
                        ),
                    ),
                    (
                        "debut_delai",
                        models.DateField(blank=True, null=True, verbose_name="début du délai"),
                    ),
                    (
                        "fin_delai",
                        models.DateField(blank=True, null=True, verbose_name="fin du délai"),
                    ),
                    (
                        "duree_delai",
                        models.PositiveSmallIntegerField(
                            blank=True, null=True, verbose_name="durée du délai en jours"
                        ),
                    ),
                    (
                        "date_echeance",
                        models.DateField(blank=True, null=True, verbose_name="date d’échéance"),
                    ),
                    (
                        "cle_paiement",
                        models.CharField(blank=True, max_length=12, verbose_name="clé de paiement"),
                    ),
                    (
                        "bases_liquidation",
                        models.TextField(blank=True, verbose_name="bases de liquidation"),
                    ),
                    (
                        "code_produit",
                        models.CharField(
                            blank=True, max_length=4, verbose_name="code produit local"
                        ),
                    ),
                    (
                        "exercice_encaisse",
                        models.PositiveSmallIntegerField(
                            blank=True, null=True, verbose_name="exercice du P503"
                        ),
                    ),
                    (
                        "numero_encaisse",
                        models.PositiveBigIntegerField(
                            blank=True, null=True, verbose_name="numéro du P503"
                        ),
                    ),
                    (
                        "bordereau",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pieces",
                            to="grand_livre.bordereau",
                        ),
                    ),
                    (
                        "budget",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pieces",
                            to="grand_livre.budget",
                        ),
                    ),
                    (
                        "exercice",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pieces",
                            to="grand_livre.exercice",
                        ),
                    ),
                    (
                        "piece_origine",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pieces_correctives",
                            to="grand_livre.piece",
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="pieces",
                            to="acces.servicegestionnaire",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "pièce",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="PassagePiece",
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
                        "piece",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="grand_livre.piece",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage de pièce",
                    "verbose_name_plural": "passages de pièce",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="lignepiece",
                name="piece",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes_piece",
                    to="grand_livre.piece",
                ),
            ),
            migrations.AddField(
                model_name="ligneecriture",
                name="piece",
                field=models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="grand_livre.piece",
                ),
            ),
            migrations.CreateModel(
                name="Mandat",
                fields=[],
                options={
                    "verbose_name": "mandat",
                    "proxy": True,
                    "indexes": [],
                    "constraints": [],
                },
                bases=("grand_livre.piece",),
            ),
            migrations.CreateModel(
                name="Titre",
                fields=[],
                options={
                    "verbose_name": "titre",
                    "proxy": True,
                    "indexes": [],
                    "constraints": [],
                },
                bases=("grand_livre.piece",),
            ),
            migrations.CreateModel(
                name="PieceJustificative",
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
                        "identifiant",
                        models.CharField(
                            max_length=50, unique=True, verbose_name="identifiant unique"
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
                        "rangee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="rangée le"),
                    ),
                ],
                options={
                    "verbose_name": "pièce justificative",
                    "verbose_name_plural": "pièces justificatives",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("identifiant__regex", "^[0-9A-Za-z]{1,50}$")),
                            name="justificatif_identifiant_alphanumerique",
                            violation_error_message="L’identifiant n’a que des lettres et des chiffres.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("taille__gt", 0)),
                            name="justificatif_non_vide",
                            violation_error_message="Une pièce justificative n’est pas vide.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Precompte",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "deduction",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="precomptes",
                            to="grand_livre.deduction",
                        ),
                    ),
                    (
                        "titre",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="precompte",
                            to="grand_livre.piece",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "précompte",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RattachementPiece",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField(default=1)),
                    (
                        "justificatif",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rattachements",
                            to="grand_livre.piecejustificative",
                        ),
                    ),
                    (
                        "piece",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rattachements",
                            to="grand_livre.piece",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "rattachement de pièce justificative",
                    "verbose_name_plural": "rattachements de pièces justificatives",
                    "ordering": ["piece", "rang"],
                },
            ),
            migrations.CreateModel(
                name="RemiseEnPreparation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("refus", models.TextField(help_text="ce que la Trésorerie en a dit")),
                    (
                        "motif",
                        models.CharField(
                            help_text="pourquoi il peut être présenté de nouveau", max_length=400
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "bordereau",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remises",
                            to="grand_livre.bordereau",
                            verbose_name="bordereau quitté",
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
                        "piece",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remises",
                            to="grand_livre.piece",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "remise en préparation",
                    "verbose_name_plural": "remises en préparation",
                    "ordering": ["pk"],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("piece", "bordereau"),
                            name="remise_une_par_bordereau",
                            violation_error_message="Cette pièce a déjà quitté ce bordereau.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("motif", ""), _negated=True),
                                models.Q(("refus", ""), _negated=True),
                            ),
                            name="remise_dite",
                            violation_error_message=(
                                "Une remise en préparation dit le refus, et son motif."
                            ),
                        ),
                    ],
                },
            ),
            migrations.AddField(
                model_name="piece",
                name="justificatifs",
                field=models.ManyToManyField(
                    related_name="pieces",
                    through="grand_livre.RattachementPiece",
                    to="grand_livre.piecejustificative",
                ),
            ),
            migrations.CreateModel(
                name="SchemaComptable",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("evenement", models.CharField(max_length=40, verbose_name="événement")),
                    ("debut", models.DateField(verbose_name="en vigueur à partir du")),
                    ("rang", models.PositiveSmallIntegerField()),
                    ("part", models.CharField(max_length=30)),
                    (
                        "sens",
                        models.CharField(choices=[("D", "Débit"), ("C", "Crédit")], max_length=1),
                    ),
                    ("compte", models.CharField(blank=True, max_length=12)),
                    (
                        "journal",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.journal",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "schéma comptable",
                    "verbose_name_plural": "schémas comptables",
                    "ordering": ["evenement", "-debut", "rang"],
                },
            ),
            migrations.CreateModel(
                name="Solde",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("jour", models.DateField()),
                    (
                        "debit",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="débit",
                        ),
                    ),
                    (
                        "credit",
                        facturier.commun.champs.MontantField(
                            default=0,
                            help_text="en francs CFP, sans décimale",
                            verbose_name="crédit",
                        ),
                    ),
                    (
                        "compte",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="soldes",
                            to="grand_livre.compte",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "solde",
                },
            ),
            migrations.CreateModel(
                name="Tiers",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=30, unique=True)),
                    (
                        "nom",
                        models.CharField(
                            max_length=100,
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "prenom",
                        models.CharField(
                            blank=True,
                            max_length=38,
                            verbose_name="prénom",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "civilite",
                        models.CharField(blank=True, max_length=10, verbose_name="civilité"),
                    ),
                    (
                        "categorie",
                        models.CharField(
                            choices=[
                                ("01", "Personne physique"),
                                ("20", "État et établissement public national"),
                                ("23", "Commune"),
                                ("24", "Groupement de collectivités"),
                                ("29", "Autre établissement public"),
                                ("50", "Personne morale de droit privé"),
                                ("74", "Autre organisme social"),
                            ],
                            default="50",
                            max_length=2,
                            verbose_name="catégorie",
                        ),
                    ),
                    (
                        "nature_juridique",
                        models.CharField(
                            choices=[
                                ("01", "Particulier"),
                                ("02", "Artisan, commerçant, agriculteur"),
                                ("03", "Société"),
                                ("06", "Association"),
                                ("07", "État"),
                                ("08", "Établissement public national"),
                                ("09", "Collectivité ou établissement public local"),
                            ],
                            default="03",
                            max_length=2,
                        ),
                    ),
                    ("ridet", models.CharField(blank=True, max_length=10, verbose_name="RIDET")),
                    (
                        "absorbe_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="absorbes",
                            to="grand_livre.tiers",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "tiers",
                    "verbose_name_plural": "tiers",
                },
            ),
            migrations.AddField(
                model_name="piece",
                name="tiers",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="pieces",
                    to="grand_livre.tiers",
                ),
            ),
            migrations.CreateModel(
                name="PartCedee",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("rang", models.PositiveSmallIntegerField()),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant TTC"
                        ),
                    ),
                    (
                        "creance",
                        models.CharField(
                            help_text="numéro de l’opposition ou de la cession servie",
                            max_length=20,
                            verbose_name="opposition",
                        ),
                    ),
                    ("motif", models.CharField(max_length=100)),
                    (
                        "nom_tiers",
                        models.CharField(max_length=100, verbose_name="nom du bénéficiaire"),
                    ),
                    ("ridet", models.CharField(blank=True, max_length=10, verbose_name="RIDET")),
                    (
                        "adresse_complement",
                        models.CharField(
                            blank=True, max_length=38, verbose_name="complément d’adresse"
                        ),
                    ),
                    (
                        "adresse_voie",
                        models.CharField(max_length=38, verbose_name="voie ou boîte postale"),
                    ),
                    ("code_postal", models.CharField(max_length=5)),
                    ("ville", models.CharField(max_length=38)),
                    (
                        "pays",
                        models.CharField(
                            blank=True,
                            help_text="vide : France et ses territoires",
                            max_length=2,
                            verbose_name="pays",
                        ),
                    ),
                    ("iban", models.CharField(max_length=34, verbose_name="IBAN")),
                    ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                    (
                        "titulaire_compte",
                        models.CharField(max_length=32, verbose_name="titulaire du compte"),
                    ),
                    (
                        "ligne",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="parts_cedees",
                            to="grand_livre.lignepiece",
                        ),
                    ),
                    (
                        "tiers",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="parts_cedees",
                            to="grand_livre.tiers",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "part cédée ou saisie",
                    "verbose_name_plural": "parts cédées ou saisies",
                    "ordering": ["ligne", "rang"],
                },
            ),
            migrations.AddField(
                model_name="ligneecriture",
                name="tiers",
                field=models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="grand_livre.tiers",
                ),
            ),
            migrations.AddField(
                model_name="lettrage",
                name="tiers",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lettrages",
                    to="grand_livre.tiers",
                ),
            ),
            migrations.CreateModel(
                name="Scellement",
                fields=[
                    (
                        "ecriture",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            primary_key=True,
                            related_name="scellement",
                            serialize=False,
                            to="grand_livre.ecriture",
                        ),
                    ),
                    ("numero", models.PositiveBigIntegerField(verbose_name="numéro")),
                    ("empreinte", models.CharField(max_length=64)),
                    (
                        "scelle_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="scellé le"),
                    ),
                    (
                        "exercice",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.exercice",
                        ),
                    ),
                    (
                        "journal",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="grand_livre.journal",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "scellement",
                },
            ),
            migrations.CreateModel(
                name="CreditOuvert",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("acte", models.CharField(max_length=60, verbose_name="acte budgétaire")),
                    (
                        "compte",
                        models.CharField(max_length=12, verbose_name="compte, ou son début"),
                    ),
                    (
                        "fonction",
                        models.CharField(
                            blank=True, max_length=10, verbose_name="fonction, ou son début"
                        ),
                    ),
                    (
                        "montant",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant ouvert"
                        ),
                    ),
                    (
                        "charge_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="chargé le"),
                    ),
                    (
                        "budget",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="credits",
                            to="grand_livre.budget",
                        ),
                    ),
                    (
                        "exercice",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="credits",
                            to="grand_livre.exercice",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "crédit ouvert",
                    "verbose_name_plural": "crédits ouverts",
                    "ordering": ["exercice", "budget", "compte", "fonction", "pk"],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("exercice", "budget", "compte", "fonction", "acte"),
                            name="credit_acte_unique",
                            violation_error_message="Cet acte a déjà ouvert des crédits sur cette ligne.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("montant", 0), _negated=True),
                                models.Q(("acte", ""), _negated=True),
                            ),
                            name="credit_non_nul",
                            violation_error_message="Un acte ouvre ou retire des crédits.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("compte__regex", "^[1-9][0-9]{0,11}$")),
                            name="credit_compte_chiffres",
                            violation_error_message="Un compte budgétaire a d’un à douze chiffres.",
                        ),
                    ],
                },
            ),
            migrations.AddConstraint(
                model_name="compte",
                constraint=models.UniqueConstraint(
                    fields=("exercice", "numero"),
                    name="compte_numero_unique",
                    violation_error_message="Ce compte existe déjà pour cet exercice.",
                ),
            ),
            migrations.AddConstraint(
                model_name="compte",
                constraint=models.CheckConstraint(
                    condition=models.Q(("numero__regex", "^[0-9]{2,12}$")),
                    name="compte_numero_chiffres",
                    violation_error_message="Un numéro de compte a de 2 à 12 chiffres.",
                ),
            ),
            migrations.AddIndex(
                model_name="bordereau",
                index=models.Index(fields=["etat", "-id"], name="bordereau_etat"),
            ),
            migrations.AddConstraint(
                model_name="bordereau",
                constraint=models.UniqueConstraint(
                    fields=("exercice", "budget", "sens", "numero"),
                    name="bordereau_numero_unique",
                    violation_error_message="Ce numéro de bordereau est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="bordereau",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["ouvert", "presente", "abandonne"]),
                        models.Q(
                            ("signe_le__isnull", False),
                            models.Q(("empreinte_signee", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="bordereau_signe_a_signature",
                    violation_error_message="Un bordereau signé porte sa signature.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ecriture",
                constraint=models.CheckConstraint(
                    condition=models.Q(("total__gt", 0)),
                    name="ecriture_total_positif",
                    violation_error_message="Le total d’une écriture est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ecriture",
                constraint=models.CheckConstraint(
                    condition=models.Q(("nombre_lignes__gte", 2)),
                    name="ecriture_deux_lignes",
                    violation_error_message="Une écriture a deux lignes ou plus.",
                ),
            ),
            migrations.AddConstraint(
                model_name="deduction",
                constraint=models.UniqueConstraint(
                    fields=("ligne", "nature"),
                    name="deduction_nature_unique",
                    violation_error_message="Cette déduction est déjà dans la ligne.",
                ),
            ),
            migrations.AddConstraint(
                model_name="deduction",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="deduction_montant_positif",
                    violation_error_message="Une déduction est positive.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignepiece",
                constraint=models.UniqueConstraint(
                    fields=("piece", "rang"),
                    name="ligne_piece_rang_unique",
                    violation_error_message="Ce rang de ligne est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lignepiece",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant_ht__gt", 0), ("montant_tgc__gte", 0)),
                    name="ligne_piece_montants_positifs",
                    violation_error_message="Le montant d’une ligne de pièce est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="rattachementpiece",
                constraint=models.UniqueConstraint(
                    fields=("piece", "justificatif"),
                    name="rattachement_unique",
                    violation_error_message="Ce document est déjà rattaché à la pièce.",
                ),
            ),
            migrations.AddConstraint(
                model_name="schemacomptable",
                constraint=models.UniqueConstraint(
                    fields=("evenement", "debut", "part"),
                    name="schema_une_part_par_evenement",
                    violation_error_message="Cette part de l’événement a déjà un compte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="solde",
                constraint=models.UniqueConstraint(
                    fields=("compte", "jour"),
                    name="solde_un_par_jour",
                    violation_error_message="Ce compte a déjà un solde pour ce jour.",
                ),
            ),
            migrations.AddIndex(
                model_name="tiers",
                index=models.Index(fields=["nom", "id"], name="tiers_nom"),
            ),
            migrations.AddConstraint(
                model_name="tiers",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        models.Q(("ridet", ""), _negated=True), ("absorbe_par__isnull", True)
                    ),
                    fields=("ridet",),
                    name="tiers_ridet_unique",
                    violation_error_message="Un tiers porte déjà ce RIDET.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tiers",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("absorbe_par__isnull", True),
                        models.Q(("absorbe_par", models.F("id")), _negated=True),
                        _connector="OR",
                    ),
                    name="tiers_absorbe_par_un_autre",
                    violation_error_message="Un tiers ne se fusionne pas avec lui-même.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tiers",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("categorie", "01"), _negated=True),
                        models.Q(
                            models.Q(("prenom", ""), _negated=True),
                            models.Q(("civilite", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="tiers_personne_physique_nommee",
                    violation_error_message="Une personne physique a une civilité et un prénom.",
                ),
            ),
            migrations.AddIndex(
                model_name="piece",
                index=models.Index(fields=["sens", "etat", "-id"], name="piece_sens_etat"),
            ),
            migrations.AddIndex(
                model_name="piece",
                index=models.Index(fields=["tiers", "-id"], name="piece_tiers"),
            ),
            migrations.AddIndex(
                model_name="piece",
                index=models.Index(
                    condition=models.Q(("piece_origine__isnull", False)),
                    fields=["piece_origine"],
                    name="piece_origine",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.UniqueConstraint(
                    fields=("exercice", "budget", "sens", "numero"),
                    name="piece_numero_unique",
                    violation_error_message="Ce numéro de pièce est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("pays", ""),
                        models.Q(("code_postal", "99999"), ("pays__regex", "^[A-Z]{2}$")),
                        _connector="OR",
                    ),
                    name="piece_pays",
                    violation_error_message="À l’étranger, laissez le code postal vide : celui du pays s’écrit avec la ville.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant_ht__gt", 0), ("montant_tgc__gte", 0)),
                    name="piece_montants_positifs",
                    violation_error_message="Le montant hors taxe d’une pièce est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("sens", "recette"),
                        models.Q(
                            models.Q(("mode_reglement", ""), _negated=True),
                            ("cle_paiement", ""),
                            ("date_echeance__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="mandat_a_mode_reglement",
                    violation_error_message="Un mandat porte un mode de règlement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("mode_reglement__in", ["03", "05"]), _negated=True),
                        models.Q(
                            models.Q(("iban", ""), _negated=True),
                            models.Q(("titulaire_compte", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="mandat_virement_a_compte",
                    violation_error_message="Un mandat payé par virement porte un compte bancaire.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("sens", "depense"),
                        models.Q(
                            models.Q(("cle_paiement", ""), _negated=True),
                            models.Q(("bases_liquidation", ""), _negated=True),
                            ("date_echeance__gte", models.F("date_emission")),
                            ("date_echeance__isnull", False),
                            ("iban", ""),
                            ("mode_reglement", ""),
                        ),
                        _connector="OR",
                    ),
                    name="titre_a_cle_et_bases",
                    violation_error_message="Un titre porte une clé de paiement, ses bases de liquidation et une échéance.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("exercice_encaisse__isnull", True), ("numero_encaisse__isnull", True)
                        ),
                        models.Q(
                            ("exercice_encaisse__isnull", False),
                            ("numero_encaisse__gt", 0),
                            ("piece_origine__isnull", True),
                            ("sens", "recette"),
                            ("type_piece", "05"),
                        ),
                        _connector="OR",
                    ),
                    name="titre_apres_encaissement",
                    violation_error_message="Seul un titre émis après encaissement nomme le P503 qu’il régularise.",
                ),
            ),
            migrations.AddConstraint(
                model_name="piece",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["emise", "annulee"]),
                        ("bordereau__isnull", False),
                        _connector="OR",
                    ),
                    name="piece_avancee_en_bordereau",
                    violation_error_message="Une pièce signée ou transmise appartient à un bordereau.",
                ),
            ),
            migrations.AddIndex(
                model_name="partcedee",
                index=models.Index(fields=["creance"], name="part_cedee_creance"),
            ),
            migrations.AddConstraint(
                model_name="partcedee",
                constraint=models.UniqueConstraint(
                    fields=("ligne", "rang"),
                    name="part_cedee_rang_unique",
                    violation_error_message="Ce rang de part est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="partcedee",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("pays", ""),
                        models.Q(("code_postal", "99999"), ("pays__regex", "^[A-Z]{2}$")),
                        _connector="OR",
                    ),
                    name="part_cedee_pays",
                    violation_error_message="À l’étranger, laissez le code postal vide : celui du pays s’écrit avec la ville.",
                ),
            ),
            migrations.AddConstraint(
                model_name="partcedee",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="part_cedee_montant_positif",
                    violation_error_message="Une part cédée ou saisie est positive.",
                ),
            ),
            migrations.AddConstraint(
                model_name="partcedee",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("iban", ""), _negated=True),
                        models.Q(("titulaire_compte", ""), _negated=True),
                        models.Q(("creance", ""), _negated=True),
                    ),
                    name="part_cedee_a_compte",
                    violation_error_message="Une part cédée ou saisie porte un compte bancaire et sa cause.",
                ),
            ),
            migrations.AddIndex(
                model_name="ligneecriture",
                index=models.Index(
                    condition=models.Q(("piece__isnull", False)),
                    fields=["piece"],
                    name="ligne_piece",
                ),
            ),
            migrations.AddIndex(
                model_name="ligneecriture",
                index=models.Index(
                    condition=models.Q(("tiers__isnull", False)),
                    fields=["tiers", "compte"],
                    name="ligne_tiers",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneecriture",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="ligne_montant_positif",
                    violation_error_message="Le montant d’une ligne est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneecriture",
                constraint=models.CheckConstraint(
                    condition=models.Q(("sens__in", ["D", "C"])),
                    name="ligne_sens_connu",
                    violation_error_message="Le sens d’une ligne est D ou C.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lettrage",
                constraint=models.UniqueConstraint(
                    fields=("compte", "numero"),
                    name="lettrage_numero_unique",
                    violation_error_message="Ce numéro de lettrage est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="lettrage",
                constraint=models.CheckConstraint(
                    condition=models.Q(("total__gt", 0)),
                    name="lettrage_total_positif",
                    violation_error_message="Le total d’un lettrage est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="scellement",
                constraint=models.UniqueConstraint(
                    fields=("exercice", "journal", "numero"),
                    name="scellement_numero_unique",
                    violation_error_message="Ce numéro d’écriture est déjà pris.",
                ),
            ),
        )
    ]
