"""Neither a ticket nor an authorisation is as long as a card number (telepaiement.md, I12)."""

from django.conf import settings
from django.db import migrations, models

from facturier.commun.sql import avec_declencheurs


class Migration(migrations.Migration):
    """Not reversible: a trace that can be rewritten proves nothing."""

    dependencies = [
        ("grand_livre", "0005_parapheur"),
        ("telepaiement", "0009_recettes_a_classer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = avec_declencheurs(
        migrations.AddConstraint(
            model_name="encaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("numero_ticket__regex", "[0-9]([ .-]?[0-9]){12}"), _negated=True),
                    models.Q(
                        ("numero_autorisation__regex", "[0-9]([ .-]?[0-9]){12}"), _negated=True
                    ),
                ),
                name="encaissement_sans_numero_de_carte",
                violation_error_message="Un numéro de carte ne se conserve pas.",
            ),
        ),
    )
