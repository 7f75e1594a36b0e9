"""Parapheur: circuits, visas, powers, readings and signatures, held by triggers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("exports_tps", "0003_envois_repris"),
        ("facturier", "0002_invariants"),
        ("grand_livre", "0005_parapheur"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                    "bordereau",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature",
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
                    ("revoquee_le__isnull", True), ("revoquee_par__isnull", False), _connector="OR"
                ),
                name="delegation_revoquee_par_quelqu_un",
                violation_error_message="Une révocation dit qui l’a décidée.",
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
        migrations.AddConstraint(
            model_name="lecturebordereau",
            constraint=models.UniqueConstraint(
                fields=("bordereau", "lu_par", "empreinte"),
                name="lecture_une_fois",
                violation_error_message="Cette lecture est déjà enregistrée.",
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
        migrations.RunPython(poser(__file__, "0004_parapheur")),
    ]
