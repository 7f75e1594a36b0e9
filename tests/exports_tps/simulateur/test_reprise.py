"""Killed, stopped, restarted: an answer is given once, and never changes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exports_tps.simulateur import publication
from exports_tps.simulateur.etat import Etat
from tests.exports_tps.simulateur import fabrique

RACINE = Path(__file__).resolve().parents[3]


def lancer_en_continu(banc):
    """The simulator as a process of its own, left running."""
    commande = [sys.executable, "-m", "exports_tps.simulateur", "--intervalle", "0.05"]
    commande += ["--envois", banc.envois, "--retours", banc.retours]
    return subprocess.Popen(commande, cwd=RACINE, stdout=subprocess.PIPE, text=True)


def attendre(condition):
    """Wait for a condition; fail loudly."""
    limite = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.02)


def contenus(banc):
    """Every answer, by name."""
    return {fichier.name: fichier.read_bytes() for fichier in banc.reponses()}


def test_une_seconde_execution_ne_repond_pas_deux_fois(banc):
    banc.deposer(fabrique.flux_simple())
    banc.terminer()
    avant = contenus(banc)

    bilan = banc.terminer()

    assert (bilan.code, bilan.emises) == (0, [])
    assert contenus(banc) == avant


def test_un_fichier_touche_sans_changer_est_ignore(banc):
    fichier = banc.deposer(fabrique.flux_simple())
    banc.terminer()
    os.utime(fichier, (1, 1))

    assert banc.terminer().recus == []


def test_un_fichier_partiel_ou_cache_est_ignore(banc):
    banc.deposer(fabrique.flux_simple(), "flux.xml.part")
    banc.deposer(fabrique.flux_simple(), ".flux.xml")
    (banc.envois / "archives").mkdir()

    assert banc.terminer().recus == []


@pytest.mark.parametrize("rang", [1, 2, 3])
def test_une_mort_avant_le_renommage_redonne_la_meme_reponse(banc, monkeypatch, rang):
    banc.deposer(fabrique.flux_simple())
    ecrire, appels = publication._ecrire, []

    def mourir(partiel, morceaux, *, est_tronque):
        ecrire(partiel, morceaux, est_tronque=est_tronque)
        appels.append(partiel.read_bytes())
        if len(appels) == rang:
            raise SystemExit

    with monkeypatch.context() as correctif:
        correctif.setattr(publication, "_ecrire", mourir)
        with pytest.raises(SystemExit):
            banc.terminer()
    banc.lancer("--jusqu-au-bout", "--date", "2027-01-01")

    assert appels[-1] in contenus(banc).values()
    assert len(banc.reponses()) == 3
    assert list(banc.retours.glob("*.part")) == []


@pytest.mark.parametrize("rang", [1, 2, 3])
def test_une_mort_apres_le_renommage_redonne_la_meme_reponse(banc, monkeypatch, rang):
    banc.deposer(fabrique.flux_simple())
    appels = []

    def mourir(*_arguments):
        appels.append(contenus(banc))
        if len(appels) == rang:
            raise SystemExit

    with monkeypatch.context() as correctif:
        correctif.setattr(publication, "_synchroniser", mourir)
        with pytest.raises(SystemExit):
            banc.terminer()
    banc.lancer("--jusqu-au-bout", "--date", "2027-01-01")

    assert contenus(banc) == contenus(banc) | appels[-1]
    assert len(banc.reponses()) == 3


def test_une_mort_pendant_la_reception_ne_laisse_rien(banc, monkeypatch):
    banc.deposer(fabrique.flux_simple())

    def mourir(*_arguments):
        raise SystemExit

    with monkeypatch.context() as correctif:
        correctif.setattr(Etat, "_prevoir", mourir)
        with pytest.raises(SystemExit):
            banc.passer()
    bilan = banc.terminer()

    assert (bilan.anomalies, len(bilan.recus), len(bilan.emises)) == ([], 1, 3)


@pytest.mark.parametrize("delai", [0.0, 0.05, 0.15, 0.3])
def test_sigkill_a_tout_moment_puis_reprise(banc, delai):
    for numero in range(10, 16):
        texte = fabrique.flux_simple(nom=f"F{numero}", numero=numero, id_unique=f"PJ{numero}")
        banc.deposer(texte, f"{numero}.xml")
    processus = lancer_en_continu(banc)
    attendre(banc.reponses)
    time.sleep(delai)
    processus.kill()
    processus.communicate()
    avant = contenus(banc)

    bilan = banc.lancer("--jusqu-au-bout", "--date", "2027-01-01")

    assert bilan.anomalies == []
    assert contenus(banc) == contenus(banc) | avant
    assert len(banc.reponses()) == 18


@pytest.mark.parametrize("numero", [signal.SIGTERM, signal.SIGINT])
def test_un_signal_arrete_proprement(banc, numero):
    banc.deposer(fabrique.flux_simple())
    processus = lancer_en_continu(banc)
    attendre(lambda: len(banc.reponses()) == 3)

    processus.send_signal(numero)
    sortie, _ = processus.communicate(timeout=60)

    assert processus.returncode == 0
    assert "Réponses émises\u202f: 3, à venir\u202f: 0." in sortie


def test_un_envoi_modifie_apres_reception_n_a_plus_de_suite(banc):
    banc.deposer(fabrique.flux_simple())
    banc.passer()
    banc.deposer(fabrique.flux_simple(nom="AUTRE", numero=13, id_unique="PJ2"))

    bilan = banc.terminer()

    assert bilan.code == 1
    assert sum("a changé depuis sa réception" in message for message in bilan.anomalies) == 2


def test_un_envoi_disparu_n_a_plus_de_suite(banc):
    fichier = banc.deposer(fabrique.flux_simple())
    banc.passer()
    fichier.unlink()

    bilan = banc.terminer()

    assert (bilan.code, bilan.reste) == (1, 0)
    assert "n’est plus lisible" in bilan.anomalies[0]
