"""The country of a tiers abroad, frozen on each pièce and on each part that it pays."""

from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs, poser

TABLES = {"partcedee": "part_cedee_pays", "piece": "piece_pays"}


def pays(modele):
    """Return what adds the country to one table."""
    return migrations.AddField(
        model_name=modele,
        name="pays",
        field=models.CharField(
            blank=True,
            help_text="vide : France et ses territoires",
            max_length=2,
            verbose_name="pays",
        ),
    )


def contrainte(modele, nom):
    """Return what checks it: an ISO code, and then the postal code of abroad."""
    return migrations.AddConstraint(
        model_name=modele,
        constraint=models.CheckConstraint(
            condition=models.Q(
                ("pays", ""),
                models.Q(("code_postal", "99999"), ("pays__regex", "^[A-Z]{2}$")),
                _connector="OR",
            ),
            name=nom,
            violation_error_message="À l’étranger, le code postal s’écrit 99999, et celui du pays avec la ville.",
        ),
    )


class Migration(migrations.Migration):
    """Not reversible: where a pièce was paid would be forgotten."""

    dependencies = [("acces", "0002_invariants"), ("grand_livre", "0005_suite_des_bordereaux")]
    operations = [
        SansPerdreLesDeclencheurs(
            *(pays(modele) for modele in TABLES),
            *(contrainte(modele, nom) for modele, nom in TABLES.items()),
        ),
        migrations.RunPython(poser(__file__, "0006_pays")),
    ]
