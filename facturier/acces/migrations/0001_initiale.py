import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import Ensemble


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        Ensemble(
            migrations.CreateModel(
                name="Utilisateur",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    (
                        "last_login",
                        models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                    ),
                    (
                        "email",
                        models.EmailField(
                            max_length=254, unique=True, verbose_name="adresse électronique"
                        ),
                    ),
                    ("prenom", models.CharField(blank=True, max_length=50, verbose_name="prénom")),
                    ("nom", models.CharField(blank=True, max_length=80)),
                    (
                        "fonction",
                        models.CharField(
                            blank=True, help_text="qualité, pour les signatures", max_length=80
                        ),
                    ),
                    ("is_active", models.BooleanField(default=True, verbose_name="actif")),
                    (
                        "est_systeme",
                        models.BooleanField(default=False, verbose_name="compte système"),
                    ),
                    ("inscrit_le", models.DateTimeField(auto_now_add=True)),
                    (
                        "generation_sessions",
                        models.PositiveIntegerField(
                            default=0, verbose_name="génération des sessions"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "utilisateur",
                    "verbose_name_plural": "utilisateurs",
                },
            ),
            migrations.CreateModel(
                name="ServiceGestionnaire",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=10, unique=True)),
                    ("libelle", models.CharField(max_length=100, verbose_name="libellé")),
                    ("direction", models.CharField(max_length=100)),
                    (
                        "est_finances",
                        models.BooleanField(
                            default=False,
                            help_text="ses agents voient tous les tiers",
                            verbose_name="service des finances",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "service gestionnaire",
                    "verbose_name_plural": "services gestionnaires",
                    "ordering": ["code"],
                },
            ),
            migrations.CreateModel(
                name="PassageUtilisateur",
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
                        "utilisateur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passages",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "passage d’un compte",
                    "verbose_name_plural": "passages des comptes",
                    "ordering": ["pk"],
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="utilisateur",
                name="service",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="utilisateurs",
                    to="acces.servicegestionnaire",
                ),
            ),
            migrations.CreateModel(
                name="AttributionRole",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[
                                ("fournisseur", "Fournisseur"),
                                ("agent", "Agent des finances"),
                                ("service", "Service gestionnaire"),
                                ("ordonnateur", "Ordonnateur"),
                                ("regisseur", "Régisseur"),
                                ("comptable", "Comptable public"),
                                ("administrateur", "Administrateur"),
                                ("securite", "Responsable de la sécurité"),
                            ],
                            max_length=20,
                            verbose_name="rôle",
                        ),
                    ),
                    (
                        "accorde_le",
                        models.DateTimeField(auto_now_add=True, verbose_name="accordé le"),
                    ),
                    (
                        "accorde_par",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "utilisateur",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="attributions",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "attribution de rôle",
                    "verbose_name_plural": "attributions de rôle",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("utilisateur", "role"),
                            name="acces_role_une_fois",
                            violation_error_message="Ce rôle est déjà attribué.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("role__in", ["ordonnateur", "regisseur"])),
                            fields=("utilisateur",),
                            name="acces_ordonnateur_ou_regisseur",
                            violation_error_message="Un ordonnateur ne peut pas être régisseur.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("role__in", ["ordonnateur", "comptable"])),
                            fields=("utilisateur",),
                            name="acces_ordonnateur_ou_comptable",
                            violation_error_message="Un ordonnateur ne peut pas être comptable.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("role__in", ["securite", "agent"])),
                            fields=("utilisateur",),
                            name="acces_securite_ou_agent",
                            violation_error_message="Le responsable de la sécurité lit la trace des agents : il n’en est pas un.",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("role__in", ["securite", "administrateur"])),
                            fields=("utilisateur",),
                            name="acces_securite_ou_administrateur",
                            violation_error_message="Le responsable de la sécurité lit la trace de tous : il n’accorde pas les rôles.",
                        ),
                    ],
                },
            ),
            migrations.AddIndex(
                model_name="utilisateur",
                index=models.Index(fields=["nom", "prenom", "id"], name="acces_annuaire"),
            ),
        )
    ]
