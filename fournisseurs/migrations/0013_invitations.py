"""Invitations by e-mail, and mandates that end on a day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be dropped proves nothing."""

    dependencies = [
        ("fournisseurs", "0012_tables_en_ajout_seul"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                    models.BooleanField(default=False, verbose_name="peut gérer les habilitations"),
                ),
                (
                    "fin",
                    models.DateField(blank=True, null=True, verbose_name="dernier jour du mandat"),
                ),
                (
                    "courriel",
                    models.EmailField(max_length=254, verbose_name="adresse électronique"),
                ),
                (
                    "empreinte_jeton",
                    models.CharField(max_length=64, unique=True, verbose_name="empreinte du jeton"),
                ),
                ("creee_le", models.DateTimeField(auto_now_add=True, verbose_name="envoyée le")),
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
            ],
            options={
                "verbose_name": "invitation",
                "ordering": ["-pk"],
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
            ],
            options={
                "verbose_name": "passage d’invitation",
                "verbose_name_plural": "passages d’invitation",
                "ordering": ["pk"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="habilitation",
            name="fin",
            field=models.DateField(blank=True, null=True, verbose_name="dernier jour du mandat"),
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
        migrations.AddField(
            model_name="invitation",
            name="acceptee_par",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="etablissement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="fournisseurs.etablissement",
                verbose_name="établissement",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invitee_par",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="passageinvitation",
            name="invitation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="passages",
                to="fournisseurs.invitation",
            ),
        ),
        migrations.AddField(
            model_name="passageinvitation",
            name="par",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
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
        migrations.RunPython(poser(__file__, "0013_invitations")),
    ]
