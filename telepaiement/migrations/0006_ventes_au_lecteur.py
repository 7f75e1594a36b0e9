"""What is paid at a card reader is a titre, or a sale of the open till."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0005_redevables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.RemoveConstraint(
                model_name="encaissement",
                name="encaissement_d_un_titre_ou_d_une_vente",
            ),
            migrations.AddField(
                model_name="tentative",
                name="vente",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="tentative",
                    to="telepaiement.vente",
                ),
            ),
            migrations.AlterField(
                model_name="tentative",
                name="titre",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="tentatives",
                    to="grand_livre.titre",
                ),
            ),
            migrations.AddConstraint(
                model_name="encaissement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("titre__isnull", False), ("vente__isnull", True)),
                        models.Q(
                            ("titre__isnull", True),
                            ("vente__isnull", False),
                            models.Q(
                                models.Q(
                                    ("mode", "lecteur"),
                                    models.Q(
                                        ("trop_percu", 0),
                                        ("trop_percu", models.F("montant")),
                                        _connector="OR",
                                    ),
                                ),
                                models.Q(("session__isnull", False), ("trop_percu", 0)),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="encaissement_d_un_titre_ou_d_une_vente",
                    violation_error_message="Un encaissement paie un titre, ou une vente au guichet.",
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
                        ("vente__isnull", False),
                    ),
                    fields=("session_payeur",),
                    name="tentative_une_ouverte_par_vente",
                    violation_error_message="Un paiement de cette vente est déjà commencé.",
                ),
            ),
            migrations.AddConstraint(
                model_name="tentative",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("titre__isnull", False), ("vente__isnull", True)),
                        models.Q(
                            ("canal", "guichet_tpe"),
                            ("titre__isnull", True),
                            ("vente__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="tentative_d_un_titre_ou_d_une_vente",
                    violation_error_message="Un paiement règle un titre, ou une vente au guichet.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0006_ventes_au_lecteur")),
    ]
