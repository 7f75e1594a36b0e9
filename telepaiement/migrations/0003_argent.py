"""Money back, payouts and bank statements; their triggers, and those of the tables built again."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import Ensemble, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0002_invariants"),
        ("telepaiement", "0002_invariants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="EncaissementRapproche",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "encaissement rapproché",
                    "verbose_name_plural": "encaissements rapprochés",
                },
            ),
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
                            max_length=100, unique=True, verbose_name="mouvement de la passerelle"
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
                ],
                options={
                    "verbose_name": "ligne de versement",
                    "verbose_name_plural": "lignes de versement",
                    "ordering": ["pk"],
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
                            choices=[("ouvert", "Ouvert"), ("gagne", "Gagné"), ("perdu", "Perdu")],
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
                ],
                options={
                    "verbose_name": "litige",
                    "ordering": ["-pk"],
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
                ],
                options={
                    "verbose_name": "passage de ligne de relevé",
                    "verbose_name_plural": "passages de ligne de relevé",
                    "ordering": ["pk"],
                    "abstract": False,
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
                ],
                options={
                    "verbose_name": "passage de litige",
                    "verbose_name_plural": "passages de litige",
                    "ordering": ["pk"],
                    "abstract": False,
                },
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
                ],
                options={
                    "verbose_name": "passage de remboursement",
                    "verbose_name_plural": "passages de remboursement",
                    "ordering": ["pk"],
                    "abstract": False,
                },
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
                ],
                options={
                    "verbose_name": "passage de versement",
                    "verbose_name_plural": "passages de versement",
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
                ],
                options={
                    "verbose_name": "rapprochement bancaire",
                    "verbose_name_plural": "rapprochements bancaires",
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
                ],
                options={
                    "verbose_name": "reçu de remboursement",
                    "verbose_name_plural": "reçus de remboursement",
                    "ordering": ["-pk"],
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
                ],
                options={
                    "verbose_name": "relevé bancaire",
                    "verbose_name_plural": "relevés bancaires",
                    "ordering": ["-pk"],
                },
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
                ],
                options={
                    "verbose_name": "remboursement",
                    "ordering": ["-pk"],
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
                    ("devise", models.CharField(max_length=3)),
                    ("arrive_le", models.DateField(verbose_name="versé le")),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("en_ecart", "En écart, non comptabilisé"),
                                ("comptabilise", "Comptabilisé"),
                                ("rejete", "Rejeté par la banque"),
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
                    ("lu_le", models.DateTimeField(auto_now=True, verbose_name="lu le")),
                ],
                options={
                    "verbose_name": "versement",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="encaissementrapproche",
                name="encaissement",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encaissement_rapproche",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AddField(
                model_name="ligneversement",
                name="encaissement",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes_versement",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AddField(
                model_name="litige",
                name="ecriture",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="litige",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="litige",
                name="ecriture_issue",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="litige_clos",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="litige",
                name="encaissement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="litiges",
                    to="telepaiement.encaissement",
                ),
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
            migrations.AddField(
                model_name="passagelignebancaire",
                name="ligne",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.lignebancaire",
                ),
            ),
            migrations.AddField(
                model_name="passagelignebancaire",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passagelitige",
                name="litige",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.litige",
                ),
            ),
            migrations.AddField(
                model_name="passagelitige",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passageremboursement",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passageversement",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="rapprochementbancaire",
                name="ecriture",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="rapprochementbancaire",
                name="ligne",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapprochement",
                    to="telepaiement.lignebancaire",
                ),
            ),
            migrations.AddField(
                model_name="rapprochementbancaire",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="encaissementrapproche",
                name="rapprochement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encaissements",
                    to="telepaiement.rapprochementbancaire",
                ),
            ),
            migrations.AddField(
                model_name="recuremboursement",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="recus_remboursement",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="relevebancaire",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
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
            migrations.AddField(
                model_name="remboursement",
                name="approuve_par",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="approuvé par",
                ),
            ),
            migrations.AddField(
                model_name="remboursement",
                name="demande_par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="demandé par",
                ),
            ),
            migrations.AddField(
                model_name="remboursement",
                name="ecriture",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="remboursement",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="remboursement",
                name="encaissement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="remboursements",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AddField(
                model_name="recuremboursement",
                name="remboursement",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="recu",
                    to="telepaiement.remboursement",
                ),
            ),
            migrations.AddField(
                model_name="passageremboursement",
                name="remboursement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.remboursement",
                ),
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
            migrations.AddField(
                model_name="versement",
                name="ecriture",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versement",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="versement",
                name="ecriture_rejet",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versement_rejete",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="rapprochementbancaire",
                name="versement",
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rapprochement",
                    to="telepaiement.versement",
                ),
            ),
            migrations.AddField(
                model_name="passageversement",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.versement",
                ),
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
                field=models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reprise",
                    to="telepaiement.versement",
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
            migrations.AddIndex(
                model_name="versement",
                index=models.Index(fields=["etat", "-arrive_le"], name="versement_etat"),
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
                                    models.F("brut"), "-", models.F("commission")
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
                        models.Q(("nature__in", ["remise_tpe", "remise_cheques"]), _negated=True),
                        ("ecriture__isnull", False),
                        _connector="OR",
                    ),
                    name="rapprochement_remise_ecrite",
                    violation_error_message="Une remise rapprochée a son écriture.",
                ),
            ),
            migrations.AddConstraint(
                model_name="ligneversement",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("nature", "encaissement")),
                    fields=("encaissement",),
                    name="ligne_versement_encaissement_unique",
                    violation_error_message="Cet encaissement est déjà versé.",
                ),
            ),
        ),
        migrations.RemoveConstraint(
            model_name="encaissement",
            name="encaissement_en_ligne_ou_en_caisse",
        ),
        migrations.AddField(
            model_name="evenementrecu",
            name="sujet",
            field=models.CharField(
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
        migrations.AddField(
            model_name="guichet",
            name="lecteur",
            field=models.CharField(
                blank=True, max_length=100, verbose_name="lecteur de carte piloté"
            ),
        ),
        migrations.AddField(
            model_name="tentative",
            name="lecteur",
            field=models.CharField(blank=True, max_length=100, verbose_name="lecteur de carte"),
        ),
        migrations.AddField(
            model_name="tentative",
            name="session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tentatives",
                to="telepaiement.sessioncaisse",
            ),
        ),
        migrations.AlterField(
            model_name="encaissement",
            name="mode",
            field=models.CharField(
                choices=[
                    ("carte", "Carte bancaire en ligne"),
                    ("lecteur", "Carte bancaire au lecteur"),
                    ("tpe", "Carte bancaire au terminal"),
                    ("especes", "Espèces"),
                    ("cheque", "Chèque"),
                    ("virement", "Virement constaté"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="evenementrecu",
            name="reference",
            field=models.CharField(
                blank=True, max_length=100, verbose_name="référence de ce qu’il faut relire"
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
                        models.Q(("mode__in", ["carte", "lecteur", "virement"]), _negated=True),
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
            model_name="guichet",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lecteur", ""), _negated=True),
                fields=("lecteur",),
                name="guichet_lecteur_unique",
                violation_error_message="Ce lecteur de carte est déjà celui d’un autre guichet.",
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
        migrations.RunPython(poser(__file__, "0003_argent")),
    ]
