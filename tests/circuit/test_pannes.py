"""The web server and the worker killed at the worst moments: all is settled once, nothing twice."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from facturier.accueil.lancement import Lancement

pytestmark = [pytest.mark.lent, pytest.mark.xdist_group("circuit")]

OUVRIR = """
import uuid
from facturier.accueil.circuit import Circuit
from telepaiement import tentatives
circuit = Circuit()
list(circuit.emettre_titres()); list(circuit.signer()); list(circuit.transmettre())
circuit.factures, circuit.mandats = [], []
list(circuit.attendre_la_tresorerie())
tentative = tentatives.ouvrir(titre_id=circuit.titres[0].pk, session_payeur=uuid.uuid4())
print(tentative.reference)
"""
CONFIRMER = """
from facturier.accueil.passerelle_banc import confirmer_paiement
print(confirmer_paiement("{reference}", "4242424242424242"))
"""
ETAT = """
SELECT etat, (SELECT COUNT(*) FROM telepaiement_encaissement),
       (SELECT COUNT(*) FROM telepaiement_quittance)
FROM telepaiement_tentative WHERE reference = ?
"""
DEPENSE = """
from facturier.accueil.circuit import Circuit
circuit = Circuit()
for etape in (circuit.inscrire, circuit.deposer, circuit.instruire, circuit.mandater,
              circuit.signer, circuit.transmettre):
    list(etape())
print(circuit.mandats[0].pk)
"""
MANDAT = """
SELECT etat, (SELECT COUNT(DISTINCT e.id) FROM grand_livre_ecriture e
              JOIN grand_livre_ligneecriture l ON l.ecriture_id = e.id
              WHERE l.piece_id = p.id AND e.evenement = 'paiement_mandat')
FROM grand_livre_piece p WHERE p.id = ?
"""
VERIFIER = """
from facturier.accueil.verification import verifier
print(list(verifier()))
"""


def _tuer(lancement: Lancement, nom: str) -> None:
    processus = dict(lancement.processus)[nom]
    os.killpg(processus.pid, signal.SIGKILL)
    processus.wait()
    lancement.processus = [(n, p) for n, p in lancement.processus if n != nom]


def _attendre_reponse(dossier: Path) -> None:
    fin = time.monotonic() + 60
    while not list(dossier.glob("PES*.xml")) and time.monotonic() < fin:
        time.sleep(0.05)


def _attendre(lancement: Lancement, requete: str, cle: str, attendu: tuple[Any, ...]) -> None:
    """Wait until the base holds `attendu`, read behind the product's back."""
    fin = time.monotonic() + 90
    with closing(sqlite3.connect(lancement.var / "facturier.sqlite3")) as base:
        while (vu := base.execute(requete, [cle]).fetchone()) != attendu:
            assert time.monotonic() < fin, vu
            time.sleep(0.5)


def test_le_serveur_tue_apres_la_carte_encaisse_une_seule_fois(lancement, executer):
    reference = executer(OUVRIR).splitlines()[-1]
    _tuer(lancement, "serveur web")
    assert executer(CONFIRMER.format(reference=reference)) == "succeeded"

    lancement.relancer("serveur web")

    _attendre(lancement, ETAT, reference, ("reussie", 1, 1))


def test_la_tache_tuee_pendant_la_lecture_paie_une_seule_fois(lancement, executer):
    pk = executer(DEPENSE).splitlines()[-1]
    _attendre_reponse(lancement.var / "tps" / "retours")
    _tuer(lancement, "tâches de fond")

    lancement.relancer("tâches de fond")

    _attendre(lancement, MANDAT, pk, ("payee", 1))
    assert executer(VERIFIER) == "[]"
