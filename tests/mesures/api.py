"""P15: the list of the API, 25 invoices out of 1,000,000, against the health page of one server.

One gunicorn of two sync workers serves both; as many clients as workers ask, each over its own
connection, for the first page and for one drawn at random.
"""

import http.client
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.api.cles import creer_cle
from facturier.api.models import Portee
from facturier.api.representation import faire_curseur
from facturier.suivi.models import Facture
from fournisseurs.models import Habilitation
from tests.mesures.liste import remplir
from tests.mesures.mesure import Mesure, Prise, comparer, debit

OBJECTIF = ">= 0.20"
TRAVAILLEURS = 2
REQUETES = 150  # of each client, in a round
PAGES = 50


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P15 at 50,000 invoices, or 1,000,000, on PostgreSQL."""
    if connection.vendor != "postgresql":
        return
    deja = Utilisateur.objects.filter(email="mesure0@fournisseur.example").first()
    personne = deja or remplir(1_000_000 if grand else 50_000)[0]  # P14 may have filled it
    yield "P15", partial(_lister, personne)


def _lister(personne: Utilisateur, nom: str) -> Mesure:
    habilitation = Habilitation.objects.de(personne).get()
    Habilitation.objects.filter(pk=habilitation.pk).update(a_droit_gerer_droits=True)
    _, secret = creer_cle(
        habilitation.etablissement,
        nom="Mesure",
        portees=[Portee.LIRE],
        dernier_jour=timezone.localdate() + timedelta(days=1),
        par=personne,
    )
    entetes = {"Authorization": f"Bearer {secret}"}
    listes = ["/api/v1/factures", *_pages(habilitation.etablissement_id)]
    with _serveur() as port:
        return comparer(
            nom,
            lambda: _debit(port, listes, entetes),
            lambda: _debit(port, ["/sante/vive"], {}),
            OBJECTIF,
        )


def _pages(etablissement: int) -> list[str]:
    """Return pages of the list drawn at random, as deep as they may be."""
    cles = Facture.objects.filter(etablissement=etablissement).values_list("pk", flat=True)
    tirees = random.Random(15).sample(list(cles), PAGES)  # noqa: S311
    return [f"/api/v1/factures?curseur={faire_curseur(cle)}" for cle in tirees]


def _debit(port: int, adresses: Sequence[str], entetes: dict[str, str]) -> float:
    """Return the requests a second of as many clients as there are workers."""
    with ThreadPoolExecutor(TRAVAILLEURS) as clients:
        return debit(
            lambda: list(
                clients.map(lambda _: _demander(port, adresses, entetes), range(TRAVAILLEURS))
            ),
            TRAVAILLEURS * REQUETES,
        )


def _demander(port: int, adresses: Sequence[str], entetes: dict[str, str]) -> None:
    for adresse in islice(cycle(adresses), REQUETES):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        client.request("GET", adresse, headers=entetes)
        reponse = client.getresponse()
        reponse.read()
        client.close()
        if reponse.status != http.client.OK:
            raise RuntimeError(f"{adresse} répond {reponse.status}")


@contextmanager
def _serveur() -> Iterator[int]:
    """Serve the database of the measures; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as prise:
        port = int(prise.getsockname()[1])
    serveur_sql = urlsplit(os.environ["DATABASE_URL"])
    base = serveur_sql._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    serveur = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "facturier.wsgi", "--worker-class", "sync"),
            *("--workers", str(TRAVAILLEURS), "--bind", f"127.0.0.1:{port}"),
        ],
        cwd=settings.RACINE,
        env=os.environ
        | {"DATABASE_URL": base, "FACTURIER_MODE": "essai"}
        | {"API_LECTURES_PAR_MINUTE": "100000000"},
        stderr=subprocess.DEVNULL,
    )
    try:
        _attendre(port)
        yield port
    finally:
        serveur.terminate()
        serveur.wait(30)


def _attendre(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("Le serveur de la mesure n’a pas démarré.")
