"""The web server and the worker killed at the worst moments: all is settled once, nothing twice."""

import os
import signal
import time
from pathlib import Path

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
from telepaiement.models import Encaissement, Quittance, Tentative
tentative = Tentative.objects.get(reference="{reference}")
print(tentative.etat, Encaissement.objects.count(), Quittance.objects.count())
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
from facturier.grand_livre.models import Ecriture, Piece
mandat = Piece.objects.get(pk={pk})
paiements = Ecriture.objects.filter(evenement="paiement_mandat").count()
print(mandat.etat, paiements)
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


def _attendre(executer, code: str, attendu: str) -> str:
    fin = time.monotonic() + 90
    while (vu := executer(code)) != attendu and time.monotonic() < fin:
        time.sleep(1)
    return vu


def test_le_serveur_tue_apres_la_carte_encaisse_une_seule_fois(lancement, executer):
    reference = executer(OUVRIR).splitlines()[-1]
    _tuer(lancement, "serveur web")
    assert executer(CONFIRMER.format(reference=reference)) == "succeeded"

    lancement.relancer("serveur web")

    assert _attendre(executer, ETAT.format(reference=reference), "reussie 1 1") == "reussie 1 1"


def test_la_tache_tuee_pendant_la_lecture_paie_une_seule_fois(lancement, executer):
    pk = executer(DEPENSE).splitlines()[-1]
    _attendre_reponse(lancement.var / "tps" / "retours")
    _tuer(lancement, "tâches de fond")

    lancement.relancer("tâches de fond")

    assert _attendre(executer, MANDAT.format(pk=pk), "payee 1") == "payee 1"
    assert executer(VERIFIER) == "[]"
