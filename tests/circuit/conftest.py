"""The whole product started as a newcomer would, in a folder and on ports of its own."""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from facturier.accueil.lancement import Lancement

MOTEURS = ("sqlite", "postgresql")


def port_libre() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def _variables(var: Path, base: str) -> dict[str, str]:
    return {"FACTURIER_MODE": "embarque", "FACTURIER_VAR": str(var), "DATABASE_URL": base}


@contextmanager
def _base(moteur: str, var: Path) -> Iterator[str]:
    """Give the address of an empty base on `moteur`."""
    serveur = os.environ["DATABASE_URL"]
    if moteur == "sqlite":
        yield f"sqlite:///{var / 'facturier.sqlite3'}"
        return
    if not serveur.startswith("postgres"):
        pytest.skip("pas de PostgreSQL dans cette exécution")
    nom = f"circuit_{uuid.uuid4().hex}"
    with psycopg.connect(serveur, autocommit=True) as connexion:
        connexion.execute(f'CREATE DATABASE "{nom}"')
        yield urlsplit(serveur)._replace(path=f"/{nom}").geturl()
        connexion.execute(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')


@dataclass(frozen=True)
class Installation:
    """An installation on which the circuit was played: what it said, where it wrote."""

    var: Path
    variables: dict[str, str]
    sortie: subprocess.CompletedProcess[str]

    def gerer(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on it."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@contextmanager
def _installer(moteur: str, var: Path) -> Iterator[Installation]:
    """Play `make demo SERVIR=0` on an empty base of `moteur`."""
    var.mkdir()
    with _base(moteur, var) as base:
        variables = _variables(var, base)
        options = ("--port", "--port-banc", "--port-banc-lyra")
        ports = [mot for option in options for mot in (option, str(port_libre()))]
        sortie = subprocess.run(
            [sys.executable, "-m", "facturier.accueil.lancement", *ports, "--sans-servir"],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=900,  # seconds: a minute or two, more where others work beside
            check=False,
        )
        yield Installation(var, variables, sortie)


@pytest.fixture(scope="session")
def installation_sqlite(tmp_path_factory) -> Iterator[Installation]:
    """Install on SQLite, once for the session of a worker."""
    with _installer("sqlite", tmp_path_factory.mktemp("circuit") / "var") as installation:
        yield installation


@pytest.fixture(scope="session")
def installation_postgresql(tmp_path_factory) -> Iterator[Installation]:
    """Install on PostgreSQL, once for the session of a worker."""
    with _installer("postgresql", tmp_path_factory.mktemp("circuit") / "var") as installation:
        yield installation


@pytest.fixture(params=MOTEURS)
def installation(request) -> Installation:
    """Lend the installation of each engine in turn."""
    return request.getfixturevalue(f"installation_{request.param}")


@pytest.fixture(scope="module")
def lancement(tmp_path_factory) -> Iterator[Lancement]:
    """Start everything on SQLite without playing, and stop it all after the tests of a module."""
    var = tmp_path_factory.mktemp("pannes") / "var"
    with pytest.MonkeyPatch.context() as environnement:
        for nom, valeur in _variables(var, "").items():
            environnement.setenv(nom, valeur)
        lancement = Lancement(port_libre(), var, port_libre(), port_libre())
        lancement.preparer()
        lancement.demarrer()
        yield lancement
        lancement.arreter()


@pytest.fixture
def executer(lancement) -> Callable[[str], str]:
    """Run Python inside the product started, and return what it prints."""

    def executer(code: str) -> str:
        resultat = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            env=lancement.environnement,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return resultat.stdout.strip()

    return executer
