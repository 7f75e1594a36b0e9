"""First rows of the tables that staff then keep: banks and postal codes of New Caledonia."""

from django.db import migrations

BANQUES = (
    ("14158", "OPT-NC, centre des chèques postaux de Nouméa", "CEFNNCN1"),
    ("14889", "Banque de Nouvelle-Calédonie", "CEPANCNM"),
    ("17499", "Banque calédonienne d’investissement", "BCADNCNN"),
    ("17939", "BNP Paribas Nouvelle-Calédonie", "BNPANCNX"),
    ("18319", "Société générale calédonienne de banque", "SOGENCNN"),
)
CODES_POSTAUX = (
    ("98800", "Nouméa"),
    ("98809", "Mont-Dore"),
    ("98810", "Mont-Dore"),
    ("98812", "Boulouparis"),
    ("98819", "Moindou"),
    ("98827", "Poya"),
    ("98829", "Thio"),
    ("98832", "Île des Pins"),
    ("98834", "Yaté"),
    ("98835", "Dumbéa"),
    ("98849", "Nouméa"),
    ("98870", "Bourail"),
    ("98880", "La Foa"),
    ("98881", "Farino"),
    ("98882", "Sarraméa"),
    ("98890", "Païta"),
)


def remplir(apps, schema_editor):
    """Add the rows that are missing."""
    apps.get_model("fournisseurs", "Banque").objects.bulk_create(
        [
            apps.get_model("fournisseurs", "Banque")(code=code, nom=nom, bic=bic)
            for code, nom, bic in BANQUES
        ],
        ignore_conflicts=True,
    )
    apps.get_model("fournisseurs", "CodePostal").objects.bulk_create(
        [
            apps.get_model("fournisseurs", "CodePostal")(code=code, commune=commune)
            for code, commune in CODES_POSTAUX
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """Going back leaves the rows: staff may have completed them."""

    dependencies = [("fournisseurs", "0002_invariants")]
    operations = [migrations.RunPython(remplir, migrations.RunPython.noop)]
