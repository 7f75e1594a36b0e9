"""The launcher behind `make demo`: what it refuses."""

import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings

from facturier.accueil import lancement

ISOLEES = ("FACTURIER_", "STRIPE_", "DATABASE_", "DJANGO_", "TPS_")


@pytest.fixture
def commande(tmp_path):
    """The launcher as a person starts it: arguments of a process that owns its folder."""
    herites = {nom: v for nom, v in os.environ.items() if not nom.startswith(ISOLEES)}

    def construire(*options):
        return {
            "args": [sys.executable, "-m", "facturier.accueil.lancement", *options],
            "cwd": settings.RACINE,
            "env": herites | {"FACTURIER_VAR": str(tmp_path / "var")},
            "text": True,
        }

    return construire


@pytest.fixture
def refuser(commande):
    """Run the launcher and return its exit code and its only line."""

    def lancer(*options):
        resultat = subprocess.run(**commande(*options), capture_output=True, check=False)
        assert resultat.stdout == ""
        assert resultat.stderr.count("\n") == 1
        return resultat.returncode, resultat.stderr

    return lancer


@pytest.fixture
def port_libre():
    """Return a port that nobody listens to."""

    def trouver():
        with socket.socket() as prise:
            prise.bind(("127.0.0.1", 0))
            return str(prise.getsockname()[1])

    return trouver


@pytest.mark.parametrize(
    ("option", "autre", "remede"),
    [("--port", "--port-banc", "PORT=8001"), ("--port-banc", "--port", "--port-banc")],
)
def test_un_port_pris_se_dit_avec_le_remede(refuser, port_libre, option, autre, remede):
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        pris = str(occupant.getsockname()[1])

        code, message = refuser(option, pris, autre, port_libre())

    assert code == 1
    assert f"Le port {pris} est déjà pris" in message
    assert remede in message


def test_un_dossier_impossible_a_ecrire_se_dit(refuser, tmp_path):
    (tmp_path / "var").write_text("un fichier là où il faut un dossier")

    code, message = refuser()

    assert code == 1
    assert "un fichier en occupe la place" in message
    assert "FACTURIER_VAR" in message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nimporte"], "option inconnue : --nimporte"),
        (["--port", "http"], "« http » n’est pas un port"),
        (["--port", "70000"], "« 70000 » n’est pas un port"),
    ],
)
def test_une_option_incomprise_rend_le_code_2(refuser, options, message):
    code, dit = refuser(*options)

    assert code == 2
    assert message in dit


@pytest.mark.parametrize(("options", "code", "servis"), [([], 0, 1), (["--sans-servir"], 1, 0)])
def test_un_circuit_qui_ne_tient_pas_n_empeche_pas_de_servir(
    monkeypatch, capsys, options, code, servis
):
    ouverts: list[lancement.Lancement] = []

    def echouer(*_):
        raise lancement.LancementImpossible("L’étape « jouer_circuit » a échoué (code 1). ")

    for acte in ("preparer", "demarrer", "arreter"):
        monkeypatch.setattr(lancement.Lancement, acte, lambda _: None)
    monkeypatch.setattr(lancement.Lancement, "commander", echouer)
    monkeypatch.setattr(lancement, "_servir", ouverts.append)
    monkeypatch.setattr(lancement.signal, "signal", lambda *_: None)

    assert lancement.main(options) == code
    assert len(ouverts) == servis
    assert "jouer_circuit" in capsys.readouterr().err
