import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
import facturier.commun.transmissible
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
                name="Etablissement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "adresse_complement",
                        models.CharField(
                            blank=True,
                            help_text="immeuble, tribu, lieu-dit",
                            max_length=38,
                            verbose_name="complément d’adresse",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "adresse_voie",
                        models.CharField(
                            max_length=38,
                            verbose_name="voie ou boîte postale",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    ("code_postal", models.CharField(max_length=5)),
                    (
                        "ville",
                        models.CharField(
                            max_length=38,
                            verbose_name="commune",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
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
                        "telephone",
                        models.CharField(blank=True, max_length=16, verbose_name="téléphone"),
                    ),
                    (
                        "courriel",
                        models.EmailField(
                            blank=True, max_length=254, verbose_name="adresse électronique"
                        ),
                    ),
                    ("ridet", models.CharField(max_length=10, unique=True, verbose_name="RIDET")),
                    (
                        "denomination",
                        models.CharField(
                            max_length=100,
                            verbose_name="dénomination",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                ],
                options={
                    "verbose_name": "établissement",
                    "ordering": ["ridet"],
                },
            ),
            migrations.CreateModel(
                name="Banque",
                fields=[
                    (
                        "code",
                        models.CharField(
                            max_length=5,
                            primary_key=True,
                            serialize=False,
                            verbose_name="code banque",
                        ),
                    ),
                    ("nom", models.CharField(max_length=80)),
                    ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                ],
                options={
                    "verbose_name": "banque",
                    "ordering": ["nom"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("code__regex", "^[0-9]{5}$")),
                            name="banque_code_cinq_chiffres",
                            violation_error_message="Un code banque a cinq chiffres.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="CodePostal",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=5, verbose_name="code postal")),
                    ("commune", models.CharField(max_length=38)),
                ],
                options={
                    "verbose_name": "code postal",
                    "verbose_name_plural": "codes postaux",
                    "ordering": ["code", "commune"],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("code", "commune"),
                            name="code_postal_commune_unique",
                            violation_error_message="Ce code postal est déjà connu pour cette commune.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("code__regex", "^[0-9]{5}$")),
                            name="code_postal_cinq_chiffres",
                            violation_error_message="Un code postal a cinq chiffres.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DemandeEtablissement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "adresse_complement",
                        models.CharField(
                            blank=True,
                            help_text="immeuble, tribu, lieu-dit",
                            max_length=38,
                            verbose_name="complément d’adresse",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "adresse_voie",
                        models.CharField(
                            max_length=38,
                            verbose_name="voie ou boîte postale",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    ("code_postal", models.CharField(max_length=5)),
                    (
                        "ville",
                        models.CharField(
                            max_length=38,
                            verbose_name="commune",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
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
                        "telephone",
                        models.CharField(blank=True, max_length=16, verbose_name="téléphone"),
                    ),
                    (
                        "courriel",
                        models.EmailField(
                            blank=True, max_length=254, verbose_name="adresse électronique"
                        ),
                    ),
                    (
                        "fonction",
                        models.CharField(max_length=80, verbose_name="fonction dans l’entreprise"),
                    ),
                    (
                        "service",
                        models.CharField(blank=True, max_length=80, verbose_name="service"),
                    ),
                    ("ridet", models.CharField(max_length=10, verbose_name="RIDET")),
                    (
                        "denomination",
                        models.CharField(
                            max_length=100,
                            verbose_name="dénomination",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    ("iban", models.CharField(max_length=34, verbose_name="IBAN")),
                    ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                    (
                        "titulaire",
                        models.CharField(
                            max_length=32,
                            verbose_name="titulaire du compte",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
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
                    (
                        "deposee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="déposée le"),
                    ),
                    (
                        "traitee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="traitée le"),
                    ),
                    ("motif_refus", models.TextField(blank=True, verbose_name="motif du refus")),
                    (
                        "demandeur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="demandes",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "traitee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="demandes",
                            to="fournisseurs.etablissement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "demande de rattachement d’établissement",
                    "verbose_name_plural": "demandes de rattachement d’établissement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="CoordonneesBancaires",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("iban", models.CharField(max_length=34, verbose_name="IBAN")),
                    ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                    (
                        "titulaire",
                        models.CharField(
                            max_length=32,
                            verbose_name="titulaire du compte",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "origine",
                        models.CharField(
                            choices=[
                                ("demande", "Demande de rattachement"),
                                ("import", "Reprise de données"),
                                ("fusion", "Fusion de tiers"),
                                ("modif", "Demande de modification"),
                            ],
                            max_length=10,
                        ),
                    ),
                    ("verifiee_le", models.DateTimeField(verbose_name="vérifiées le")),
                    ("debut", models.DateField(verbose_name="en vigueur à partir du")),
                    ("fin", models.DateField(blank=True, null=True, verbose_name="remplacées le")),
                    (
                        "verifiee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "demande",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="coordonnees",
                            to="fournisseurs.demandeetablissement",
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="coordonnees",
                            to="fournisseurs.etablissement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "coordonnées bancaires",
                    "verbose_name_plural": "coordonnées bancaires",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="DemandeModification",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "genre",
                        models.CharField(
                            choices=[
                                ("adresse", "Adresse de l’établissement"),
                                ("contacts", "Téléphone et adresse électronique"),
                                ("compte_principal", "Compte bancaire de l’entreprise"),
                                (
                                    "compte_etablissement",
                                    "Compte bancaire propre à l’établissement",
                                ),
                                ("nom", "Nom, nom commercial, enseigne"),
                                ("forme_juridique", "Forme juridique"),
                                ("representants", "Représentants légaux"),
                            ],
                            max_length=20,
                        ),
                    ),
                    (
                        "canal",
                        models.CharField(
                            choices=[
                                ("en_ligne", "En ligne"),
                                ("telephone", "Par téléphone, saisie par un agent"),
                                ("guichet", "Au guichet, saisie par un agent"),
                                ("registre", "D’après le registre, saisie par un agent"),
                            ],
                            default="en_ligne",
                            max_length=10,
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
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
                    (
                        "commencee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="commencée le"),
                    ),
                    (
                        "deposee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="déposée le"),
                    ),
                    (
                        "risques",
                        models.JSONField(blank=True, default=list, verbose_name="signes de risque"),
                    ),
                    (
                        "applicable_le",
                        models.DateTimeField(
                            blank=True, null=True, verbose_name="applicable à partir du"
                        ),
                    ),
                    (
                        "appliquee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="appliquée le"),
                    ),
                    (
                        "traitee_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="close le"),
                    ),
                    ("motif_refus", models.TextField(blank=True, verbose_name="motif du refus")),
                    (
                        "approuvee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "compte",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="modifications",
                            to="fournisseurs.coordonneesbancaires",
                            verbose_name="compte enregistré",
                        ),
                    ),
                    (
                        "controlee_par",
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
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="modifications",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="modifications",
                            to="fournisseurs.etablissement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "demande de modification",
                    "verbose_name_plural": "demandes de modification",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ContactConnu",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "genre",
                        models.CharField(
                            choices=[
                                ("telephone", "Téléphone"),
                                ("courriel", "Adresse électronique"),
                            ],
                            max_length=10,
                        ),
                    ),
                    ("valeur", models.CharField(max_length=254)),
                    ("origine", models.CharField(max_length=150)),
                    (
                        "prevenu_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="prévenu le"),
                    ),
                    (
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contacts",
                            to="fournisseurs.demandemodification",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "contact connu",
                    "verbose_name_plural": "contacts connus",
                    "ordering": ["pk"],
                },
            ),
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
                    (
                        "reponse",
                        models.CharField(blank=True, max_length=500, verbose_name="réponse"),
                    ),
                    (
                        "repondu_le",
                        models.DateTimeField(blank=True, null=True, verbose_name="répondu le"),
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
                        "demande",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="complements",
                            to="fournisseurs.demandeetablissement",
                        ),
                    ),
                    (
                        "modification",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="complements",
                            to="fournisseurs.demandemodification",
                            verbose_name="demande de modification",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "complément demandé",
                    "verbose_name_plural": "compléments demandés",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="ChampModifie",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("champ", models.CharField(max_length=30)),
                    ("avant", models.TextField(blank=True)),
                    ("apres", models.TextField(blank=True, verbose_name="après")),
                    (
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="champs",
                            to="fournisseurs.demandemodification",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "champ modifié",
                    "verbose_name_plural": "champs modifiés",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="EcartRegistre",
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
                                ("cesse", "Cessés"),
                                ("renomme", "Renommés"),
                                ("demenage", "Déménagés"),
                                ("inconnu", "Inconnus du registre"),
                            ],
                            max_length=10,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="ecarts_registre",
                            to="fournisseurs.etablissement",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "écart avec le registre",
                    "verbose_name_plural": "écarts avec le registre",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="EtablissementRegistre",
                fields=[
                    ("denomination", models.CharField(max_length=200, verbose_name="dénomination")),
                    ("enseigne", models.CharField(blank=True, max_length=200)),
                    ("adresse", models.CharField(blank=True, max_length=200)),
                    ("code_postal", models.CharField(blank=True, max_length=5)),
                    ("ville", models.CharField(blank=True, max_length=100, verbose_name="commune")),
                    (
                        "activite",
                        models.CharField(blank=True, max_length=10, verbose_name="activité (APE)"),
                    ),
                    ("forme_juridique", models.CharField(blank=True, max_length=100)),
                    ("extrait_le", models.DateField(verbose_name="extrait du registre le")),
                    (
                        "ridet",
                        models.CharField(
                            max_length=10, primary_key=True, serialize=False, verbose_name="RIDET"
                        ),
                    ),
                    ("cesse_le", models.DateField(blank=True, null=True, verbose_name="cessé le")),
                ],
                options={
                    "verbose_name": "établissement du registre",
                    "verbose_name_plural": "établissements du registre",
                    "ordering": ["ridet"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("ridet__regex", "^[0-9]{10}$")),
                            name="registre_ridet_dix_chiffres",
                            violation_error_message="Un RIDET a dix chiffres.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Fournisseur",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "adresse_complement",
                        models.CharField(
                            blank=True,
                            help_text="immeuble, tribu, lieu-dit",
                            max_length=38,
                            verbose_name="complément d’adresse",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    (
                        "adresse_voie",
                        models.CharField(
                            max_length=38,
                            verbose_name="voie ou boîte postale",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
                    ("code_postal", models.CharField(max_length=5)),
                    (
                        "ville",
                        models.CharField(
                            max_length=38,
                            verbose_name="commune",
                            validators=[facturier.commun.transmissible.exiger_transmissible],
                        ),
                    ),
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
                        "telephone",
                        models.CharField(blank=True, max_length=16, verbose_name="téléphone"),
                    ),
                    (
                        "courriel",
                        models.EmailField(
                            blank=True, max_length=254, verbose_name="adresse électronique"
                        ),
                    ),
                    (
                        "rid",
                        models.CharField(
                            blank=True,
                            help_text="numéro de l’entreprise",
                            max_length=7,
                            verbose_name="RID",
                        ),
                    ),
                    ("nom_commercial", models.CharField(blank=True, max_length=100)),
                    ("est_creancier", models.BooleanField(default=False, verbose_name="créancier")),
                    ("est_debiteur", models.BooleanField(default=False, verbose_name="débiteur")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("actif", "Actif"),
                                ("suspendu", "Suspendu"),
                                ("fusionne", "Fusionné"),
                            ],
                            default="actif",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    ("cree_le", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                    (
                        "tiers",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="fournisseur",
                            to="grand_livre.tiers",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "fournisseur ou débiteur",
                    "verbose_name_plural": "fournisseurs et débiteurs",
                    "ordering": ["pk"],
                },
            ),
            migrations.AddField(
                model_name="etablissement",
                name="fournisseur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="etablissements",
                    to="fournisseurs.fournisseur",
                ),
            ),
            migrations.CreateModel(
                name="EntreeJournal",
                fields=[
                    (
                        "numero",
                        models.BigIntegerField(
                            primary_key=True, serialize=False, verbose_name="n°"
                        ),
                    ),
                    ("acte", models.CharField(max_length=40)),
                    ("le", models.DateTimeField(verbose_name="date et heure")),
                    ("auteur", models.CharField(max_length=400)),
                    (
                        "objet_type",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="nature de l’objet"
                        ),
                    ),
                    ("objet_id", models.BigIntegerField(null=True, verbose_name="clé de l’objet")),
                    ("objet", models.CharField(blank=True, max_length=200)),
                    (
                        "iban",
                        models.CharField(blank=True, max_length=40, verbose_name="IBAN masqué"),
                    ),
                    (
                        "ancien_iban",
                        models.CharField(
                            blank=True, max_length=40, verbose_name="IBAN remplacé, masqué"
                        ),
                    ),
                    ("motif", models.TextField(blank=True)),
                    (
                        "adresse_ip",
                        models.CharField(blank=True, max_length=45, verbose_name="adresse IP"),
                    ),
                    (
                        "requete",
                        models.CharField(
                            blank=True, max_length=32, verbose_name="identifiant de requête"
                        ),
                    ),
                    (
                        "precedente",
                        models.CharField(
                            max_length=64, verbose_name="empreinte de l’entrée précédente"
                        ),
                    ),
                    ("empreinte", models.CharField(max_length=64)),
                    (
                        "par",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="personne",
                        ),
                    ),
                    (
                        "fournisseur",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="entrees_journal",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "entrée du journal",
                    "verbose_name_plural": "entrées du journal",
                    "ordering": ["numero"],
                },
            ),
            migrations.CreateModel(
                name="Doublon",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "score",
                        models.PositiveSmallIntegerField(
                            validators=[django.core.validators.MaxValueValidator(100)]
                        ),
                    ),
                    ("raisons", models.JSONField(default=list, help_text="codes de RaisonDoublon")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("a_examiner", "À examiner"),
                                ("ecarte", "Pas un doublon"),
                                ("fusionne", "Fusionné"),
                            ],
                            default="a_examiner",
                            max_length=12,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "trouve_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="trouvé le"),
                    ),
                    (
                        "vu_le",
                        models.DateTimeField(
                            help_text="dernière recherche qui l’a trouvé", verbose_name="vu le"
                        ),
                    ),
                    (
                        "premier",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                    (
                        "second",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "doublon",
                    "ordering": ["-score", "pk"],
                },
            ),
            migrations.AddField(
                model_name="demandemodification",
                name="fournisseur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="modifications",
                    to="fournisseurs.fournisseur",
                ),
            ),
            migrations.AddField(
                model_name="coordonneesbancaires",
                name="fournisseur",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="coordonnees",
                    to="fournisseurs.fournisseur",
                ),
            ),
            migrations.CreateModel(
                name="AnomalieTiers",
                fields=[
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "fournisseur_id",
                            "code",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    ("code", models.CharField(max_length=30)),
                    (
                        "fournisseur",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="anomalies",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "anomalie de tiers",
                    "verbose_name_plural": "anomalies de tiers",
                },
            ),
            migrations.CreateModel(
                name="Fusion",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "choix",
                        models.JSONField(
                            default=list, help_text="données reprises du tiers absorbé"
                        ),
                    ),
                    (
                        "memoire",
                        models.JSONField(default=dict, help_text="ce qu’il faut pour défaire"),
                    ),
                    (
                        "comptes_different",
                        models.BooleanField(
                            default=False, verbose_name="les comptes bancaires diffèrent"
                        ),
                    ),
                    ("motif", models.TextField()),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("proposee", "À valider"),
                                ("faite", "Faite"),
                                ("abandonnee", "Abandonnée"),
                                ("annulee", "Annulée"),
                            ],
                            default="proposee",
                            max_length=12,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "proposee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="proposée le"),
                    ),
                    ("faite_le", models.DateTimeField(null=True)),
                    (
                        "absorbe",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="fusions_subies",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                    (
                        "garde",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="fusions_gardees",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                    (
                        "proposee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "validee_par",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "fusion",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Importation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nom", models.CharField(max_length=100, verbose_name="nom du fichier")),
                    ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                    (
                        "est_rangee",
                        models.BooleanField(default=False, verbose_name="fichier conservé"),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("deposee", "Essai en attente"),
                                ("essayee", "Essayé, à confirmer"),
                                ("en_cours", "En cours"),
                                ("terminee", "Terminé"),
                                ("refusee", "Fichier refusé"),
                                ("abandonnee", "Abandonné"),
                            ],
                            default="deposee",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "deposee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="déposée le"),
                    ),
                    (
                        "est_confirmee",
                        models.BooleanField(default=False, verbose_name="comptes confirmés"),
                    ),
                    (
                        "avance_le",
                        models.DateTimeField(
                            default=django.utils.timezone.now, verbose_name="avancée le"
                        ),
                    ),
                    (
                        "position",
                        models.PositiveIntegerField(
                            default=0, verbose_name="dernière ligne écrite"
                        ),
                    ),
                    (
                        "lignes",
                        models.PositiveIntegerField(default=0, verbose_name="lignes du fichier"),
                    ),
                    ("crees", models.PositiveIntegerField(default=0, verbose_name="créés")),
                    ("modifies", models.PositiveIntegerField(default=0, verbose_name="modifiés")),
                    ("inchanges", models.PositiveIntegerField(default=0, verbose_name="inchangés")),
                    ("rejetes", models.PositiveIntegerField(default=0, verbose_name="rejetés")),
                    (
                        "comptes",
                        models.PositiveIntegerField(default=0, verbose_name="comptes changés"),
                    ),
                    (
                        "deposee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "lancee_par",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "importation",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Invitation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "a_droit_consulter",
                        models.BooleanField(default=True, verbose_name="peut consulter"),
                    ),
                    (
                        "a_droit_deposer",
                        models.BooleanField(default=False, verbose_name="peut déposer"),
                    ),
                    (
                        "a_droit_gerer_donnees",
                        models.BooleanField(default=False, verbose_name="peut gérer les données"),
                    ),
                    (
                        "a_droit_gerer_droits",
                        models.BooleanField(
                            default=False, verbose_name="peut gérer les habilitations"
                        ),
                    ),
                    (
                        "fin",
                        models.DateField(
                            blank=True, null=True, verbose_name="dernier jour du mandat"
                        ),
                    ),
                    (
                        "courriel",
                        models.EmailField(max_length=254, verbose_name="adresse électronique"),
                    ),
                    (
                        "empreinte_jeton",
                        models.CharField(
                            max_length=64, unique=True, verbose_name="empreinte du jeton"
                        ),
                    ),
                    (
                        "creee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="envoyée le"),
                    ),
                    ("expire_le", models.DateTimeField(verbose_name="valable jusqu’au")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("envoyee", "Envoyée"),
                                ("acceptee", "Acceptée"),
                                ("retiree", "Retirée"),
                            ],
                            default="envoyee",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "acceptee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="invitations",
                            to="fournisseurs.etablissement",
                            verbose_name="établissement",
                        ),
                    ),
                    (
                        "invitee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "invitation",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="Justificatif",
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
                    (
                        "genre",
                        models.CharField(
                            choices=[
                                ("avis_ridet", "Avis de situation au RIDET"),
                                ("kbis", "Extrait Kbis"),
                                ("mandat", "Mandat ou procès-verbal de gérance"),
                                ("pv", "Procès-verbal de nomination"),
                                ("rib", "Relevé d’identité bancaire"),
                                ("opposition", "Opposition, cession ou nantissement"),
                                ("mainlevee", "Mainlevée"),
                                ("autre", "Autre document"),
                            ],
                            max_length=20,
                        ),
                    ),
                    (
                        "valable_jusqu_au",
                        models.DateField(blank=True, null=True, verbose_name="valable jusqu’au"),
                    ),
                    (
                        "expiration_annoncee_le",
                        models.DateField(
                            blank=True, null=True, verbose_name="expiration annoncée le"
                        ),
                    ),
                    (
                        "depose_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="déposé le"),
                    ),
                    (
                        "demande",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="justificatifs",
                            to="fournisseurs.demandeetablissement",
                        ),
                    ),
                    (
                        "depose_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="justificatifs",
                            to="fournisseurs.etablissement",
                        ),
                    ),
                    (
                        "fournisseur",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="justificatifs",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                    (
                        "modification",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="justificatifs",
                            to="fournisseurs.demandemodification",
                            verbose_name="demande de modification",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "justificatif",
                    "ordering": ["pk"],
                },
            ),
            migrations.AddField(
                model_name="demandemodification",
                name="reemployes",
                field=models.ManyToManyField(
                    blank=True, related_name="reemplois", to="fournisseurs.justificatif"
                ),
            ),
            migrations.AddField(
                model_name="demandeetablissement",
                name="reemployes",
                field=models.ManyToManyField(
                    blank=True, related_name="reemplois_demandes", to="fournisseurs.justificatif"
                ),
            ),
            migrations.CreateModel(
                name="MotFournisseur",
                fields=[
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "fournisseur_id",
                            "mot",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    ("mot", models.CharField(max_length=40)),
                    ("est_principal", models.BooleanField(default=True, verbose_name="principal")),
                    (
                        "fournisseur",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="mots",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "mot de recherche",
                    "verbose_name_plural": "mots de recherche",
                },
            ),
            migrations.CreateModel(
                name="Opposition",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("numero", models.CharField(max_length=20, unique=True, verbose_name="numéro")),
                    (
                        "genre",
                        models.CharField(
                            choices=[
                                ("saisie", "Saisie-attribution"),
                                ("avis_tiers", "Avis à tiers détenteur"),
                                ("cession", "Cession de créance"),
                                ("nantissement", "Nantissement de créance"),
                            ],
                            max_length=15,
                        ),
                    ),
                    (
                        "commande",
                        models.CharField(
                            blank=True,
                            help_text="numéro, s’il la limite",
                            max_length=30,
                            verbose_name="bon de commande ou marché",
                        ),
                    ),
                    (
                        "plafond",
                        facturier.commun.champs.MontantField(
                            blank=True,
                            help_text="en francs CFP, sans décimale",
                            null=True,
                            verbose_name="montant maximal",
                        ),
                    ),
                    ("notifiee_le", models.DateField(verbose_name="notifiée le")),
                    (
                        "reference",
                        models.CharField(
                            max_length=60, verbose_name="référence de la notification"
                        ),
                    ),
                    ("date_debut", models.DateField(verbose_name="à servir à partir du")),
                    ("date_fin", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("a_valider", "À valider"),
                                ("en_vigueur", "En vigueur"),
                                ("levee_proposee", "Mainlevée à valider"),
                                ("levee", "Levée"),
                                ("ecartee", "Écartée"),
                            ],
                            default="a_valider",
                            max_length=15,
                            verbose_name="état",
                        ),
                    ),
                    (
                        "saisie_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="saisie le"),
                    ),
                    (
                        "levee_le",
                        models.DateField(
                            blank=True, null=True, verbose_name="date de la mainlevée"
                        ),
                    ),
                    (
                        "motif_levee",
                        models.CharField(
                            blank=True, max_length=200, verbose_name="motif de la mainlevée"
                        ),
                    ),
                    (
                        "beneficiaire",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="oppositions_servies",
                            to="fournisseurs.fournisseur",
                            verbose_name="bénéficiaire",
                        ),
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
                        "etablissement",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="oppositions",
                            to="fournisseurs.etablissement",
                            verbose_name="établissement",
                        ),
                    ),
                    (
                        "fournisseur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="oppositions",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                    (
                        "justificatif",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="fournisseurs.justificatif",
                        ),
                    ),
                    (
                        "justificatif_levee",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="fournisseurs.justificatif",
                        ),
                    ),
                    (
                        "levee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "levee_proposee_par",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "saisie_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "opposition ou cession",
                    "verbose_name_plural": "oppositions et cessions",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="DecisionPaiement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "montant_propose",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant proposé"
                        ),
                    ),
                    (
                        "montant_retenu",
                        facturier.commun.champs.MontantField(
                            help_text="en francs CFP, sans décimale", verbose_name="montant retenu"
                        ),
                    ),
                    (
                        "motif_ecart",
                        models.CharField(
                            blank=True, max_length=300, verbose_name="motif de l’écart"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "mandat",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="decisions_paiement",
                            to="grand_livre.piece",
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
                        "opposition",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="decisions",
                            to="fournisseurs.opposition",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "décision de paiement",
                    "verbose_name_plural": "décisions de paiement",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="PassageDemande",
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
                            to="fournisseurs.demandeetablissement",
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
                    "verbose_name": "passage de demande",
                    "verbose_name_plural": "passages de demande",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageDoublon",
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
                        "doublon",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="fournisseurs.doublon",
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
                    "verbose_name": "passage de doublon",
                    "verbose_name_plural": "passages de doublon",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageFournisseur",
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
                        "fournisseur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="fournisseurs.fournisseur",
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
                    "verbose_name": "passage de fournisseur",
                    "verbose_name_plural": "passages de fournisseur",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageFusion",
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
                        "fusion",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="fournisseurs.fusion",
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
                    "verbose_name": "passage de fusion",
                    "verbose_name_plural": "passages de fusion",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageImportation",
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
                        "importation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="fournisseurs.importation",
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
                    "verbose_name": "passage d’importation",
                    "verbose_name_plural": "passages d’importation",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageInvitation",
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
                        "invitation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="fournisseurs.invitation",
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
                    "verbose_name": "passage d’invitation",
                    "verbose_name_plural": "passages d’invitation",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageModification",
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
                            to="fournisseurs.demandemodification",
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
                    "verbose_name": "passage de demande de modification",
                    "verbose_name_plural": "passages de demande de modification",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PassageOpposition",
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
                        "opposition",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to="fournisseurs.opposition",
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
                    "verbose_name": "passage d’opposition",
                    "verbose_name_plural": "passages d’opposition",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="PreuveRegistre",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("denomination", models.CharField(max_length=200, verbose_name="dénomination")),
                    ("enseigne", models.CharField(blank=True, max_length=200)),
                    ("adresse", models.CharField(blank=True, max_length=200)),
                    ("code_postal", models.CharField(blank=True, max_length=5)),
                    ("ville", models.CharField(blank=True, max_length=100, verbose_name="commune")),
                    (
                        "activite",
                        models.CharField(blank=True, max_length=10, verbose_name="activité (APE)"),
                    ),
                    ("forme_juridique", models.CharField(blank=True, max_length=100)),
                    ("extrait_le", models.DateField(verbose_name="extrait du registre le")),
                    ("ridet", models.CharField(max_length=10, verbose_name="RIDET")),
                    (
                        "retenue_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="retenue le"),
                    ),
                    (
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="preuves_registre",
                            to="fournisseurs.demandemodification",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "preuve tirée du registre",
                    "verbose_name_plural": "preuves tirées du registre",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RejetImportation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("ligne", models.PositiveIntegerField()),
                    ("motif", models.CharField(max_length=300)),
                    ("cellules", models.JSONField()),
                    (
                        "importation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="rejets",
                            to="fournisseurs.importation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "ligne rejetée",
                    "verbose_name_plural": "lignes rejetées",
                    "ordering": ["ligne"],
                },
            ),
            migrations.CreateModel(
                name="ReleveQualite",
                fields=[
                    ("jour", models.DateField(primary_key=True, serialize=False)),
                    ("tiers", models.PositiveIntegerField()),
                    (
                        "total_scores",
                        models.PositiveBigIntegerField(verbose_name="total des scores"),
                    ),
                    ("sans_anomalie", models.PositiveIntegerField()),
                    (
                        "rejetables",
                        models.PositiveIntegerField(
                            verbose_name="tiers dont une pièce serait rejetée"
                        ),
                    ),
                    (
                        "anomalies",
                        models.JSONField(
                            default=dict, help_text="nombre de tiers par code d’anomalie"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "relevé de qualité",
                    "verbose_name_plural": "relevés de qualité",
                    "ordering": ["-jour"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "total_scores__lte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.Value(100), "*", models.F("tiers")
                                    ),
                                )
                            ),
                            name="releve_qualite_score_sur_cent",
                            violation_error_message="Un score va de 0 à 100.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Representant",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("fonction", models.CharField(blank=True, max_length=80)),
                    ("service", models.CharField(blank=True, max_length=80)),
                    (
                        "utilisateur",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="representant",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "représentant",
                },
            ),
            migrations.CreateModel(
                name="Habilitation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "a_droit_consulter",
                        models.BooleanField(default=True, verbose_name="peut consulter"),
                    ),
                    (
                        "a_droit_deposer",
                        models.BooleanField(default=False, verbose_name="peut déposer"),
                    ),
                    (
                        "a_droit_gerer_donnees",
                        models.BooleanField(default=False, verbose_name="peut gérer les données"),
                    ),
                    (
                        "a_droit_gerer_droits",
                        models.BooleanField(
                            default=False, verbose_name="peut gérer les habilitations"
                        ),
                    ),
                    (
                        "fin",
                        models.DateField(
                            blank=True, null=True, verbose_name="dernier jour du mandat"
                        ),
                    ),
                    (
                        "accordee_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="accordée le"),
                    ),
                    ("retiree_le", models.DateTimeField(null=True, verbose_name="retirée le")),
                    (
                        "accordee_par",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "etablissement",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="habilitations",
                            to="fournisseurs.etablissement",
                            verbose_name="établissement",
                        ),
                    ),
                    (
                        "retiree_par",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "representant",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="habilitations",
                            to="fournisseurs.representant",
                            verbose_name="représentant",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "habilitation",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="RepresentantLegal",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nom", models.CharField(max_length=100, verbose_name="prénom et nom")),
                    ("qualite", models.CharField(max_length=80, verbose_name="qualité")),
                    ("debut", models.DateField(verbose_name="depuis le")),
                    ("fin", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    (
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="representants_legaux",
                            to="fournisseurs.demandemodification",
                        ),
                    ),
                    (
                        "fournisseur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="representants_legaux",
                            to="fournisseurs.fournisseur",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "représentant légal",
                    "verbose_name_plural": "représentants légaux",
                    "ordering": ["pk"],
                },
            ),
            migrations.CreateModel(
                name="ChangementReferentiel",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "table",
                        models.CharField(
                            choices=[("banques", "Banques"), ("codes_postaux", "Codes postaux")],
                            max_length=15,
                        ),
                    ),
                    ("avant", models.CharField(blank=True, max_length=150)),
                    ("apres", models.CharField(blank=True, max_length=150, verbose_name="après")),
                    ("le", models.DateTimeField(auto_now_add=True)),
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
                    "verbose_name": "changement d’une table",
                    "verbose_name_plural": "changements des tables",
                    "ordering": ["-pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("avant", models.F("apres")), _negated=True),
                            name="changement_referentiel_change",
                            violation_error_message="Un changement change quelque chose.",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContreAppel",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("interlocuteur", models.CharField(blank=True, max_length=100)),
                    (
                        "resultat",
                        models.CharField(
                            choices=[
                                ("confirme", "La personne confirme la demande"),
                                ("sans_reponse", "Personne n’a répondu"),
                                ("non_reconnu", "La personne ne reconnaît pas la demande"),
                            ],
                            max_length=12,
                            verbose_name="résultat",
                        ),
                    ),
                    ("commentaire", models.TextField(blank=True)),
                    (
                        "appele_le",
                        models.DateTimeField(
                            default=django.utils.timezone.now, verbose_name="appelé le"
                        ),
                    ),
                    ("le", models.DateTimeField(auto_now_add=True)),
                    (
                        "contact",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="appels",
                            to="fournisseurs.contactconnu",
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
                        "demande",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="appels",
                            to="fournisseurs.demandemodification",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "contre-appel",
                    "verbose_name_plural": "contre-appels",
                    "ordering": ["pk"],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("resultat", "sans_reponse"),
                                models.Q(("interlocuteur", ""), _negated=True),
                                _connector="OR",
                            ),
                            name="contre_appel_interlocuteur",
                            violation_error_message="Dites qui a répondu.",
                        )
                    ],
                },
            ),
            migrations.AddConstraint(
                model_name="contactconnu",
                constraint=models.UniqueConstraint(
                    fields=("demande", "genre", "valeur"),
                    name="contact_connu_une_fois",
                    violation_error_message="Ce contact est déjà connu.",
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
                    condition=models.Q(
                        ("modification__isnull", False), ("repondu_le__isnull", True)
                    ),
                    fields=("modification", "objet"),
                    name="complement_attendu_une_fois_par_modification",
                    violation_error_message="Ce complément est déjà demandé.",
                ),
            ),
            migrations.AddIndex(
                model_name="champmodifie",
                index=models.Index(
                    fields=["demande", "champ", "id"], name="champ_modifie_versions"
                ),
            ),
            migrations.AddIndex(
                model_name="ecartregistre",
                index=models.Index(fields=["nature", "id"], name="ecart_registre_nature"),
            ),
            migrations.AddConstraint(
                model_name="ecartregistre",
                constraint=models.UniqueConstraint(
                    fields=("etablissement", "nature"),
                    name="ecart_registre_unique",
                    violation_error_message="Cet écart est déjà connu.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fournisseur",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        models.Q(("rid", ""), _negated=True),
                        models.Q(("etat", "fusionne"), _negated=True),
                    ),
                    fields=("rid",),
                    name="fournisseur_rid_unique",
                    violation_error_message="Une fiche existe déjà pour ce RID.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fournisseur",
                constraint=models.CheckConstraint(
                    condition=models.Q(("rid", ""), ("rid__regex", "^[0-9]{7}$"), _connector="OR"),
                    name="fournisseur_rid_sept_chiffres",
                    violation_error_message="Un RID a sept chiffres.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fournisseur",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("est_creancier", True), ("est_debiteur", True), _connector="OR"
                    ),
                    name="fournisseur_creancier_ou_debiteur",
                    violation_error_message="Un tiers suivi est créancier, débiteur, ou les deux.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fournisseur",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("pays", ""),
                        models.Q(("code_postal", "99999"), ("pays__regex", "^[A-Z]{2}$")),
                        _connector="OR",
                    ),
                    name="fournisseur_pays",
                    violation_error_message="À l’étranger, laissez le code postal vide : celui du pays s’écrit avec la ville.",
                ),
            ),
            migrations.AddConstraint(
                model_name="etablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ridet__regex", "^[0-9]{10}$")),
                    name="etablissement_ridet_dix_chiffres",
                    violation_error_message="Un RIDET a dix chiffres.",
                ),
            ),
            migrations.AddConstraint(
                model_name="etablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("pays", ""),
                        models.Q(("code_postal", "99999"), ("pays__regex", "^[A-Z]{2}$")),
                        _connector="OR",
                    ),
                    name="etablissement_pays",
                    violation_error_message="À l’étranger, laissez le code postal vide : celui du pays s’écrit avec la ville.",
                ),
            ),
            migrations.AddIndex(
                model_name="entreejournal",
                index=models.Index(fields=["acte", "-numero"], name="entree_journal_acte"),
            ),
            migrations.AddIndex(
                model_name="entreejournal",
                index=models.Index(fields=["le"], name="entree_journal_le"),
            ),
            migrations.AddIndex(
                model_name="entreejournal",
                index=models.Index(fields=["objet_type", "objet_id"], name="entree_journal_objet"),
            ),
            migrations.AddConstraint(
                model_name="entreejournal",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("iban__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                        models.Q(("ancien_iban__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                        models.Q(("objet__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                        models.Q(("motif__regex", "[A-Z]{2}[0-9]{12}"), _negated=True),
                    ),
                    name="entree_journal_sans_iban_en_clair",
                    violation_error_message="Le journal ne contient aucun IBAN en clair.",
                ),
            ),
            migrations.AddIndex(
                model_name="doublon",
                index=models.Index(fields=["etat", "-score", "id"], name="doublon_a_examiner"),
            ),
            migrations.AddConstraint(
                model_name="doublon",
                constraint=models.UniqueConstraint(
                    fields=("premier", "second"),
                    name="doublon_paire_unique",
                    violation_error_message="Cette paire de tiers est déjà connue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="doublon",
                constraint=models.CheckConstraint(
                    condition=models.Q(("premier__lt", models.F("second"))),
                    name="doublon_paire_ordonnee",
                    violation_error_message="Une paire réunit deux tiers, le plus ancien d’abord.",
                ),
            ),
            migrations.AddConstraint(
                model_name="doublon",
                constraint=models.CheckConstraint(
                    condition=models.Q(("score__lte", 100)),
                    name="doublon_score_sur_cent",
                    violation_error_message="Un score va de 0 à 100.",
                ),
            ),
            migrations.AddConstraint(
                model_name="coordonneesbancaires",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etablissement__isnull", True), ("fin__isnull", True)),
                    fields=("fournisseur",),
                    name="coordonnees_une_par_fournisseur",
                    violation_error_message="Ce fournisseur a déjà un compte bancaire en vigueur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="coordonneesbancaires",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etablissement__isnull", False), ("fin__isnull", True)),
                    fields=("etablissement",),
                    name="coordonnees_une_par_etablissement",
                    violation_error_message="Cet établissement a déjà un compte bancaire en vigueur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="coordonneesbancaires",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("fin__isnull", True), ("fin__gte", models.F("debut")), _connector="OR"
                    ),
                    name="coordonnees_fin_apres_debut",
                    violation_error_message="Un compte ne finit pas avant de commencer.",
                ),
            ),
            migrations.AddConstraint(
                model_name="coordonneesbancaires",
                constraint=models.CheckConstraint(
                    condition=models.Q(("iban__regex", "^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$")),
                    name="coordonnees_forme_iban",
                    violation_error_message="L’IBAN n’a pas la forme attendue.",
                ),
            ),
            migrations.AddConstraint(
                model_name="coordonneesbancaires",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("origine", "demande"), _negated=True),
                        ("demande__isnull", False),
                        _connector="OR",
                    ),
                    name="coordonnees_demande_designee",
                    violation_error_message="Un compte issu d’une demande désigne cette demande.",
                ),
            ),
            migrations.AddIndex(
                model_name="anomalietiers",
                index=models.Index(fields=["code", "fournisseur"], name="anomalie_tiers_code"),
            ),
            migrations.AddConstraint(
                model_name="fusion",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat__in", ["proposee", "faite"])),
                    fields=("absorbe",),
                    name="fusion_une_par_absorbe",
                    violation_error_message="Une fusion de ce tiers est déjà proposée ou faite.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fusion",
                constraint=models.CheckConstraint(
                    condition=models.Q(("garde", models.F("absorbe")), _negated=True),
                    name="fusion_de_deux_tiers",
                    violation_error_message="Un tiers ne se fusionne pas avec lui-même.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fusion",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat__in", ["faite", "annulee"]), _negated=True),
                        models.Q(("faite_le__isnull", False), ("validee_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="fusion_faite_par_quelqu_un",
                    violation_error_message="Une fusion faite dit quand et par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="fusion",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("comptes_different", False),
                        ("validee_par__isnull", True),
                        models.Q(("validee_par", models.F("proposee_par")), _negated=True),
                        _connector="OR",
                    ),
                    name="fusion_quatre_yeux",
                    violation_error_message="Les comptes diffèrent : un autre agent doit valider.",
                ),
            ),
            migrations.AddIndex(
                model_name="importation",
                index=models.Index(fields=["etat", "avance_le"], name="importation_etat"),
            ),
            migrations.AddConstraint(
                model_name="importation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                    name="importation_empreinte",
                    violation_error_message="Une importation désigne un fichier par son empreinte.",
                ),
            ),
            migrations.AddConstraint(
                model_name="importation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("est_confirmee", False),
                        models.Q(
                            ("lancee_par__isnull", False),
                            models.Q(("lancee_par", models.F("deposee_par")), _negated=True),
                        ),
                        ("est_rangee", False),
                        _connector="OR",
                    ),
                    name="importation_quatre_yeux",
                    violation_error_message="Qui dépose un fichier ne confirme pas ses comptes.",
                ),
            ),
            migrations.AddConstraint(
                model_name="invitation",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("etat", "envoyee")),
                    fields=("etablissement", "courriel"),
                    name="invitation_une_en_cours",
                    violation_error_message="Cette personne est déjà invitée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="invitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("acceptee_par__isnull", False), ("etat", "acceptee")),
                        models.Q(
                            models.Q(("etat", "acceptee"), _negated=True),
                            ("acceptee_par__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="invitation_acceptee_par_quelqu_un",
                    violation_error_message="Une invitation acceptée dit par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="invitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("acceptee_par__isnull", True),
                        models.Q(("acceptee_par", models.F("invitee_par")), _negated=True),
                        _connector="OR",
                    ),
                    name="invitation_pas_a_soi_meme",
                    violation_error_message="On ne s’invite pas soi-même.",
                ),
            ),
            migrations.AddConstraint(
                model_name="invitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("a_droit_gerer_droits", False), ("fin__isnull", True), _connector="OR"
                    ),
                    name="invitation_administrateur_sans_fin",
                    violation_error_message="Le droit de gérer les habilitations se donne sans date de fin.",
                ),
            ),
            migrations.AddConstraint(
                model_name="invitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("a_droit_consulter", True)),
                    name="invitation_consulte_toujours",
                    violation_error_message="Une habilitation permet au moins de consulter.",
                ),
            ),
            migrations.AddIndex(
                model_name="justificatif",
                index=models.Index(
                    condition=models.Q(("expiration_annoncee_le__isnull", True)),
                    fields=["valable_jusqu_au"],
                    name="justificatif_a_annoncer",
                ),
            ),
            migrations.AddConstraint(
                model_name="justificatif",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("demande__isnull", False),
                        ("modification__isnull", False),
                        ("fournisseur__isnull", False),
                        _connector="OR",
                    ),
                    name="justificatif_rattache",
                    violation_error_message="Un justificatif appartient à une demande ou à une fiche.",
                ),
            ),
            migrations.AddConstraint(
                model_name="justificatif",
                constraint=models.CheckConstraint(
                    condition=models.Q(("taille__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                    name="justificatif_fournisseur_range",
                    violation_error_message="Un justificatif désigne un fichier non vide.",
                ),
            ),
            migrations.AddConstraint(
                model_name="justificatif",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("analyse", "non_analyse"), ("analyse_le__isnull", True)),
                        models.Q(
                            models.Q(("analyse", "non_analyse"), _negated=True),
                            ("analyse_le__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="justificatif_analyse_datee",
                    violation_error_message="Une analyse antivirus porte sa date.",
                ),
            ),
            migrations.AddIndex(
                model_name="demandemodification",
                index=models.Index(fields=["etat", "deposee_le", "id"], name="modification_liste"),
            ),
            migrations.AddIndex(
                model_name="demandemodification",
                index=models.Index(
                    fields=["etat", "applicable_le"], name="modification_a_appliquer"
                ),
            ),
            migrations.AddConstraint(
                model_name="demandemodification",
                constraint=models.UniqueConstraint(
                    condition=models.Q(
                        (
                            "etat__in",
                            ("deposee", "incomplete", "controlee", "approuvee", "contestee"),
                        ),
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
                        (
                            "etat__in",
                            ("deposee", "incomplete", "controlee", "approuvee", "contestee"),
                        ),
                        (
                            "genre__in",
                            ("compte_principal", "nom", "forme_juridique", "representants"),
                        ),
                    ),
                    fields=("fournisseur", "genre"),
                    name="modification_une_par_entreprise",
                    violation_error_message="Une demande est déjà en cours pour cette donnée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandemodification",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat__in", ["brouillon", "retiree"]),
                        ("deposee_le__isnull", False),
                        _connector="OR",
                    ),
                    name="modification_deposee_datee",
                    violation_error_message="Une demande déposée porte sa date.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandemodification",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("approuvee_par__isnull", True),
                        models.Q(("approuvee_par", models.F("demandeur")), _negated=True),
                        _connector="OR",
                    ),
                    name="modification_quatre_yeux",
                    violation_error_message="La personne qui saisit une demande ne l’approuve pas.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandemodification",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("genre__in", ("compte_principal", "compte_etablissement")),
                            _negated=True,
                        ),
                        models.Q(("etat__in", ["approuvee", "appliquee"]), _negated=True),
                        models.Q(
                            ("applicable_le__isnull", False),
                            ("approuvee_par__isnull", False),
                            ("controlee_par__isnull", False),
                            models.Q(("controlee_par", models.F("approuvee_par")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="modification_compte_deux_agents",
                    violation_error_message="Un changement de compte demande deux agents.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandemodification",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "appliquee"), _negated=True),
                        models.Q(("appliquee_le__isnull", False), ("approuvee_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="modification_appliquee_datee",
                    violation_error_message="Une demande appliquée dit quand et par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandemodification",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "refusee"), _negated=True),
                        models.Q(("motif_refus", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="modification_refusee_motivee",
                    violation_error_message="Un refus porte un motif.",
                ),
            ),
            migrations.AddIndex(
                model_name="demandeetablissement",
                index=models.Index(fields=["etat", "deposee_le"], name="demande_etat"),
            ),
            migrations.AddIndex(
                model_name="demandeetablissement",
                index=models.Index(fields=["ridet"], name="demande_ridet"),
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
                model_name="demandeetablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ridet__regex", "^[0-9]{10}$")),
                    name="demande_ridet_dix_chiffres",
                    violation_error_message="Un RIDET a dix chiffres.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandeetablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("pays", ""),
                        models.Q(("code_postal", "99999"), ("pays__regex", "^[A-Z]{2}$")),
                        _connector="OR",
                    ),
                    name="demande_etablissement_pays",
                    violation_error_message="À l’étranger, laissez le code postal vide : celui du pays s’écrit avec la ville.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandeetablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "refusee"), _negated=True),
                        models.Q(("motif_refus", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="demande_refusee_motivee",
                    violation_error_message="Un refus porte un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandeetablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "acceptee"), _negated=True),
                        ("etablissement__isnull", False),
                        _connector="OR",
                    ),
                    name="demande_acceptee_a_etablissement",
                    violation_error_message="Une demande acceptée désigne l’établissement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandeetablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("traitee_par__isnull", True),
                        models.Q(("traitee_par", models.F("demandeur")), _negated=True),
                        _connector="OR",
                    ),
                    name="demande_quatre_yeux",
                    violation_error_message="Le demandeur ne traite pas sa propre demande.",
                ),
            ),
            migrations.AddConstraint(
                model_name="demandeetablissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat__in", ["acceptee", "refusee"]), _negated=True),
                        models.Q(("traitee_le__isnull", False), ("traitee_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="demande_traitee_par_quelqu_un",
                    violation_error_message="Une demande traitée dit quand et par qui.",
                ),
            ),
            migrations.AddIndex(
                model_name="motfournisseur",
                index=models.Index(
                    fields=["est_principal", "mot", "fournisseur"], name="mot_fournisseur"
                ),
            ),
            migrations.AddIndex(
                model_name="opposition",
                index=models.Index(fields=["fournisseur", "etat"], name="opposition_fournisseur"),
            ),
            migrations.AddIndex(
                model_name="opposition",
                index=models.Index(fields=["etat", "-id"], name="opposition_etat"),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(("beneficiaire", models.F("fournisseur")), _negated=True),
                    name="opposition_autre_beneficiaire",
                    violation_error_message="Le bénéficiaire est un autre que le fournisseur.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("plafond__isnull", True), ("plafond__gt", 0), _connector="OR"
                    ),
                    name="opposition_plafond_positif",
                    violation_error_message="Le montant maximal est positif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(("date_debut__gte", models.F("notifiee_le"))),
                    name="opposition_apres_notification",
                    violation_error_message="Rien n’est à servir avant la notification.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("date_fin__isnull", True),
                        ("date_fin__gte", models.F("date_debut")),
                        _connector="OR",
                    ),
                    name="opposition_fin_apres_debut",
                    violation_error_message="La fin précède le début.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("decidee_par__isnull", True),
                        models.Q(("decidee_par", models.F("saisie_par")), _negated=True),
                        _connector="OR",
                    ),
                    name="opposition_quatre_yeux",
                    violation_error_message="Celui qui saisit une opposition ne la valide pas.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "a_valider"), ("decidee_par__isnull", False), _connector="OR"
                    ),
                    name="opposition_decidee_par_quelqu_un",
                    violation_error_message="Une opposition validée ou écartée dit par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat__in", ["levee_proposee", "levee"]), _negated=True),
                        models.Q(
                            ("justificatif_levee__isnull", False),
                            ("levee_le__isnull", False),
                            ("levee_proposee_par__isnull", False),
                            models.Q(("motif_levee", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="opposition_levee_prouvee",
                    violation_error_message="Une mainlevée porte sa date, son motif et le document qui la prouve.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opposition",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("etat", "levee"), _negated=True),
                        models.Q(
                            ("levee_par__isnull", False),
                            models.Q(("levee_par", models.F("levee_proposee_par")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="opposition_levee_quatre_yeux",
                    violation_error_message="Celui qui propose une mainlevée ne la valide pas.",
                ),
            ),
            migrations.AddConstraint(
                model_name="decisionpaiement",
                constraint=models.UniqueConstraint(
                    fields=("opposition", "mandat"),
                    name="decision_une_par_mandat",
                    violation_error_message="Ce mandat a déjà une décision pour cette opposition.",
                ),
            ),
            migrations.AddConstraint(
                model_name="decisionpaiement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant_propose__gte", 0), ("montant_retenu__gte", 0)),
                    name="decision_montants_positifs",
                    violation_error_message="Un montant servi n’est pas négatif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="decisionpaiement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("montant_retenu", models.F("montant_propose")),
                        models.Q(("motif_ecart", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="decision_ecart_motive",
                    violation_error_message="S’écarter du montant proposé demande un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="preuveregistre",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ridet__regex", "^[0-9]{10}$")),
                    name="preuve_registre_dix_chiffres",
                    violation_error_message="Un RIDET a dix chiffres.",
                ),
            ),
            migrations.AddConstraint(
                model_name="rejetimportation",
                constraint=models.UniqueConstraint(
                    fields=("importation", "ligne"),
                    name="rejet_un_par_ligne",
                    violation_error_message="Cette ligne est déjà rejetée.",
                ),
            ),
            migrations.AddConstraint(
                model_name="habilitation",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("retiree_le__isnull", True)),
                    fields=("representant", "etablissement"),
                    name="habilitation_une_en_vigueur",
                    violation_error_message="Cette personne est déjà habilitée pour l’établissement.",
                ),
            ),
            migrations.AddConstraint(
                model_name="habilitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("a_droit_consulter", True)),
                    name="habilitation_consulte_toujours",
                    violation_error_message="Une habilitation permet au moins de consulter.",
                ),
            ),
            migrations.AddConstraint(
                model_name="habilitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("retiree_le__isnull", True), ("retiree_par__isnull", True)),
                        models.Q(("retiree_le__isnull", False), ("retiree_par__isnull", False)),
                        _connector="OR",
                    ),
                    name="habilitation_retiree_par_quelqu_un",
                    violation_error_message="Une habilitation retirée dit quand et par qui.",
                ),
            ),
            migrations.AddConstraint(
                model_name="habilitation",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("a_droit_gerer_droits", False), ("fin__isnull", True), _connector="OR"
                    ),
                    name="habilitation_administrateur_sans_fin",
                    violation_error_message="Le droit de gérer les habilitations se donne sans date de fin.",
                ),
            ),
            migrations.AddConstraint(
                model_name="representantlegal",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("fin__isnull", True)),
                    fields=("fournisseur", "nom", "qualite"),
                    name="representant_legal_une_fois",
                    violation_error_message="Cette personne est déjà représentante légale.",
                ),
            ),
        )
    ]
