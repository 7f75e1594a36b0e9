"""The country of an address."""

from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs

TABLES = {
    "demandeetablissement": "demande_etablissement_pays",
    "etablissement": "etablissement_pays",
    "fournisseur": "fournisseur_pays",
}


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
    """Not reversible: where people live would be forgotten."""

    dependencies = [("fournisseurs", "0003_banques_et_communes")]
    operations = [
        SansPerdreLesDeclencheurs(
            *(pays(modele) for modele in TABLES),
            *(contrainte(modele, nom) for modele, nom in TABLES.items()),
        ),
    ]
