"""The launcher behind `make demo`, a second time: it plays, serves, and stops all it started."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.circuit.conftest import Installation, port_libre

pytestmark = [
    pytest.mark.lent,
    pytest.mark.xdist_group("circuit"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="/proc est nécessaire"),
]


@pytest.fixture
def lanceur(installation_sqlite: Installation) -> Iterator[subprocess.Popen[str]]:
    """Start the launcher on a free port; whatever happens to the test, it is stopped."""
    options = ("--port", "--port-banc", "--port-banc-lyra")
    ports = [mot for option in options for mot in (option, str(port_libre()))]
    lanceur = subprocess.Popen(
        [sys.executable, "-m", "facturier.accueil.lancement", *ports],
        env={**os.environ, **installation_sqlite.variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield lanceur
    lanceur.terminate()
    lanceur.communicate(timeout=120)


def _processus_de(dossier: Path) -> list[str]:
    """Return the living processes whose FACTURIER_VAR is `dossier`."""
    repere = f"FACTURIER_VAR={dossier}\0".encode()
    trouves = []
    for environnement in Path("/proc").glob("[0-9]*/environ"):
        try:
            contenu = environnement.read_bytes()
        except OSError:
            continue
        if repere in contenu:
            trouves.append(environnement.parent.name)
    return trouves


def test_le_circuit_se_rejoue_puis_l_arret_ne_laisse_aucun_programme(lanceur, installation_sqlite):
    dites = "".join(takewhile(lambda ligne: "Ctrl-C" not in ligne, lanceur.stdout))
    adresse = dites.partition("Le site est servi sur ")[2].splitlines()[0]
    with urllib.request.urlopen(adresse) as reponse:  # noqa: S310  (what the launcher said)
        accueil = reponse.read().decode()
    en_marche = _processus_de(installation_sqlite.var)

    lanceur.send_signal(signal.SIGTERM)
    lanceur.send_signal(signal.SIGTERM)
    lanceur.wait(timeout=120)

    assert "Le circuit a tenu : 12 étapes" in dites
    assert "agathe.kaori@province-sud.example" in dites
    assert "Services financiers" in accueil
    assert len(en_marche) > 4
    assert lanceur.returncode == 0
    assert _processus_de(installation_sqlite.var) == []
