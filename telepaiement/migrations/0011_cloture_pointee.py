"""A closing counts the terminal and the cheques too, and may be made for an absent agent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import facturier.commun.champs
from facturier.commun.sql import avec_declencheurs, poser


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0010_sans_numero_de_carte"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *avec_declencheurs(
            migrations.RemoveConstraint(
                model_name="sessioncaisse",
                name="session_ecart_a_motif",
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="cheques_attendus",
                field=models.PositiveIntegerField(
                    blank=True, null=True, verbose_name="chèques attendus"
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="cheques_comptes",
                field=models.PositiveIntegerField(
                    blank=True, null=True, verbose_name="chèques comptés"
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="cloturee_par",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="caisses_cloturees",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="motif_absence",
                field=models.CharField(
                    blank=True, max_length=200, verbose_name="motif de l’absence"
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="terminal_attendu",
                field=facturier.commun.champs.MontantField(
                    blank=True,
                    help_text="en francs CFP, sans décimale",
                    null=True,
                    verbose_name="total attendu du terminal",
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="terminal_compte",
                field=facturier.commun.champs.MontantField(
                    blank=True,
                    help_text="en francs CFP, sans décimale",
                    null=True,
                    verbose_name="total du terminal",
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="tickets_attendus",
                field=models.PositiveIntegerField(
                    blank=True, null=True, verbose_name="tickets attendus"
                ),
            ),
            migrations.AddField(
                model_name="sessioncaisse",
                name="tickets_comptes",
                field=models.PositiveIntegerField(
                    blank=True, null=True, verbose_name="tickets comptés"
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "ouverte"),
                        models.Q(
                            ("cheques_comptes", models.F("cheques_attendus")),
                            ("especes_comptees", models.F("especes_attendues")),
                            ("terminal_compte", models.F("terminal_attendu")),
                            ("tickets_comptes", models.F("tickets_attendus")),
                        ),
                        models.Q(("motif_ecart", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="session_ecart_a_motif",
                    violation_error_message="Un écart de caisse porte un motif.",
                ),
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("etat", "ouverte"),
                        ("cloturee_par", models.F("agent")),
                        models.Q(("motif_absence", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="session_close_pour_un_absent",
                    violation_error_message="Qui clôture la caisse d’un autre dit pourquoi.",
                ),
            ),
        ),
        migrations.RunPython(poser(__file__, "0011_cloture_pointee")),
    ]
