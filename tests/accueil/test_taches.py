"""Tasks go to the broker of the settings, whatever the program that hands them in."""

import subprocess
import sys

import pytest
from django.conf import settings

DIRE_LE_COURTIER = (
    "from facturier.commun.tasks import envoyer_courriels as tache; "
    "print(tache.app.conf.broker_url)"
)


@pytest.mark.parametrize(
    "programme",
    [
        ("manage.py", "shell", "--no-imports", "-c", DIRE_LE_COURTIER),
        ("-c", f"import facturier.wsgi; {DIRE_LE_COURTIER}"),
    ],
    ids=["commande", "serveur"],
)
def test_une_tache_rejoint_le_courtier_des_reglages(programme):
    sortie = subprocess.run(
        [sys.executable, *programme],
        cwd=settings.RACINE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert sortie.split() == ["filesystem://localhost//"]
