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
                    (
                        "piece",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lignes_flux",
                            to="grand_livre.piece",
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
                        "reserves",
                        models.TextField(
                            blank=True,
                            help_text="ce qui n’a pas pu l’être",
                            verbose_name="réserves",
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
                                ("reussie", "Déposé et relu"),
                                ("deja_present", "Déjà présent, identique"),
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
                    ("detail", models.TextField(blank=True, verbose_name="détail")),
                    (
                        "flux",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="transmissions",
                            to="exports_tps.flux",
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
                        models.CharField(help_text="tel que la Trésorerie l’écrit", max_length=60),
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
                ],
                options={
                    "verbose_name": "verdict",
                    "ordering": ["pk"],
                },
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
                        ("etat__in", ["en_constitution", "en_erreur"]),
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
                        ("etat__in", ["en_constitution", "en_erreur", "constitue"]),
                        ("transmis_le__isnull", False),
                        _connector="OR",
                    ),
                    name="flux_transmis_a_date",
                    violation_error_message="Un flux transmis porte sa date d’envoi.",
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
                    condition=models.Q(("piece__isnull", False)),
                    fields=["piece"],
                    name="ligne_flux_piece",
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
                        models.Q(
                            ("bordereau__isnull", False),
                            ("justificatif__isnull", True),
                            ("piece__isnull", True),
                        ),
                        models.Q(
                            ("bordereau__isnull", True),
                            ("justificatif__isnull", True),
                            ("piece__isnull", False),
                        ),
                        models.Q(
                            ("bordereau__isnull", True),
                            ("justificatif__isnull", False),
                            ("piece__isnull", True),
                        ),
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
                    condition=models.Q(("liberee_le__isnull", True), ("piece__isnull", False)),
                    fields=("piece",),
                    name="ligne_flux_piece_une_fois",
                    violation_error_message="Cette pièce est déjà dans un flux.",
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
                model_name="transmission",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("issue", "echouee"), ("sha256__regex", "^[0-9a-f]{64}$"), _connector="OR"
                    ),
                    name="transmission_a_preuve",
                    violation_error_message="Une transmission réussie porte l’empreinte relue.",
                ),
            ),
        )
    ]
