"""Régies: appointments, funds, hand-overs, checks, versements, sales; and their triggers."""

from typing import Any

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import Ensemble, poser

LUS = ("encaissement_caisse_ouverte", "remboursement_carte", "remboursement_plafond")


def lever(apps: Any, schema_editor: Any) -> None:
    """On SQLite, lift the triggers that read a table about to be built again; laid again after."""
    if schema_editor.connection.vendor == "sqlite":
        for declencheur in LUS:
            schema_editor.execute(f"DROP TRIGGER {declencheur}")


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("acces", "0002_invariants"),
        ("grand_livre", "0002_invariants"),
        ("telepaiement", "0003_argent"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Ensemble(
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
                ],
                options={
                    "verbose_name": "carnet de quittances",
                    "verbose_name_plural": "carnets de quittances",
                    "ordering": ["-pk"],
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
                ],
                options={
                    "verbose_name": "chèque versé",
                    "verbose_name_plural": "chèques versés",
                },
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
                ],
                options={
                    "verbose_name": "contresignature de caisse",
                    "verbose_name_plural": "contresignatures de caisse",
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
                ],
                options={
                    "verbose_name": "encaissement clos",
                    "verbose_name_plural": "encaissements clos",
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
                    (
                        "code",
                        models.CharField(
                            max_length=14, unique=True, verbose_name="code de vérification"
                        ),
                    ),
                    (
                        "etat",
                        models.CharField(
                            choices=[
                                ("vierge", "Vierge"),
                                ("saisi", "Saisi"),
                                ("annule", "Annulé"),
                            ],
                            default="vierge",
                            max_length=10,
                            verbose_name="état",
                        ),
                    ),
                    ("conflits", models.JSONField(blank=True, default=list)),
                ],
                options={
                    "verbose_name": "feuillet de carnet",
                    "verbose_name_plural": "feuillets de carnet",
                    "ordering": ["pk"],
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
                ],
                options={
                    "verbose_name": "ligne régularisée",
                    "verbose_name_plural": "lignes régularisées",
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
                ],
                options={
                    "verbose_name": "ligne de vente",
                    "verbose_name_plural": "lignes de vente",
                    "ordering": ["pk"],
                },
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
                ],
                options={
                    "verbose_name": "mouvement du fonds de caisse",
                    "verbose_name_plural": "mouvements du fonds de caisse",
                    "ordering": ["-pk"],
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
                ],
                options={
                    "verbose_name": "nomination",
                    "ordering": ["-pk"],
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
                ],
                options={
                    "verbose_name": "passage de feuillet",
                    "verbose_name_plural": "passages de feuillet",
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
                ],
                options={
                    "verbose_name": "passage de nomination",
                    "verbose_name_plural": "passages de nomination",
                    "ordering": ["pk"],
                    "abstract": False,
                },
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
                ],
                options={
                    "verbose_name": "passage de régie",
                    "verbose_name_plural": "passages de régie",
                    "ordering": ["pk"],
                    "abstract": False,
                },
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
                ],
                options={
                    "verbose_name": "passage de versement de régie",
                    "verbose_name_plural": "passages de versement de régie",
                    "ordering": ["pk"],
                    "abstract": False,
                },
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
                ],
                options={
                    "verbose_name": "régularisation de ventes",
                    "verbose_name_plural": "régularisations de ventes",
                    "ordering": ["-pk"],
                },
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
                ],
                options={
                    "verbose_name": "remise de service",
                    "verbose_name_plural": "remises de service",
                    "ordering": ["-pk"],
                    "abstract": False,
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
                ],
                options={
                    "verbose_name": "session internet",
                    "verbose_name_plural": "sessions internet",
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
                ],
                options={
                    "verbose_name": "session versée",
                    "verbose_name_plural": "sessions versées",
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
                ],
                options={
                    "verbose_name": "vente au comptant",
                    "verbose_name_plural": "ventes au comptant",
                    "ordering": ["-pk"],
                },
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
                ],
                options={
                    "verbose_name": "vérification inopinée",
                    "verbose_name_plural": "vérifications inopinées",
                    "ordering": ["-pk"],
                    "abstract": False,
                },
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
                            choices=[("etabli", "Établi"), ("recu", "Reçu par la Trésorerie")],
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
                ],
                options={
                    "verbose_name": "versement de régie",
                    "verbose_name_plural": "versements de régie",
                    "ordering": ["-pk"],
                },
            ),
            migrations.AddField(
                model_name="carnet",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
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
            migrations.AddField(
                model_name="carnet",
                name="remis_a",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="carnets",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="chequeverse",
                name="encaissement",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="cheque_verse",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AddField(
                model_name="contresignaturecaisse",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="contresignaturecaisse",
                name="session",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="contresignature",
                    to="telepaiement.sessioncaisse",
                ),
            ),
            migrations.AddField(
                model_name="encaissementclos",
                name="encaissement",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="clos",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AddField(
                model_name="feuillet",
                name="carnet",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="feuillets",
                    to="telepaiement.carnet",
                ),
            ),
            migrations.AddField(
                model_name="feuillet",
                name="encaissement",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="feuillet",
                    to="telepaiement.encaissement",
                ),
            ),
            migrations.AddField(
                model_name="lignevente",
                name="produit",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes_vente",
                    to="telepaiement.produit",
                ),
            ),
            migrations.AddField(
                model_name="ligneregularisee",
                name="ligne",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="regularisee",
                    to="telepaiement.lignevente",
                ),
            ),
            migrations.AddField(
                model_name="mouvementfonds",
                name="ecriture",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="mouvement_fonds",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="mouvementfonds",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="mouvementfonds",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="mouvements_fonds",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="nomination",
                name="personne",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="nominations",
                    to=settings.AUTH_USER_MODEL,
                ),
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
            migrations.AddField(
                model_name="passagefeuillet",
                name="feuillet",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.feuillet",
                ),
            ),
            migrations.AddField(
                model_name="passagefeuillet",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passagenomination",
                name="nomination",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.nomination",
                ),
            ),
            migrations.AddField(
                model_name="passagenomination",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passageregie",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="passageregie",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="passageversementregie",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="regularisation",
                name="ecriture",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="regularisation",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="regularisation",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="regularisation",
                name="produit",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="regularisations",
                    to="telepaiement.produit",
                ),
            ),
            migrations.AddField(
                model_name="regularisation",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="regularisations",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="regularisation",
                name="titre",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="regularisation",
                    to="grand_livre.titre",
                ),
            ),
            migrations.AddField(
                model_name="ligneregularisee",
                name="regularisation",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="telepaiement.regularisation",
                ),
            ),
            migrations.AddField(
                model_name="remiseservice",
                name="entrant",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="remises",
                    to="telepaiement.nomination",
                ),
            ),
            migrations.AddField(
                model_name="remiseservice",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="remiseservice",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="%(class)ss",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="remiseservice",
                name="sortant",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="telepaiement.nomination",
                ),
            ),
            migrations.AddField(
                model_name="sessioninternet",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sessions_internet",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="encaissementclos",
                name="session",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lignes",
                    to="telepaiement.sessioninternet",
                ),
            ),
            migrations.AddField(
                model_name="sessionversee",
                name="session",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versee",
                    to="telepaiement.sessioncaisse",
                ),
            ),
            migrations.AddField(
                model_name="vente",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ventes",
                    to="telepaiement.regie",
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
                model_name="verificationregie",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="verificationregie",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="%(class)ss",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="versementregie",
                name="ecriture",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versement_regie",
                    to="grand_livre.ecriture",
                ),
            ),
            migrations.AddField(
                model_name="versementregie",
                name="par",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="versementregie",
                name="regie",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versements",
                    to="telepaiement.regie",
                ),
            ),
            migrations.AddField(
                model_name="sessionversee",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sessions",
                    to="telepaiement.versementregie",
                ),
            ),
            migrations.AddField(
                model_name="passageversementregie",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="passages",
                    to="telepaiement.versementregie",
                ),
            ),
            migrations.AddField(
                model_name="chequeverse",
                name="versement",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="cheques",
                    to="telepaiement.versementregie",
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
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.UniqueConstraint(
                    fields=("carnet", "numero"),
                    name="feuillet_numero_unique",
                    violation_error_message="Ce numéro de feuillet est déjà pris.",
                ),
            ),
            migrations.AddConstraint(
                model_name="feuillet",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("encaissement__isnull", False), ("etat", "saisi")),
                        models.Q(
                            models.Q(("etat", "saisi"), _negated=True),
                            ("encaissement__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="feuillet_saisi_encaisse",
                    violation_error_message="Un feuillet saisi porte son encaissement.",
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
                        ("date_accord_regisseur__lte", models.F("debut")),
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
                model_name="vente",
                constraint=models.CheckConstraint(
                    condition=models.Q(("montant__gt", 0)),
                    name="vente_montant_positif",
                    violation_error_message="Le montant d’une vente est positif.",
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
                        models.Q(("ecriture__isnull", True), ("etat", "etabli")),
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
        ),
        migrations.RunPython(lever),
        migrations.AlterField(
            model_name="encaissement",
            name="titre",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="encaissements",
                to="grand_livre.titre",
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
        migrations.AddConstraint(
            model_name="encaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("titre__isnull", False), ("vente__isnull", True)),
                    models.Q(
                        ("session__isnull", False),
                        ("titre__isnull", True),
                        ("trop_percu", 0),
                        ("vente__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="encaissement_d_un_titre_ou_d_une_vente",
                violation_error_message="Un encaissement paie un titre, ou une vente au guichet.",
            ),
        ),
        migrations.AddField(
            model_name="regie",
            name="service",
            field=models.ForeignKey(
                blank=True,
                help_text="service de ses titres de régularisation",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="regies",
                to="acces.servicegestionnaire",
            ),
        ),
        migrations.AddField(
            model_name="regie",
            name="tiers",
            field=models.ForeignKey(
                blank=True,
                help_text="au nom de qui ses ventes au comptant sont régularisées par un titre",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="regies",
                to="grand_livre.tiers",
            ),
        ),
        migrations.AddField(
            model_name="regie",
            name="versement_jours",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="31 jours au plus (art. 10)",
                verbose_name="rythme des versements, en jours",
            ),
        ),
        migrations.AddField(
            model_name="sessioncaisse",
            name="coupures",
            field=models.JSONField(blank=True, default=dict, verbose_name="décompte par coupure"),
        ),
        migrations.AddField(
            model_name="sessioncaisse",
            name="ecriture_ecart",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="session_caisse",
                to="grand_livre.ecriture",
            ),
        ),
        migrations.AddField(
            model_name="sessioncaisse",
            name="reports",
            field=models.JSONField(
                blank=True, default=list, verbose_name="paiements au lecteur à vérifier, reportés"
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
        migrations.RunPython(poser(__file__, "0004_regies")),
    ]
