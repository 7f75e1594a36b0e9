"""No mandataire without the agreement of the régisseur, no closing without a count.

A check that compares a null passes: both say now that the value is there.
"""

from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs


class Migration(migrations.Migration):
    """On SQLite the tables are built again, their triggers kept."""

    dependencies = [("telepaiement", "0002_invariants")]
    operations = [
        SansPerdreLesDeclencheurs(
            migrations.RemoveConstraint(
                model_name="nomination", name="nomination_mandataire_agree"
            ),
            migrations.AddConstraint(
                model_name="nomination",
                constraint=models.CheckConstraint(
                    condition=models.Q(qualite="regisseur")
                    | models.Q(
                        date_accord_regisseur__isnull=False,
                        date_accord_regisseur__lte=models.F("debut"),
                    ),
                    name="nomination_mandataire_agree",
                    violation_error_message="Un mandataire est nommé avec l’accord du régisseur.",
                ),
            ),
            migrations.RemoveConstraint(
                model_name="sessioncaisse", name="session_cloturee_comptee"
            ),
            migrations.AddConstraint(
                model_name="sessioncaisse",
                constraint=models.CheckConstraint(
                    condition=models.Q(etat="ouverte")
                    | models.Q(
                        cloturee_le__isnull=False,
                        numero__isnull=False,
                        especes_attendues__isnull=False,
                        especes_comptees__isnull=False,
                        especes_comptees__gte=0,
                    )
                    & ~models.Q(empreinte=""),
                    name="session_cloturee_comptee",
                    violation_error_message="Une caisse clôturée est comptée, numérotée et scellée.",
                ),
            ),
        )
    ]
