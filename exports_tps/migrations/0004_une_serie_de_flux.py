"""Flux are numbered in one series, which goes on after the highest number taken."""

from django.db import migrations


class Migration(migrations.Migration):
    """Not reversible: the series by collectivité would give numbers that served."""

    dependencies = [
        ("exports_tps", "0003_nouveau_depot"),
        ("grand_livre", "0002_invariants"),
    ]
    operations = [
        migrations.RunSQL(
            "INSERT INTO grand_livre_compteur (cle, valeur) "
            "SELECT 'flux', t.dernier "
            "FROM (SELECT MAX(numero) AS dernier FROM exports_tps_flux) t "
            "WHERE t.dernier IS NOT NULL"
        )
    ]
