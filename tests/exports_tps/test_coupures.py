"""Fifty workers killed at any moment of a transmission: one file leaves, one set of rows stays.

The recipient takes files away as soon as it sees them, so that no sender can tell by looking.
"""

import os
import random
import signal
import time
import traceback

import pytest
from django.db import connection, connections

from exports_tps.models import EtatFlux, Transmission
from exports_tps.transmission import transmettre
from facturier.grand_livre.models import Ecriture, EtatBordereau, EtatPiece, Piece
from tests.exports_tps.factories import flux_constitue
from tests.exports_tps.serveur_sftp import ServeurSftp

GRAINE = 20_261_126
MORTS = 25  # for each transport
DEPARTS = ("reussie", "deja_present", "retiree")


def travailler(flux, agent):
    """Transmit in a child; return its process."""
    connections.close_all()
    enfant = os.fork()
    if enfant:
        return enfant
    try:  # the child never comes back to the test
        transmettre(flux, par=agent)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def tuer(enfant, delai):
    """Kill -9 after `delai` seconds; tell whether it was still at work."""
    time.sleep(delai)
    os.kill(enfant, signal.SIGKILL)
    _, statut = os.waitpid(enfant, 0)
    return os.WIFSIGNALED(statut)


def prendre(boite):
    """Take every file that is whole out of the outbox, as its recipient does; return the names."""
    pris = [f for f in boite.glob("*") if not f.name.startswith(".")] if boite.exists() else []
    for fichier in pris:
        fichier.unlink()
    return [fichier.name for fichier in pris]


def duree_d_un_envoi(flux, agent, boite):
    """Send one flux whole in a child; return how long it took, in seconds."""
    debut = time.perf_counter()
    os.waitpid(travailler(flux, agent), 0)
    duree = time.perf_counter() - debut
    assert prendre(boite) == [flux.nom_physique]
    return duree


def couper_et_reprendre(agent, ordonnateur, boite):
    """Kill `MORTS` workers, each with a flux of its own; return the flux and the files taken.

    A send takes more or less time as the machine is busy: the next moment to kill follows.
    """
    hasard = random.Random(GRAINE)  # noqa: S311
    entiers = [flux_constitue(agent, ordonnateur) for _ in range(3)]
    duree = min(duree_d_un_envoi(flux, agent, boite) for flux in entiers)  # the first is slower
    envoyes, pris, tues = [], [], 0
    while tues < MORTS:
        flux = flux_constitue(agent, ordonnateur)
        est_tue = tuer(travailler(flux, agent), hasard.uniform(0, duree))
        tues += est_tue
        duree *= 1.05 if est_tue else 0.8
        pris += prendre(boite)
        transmettre(flux, par=agent)
        pris += prendre(boite)
        envoyes.append(flux)
    return envoyes, pris


def exiger_une_seule_trace(envoyes):
    """Each flux, bordereau and pièce went through once; the ledger has not moved."""
    cles = [flux.pk for flux in envoyes]
    departs = Transmission.objects.filter(flux__in=cles, issue__in=DEPARTS)
    pieces = Piece.objects.filter(bordereau__lignes_flux__flux__in=cles)
    passages = Piece.passages.rel.related_model.objects.filter(piece__in=pieces, acte="transmettre")
    assert {flux.etat for flux in envoyes} == {EtatFlux.TRANSMIS}
    assert departs.count() == len(envoyes)
    assert set(pieces.values_list("etat", flat=True)) == {EtatPiece.TRANSMISE}
    assert set(pieces.values_list("bordereau__etat", flat=True)) == {EtatBordereau.TRANSMIS}
    assert passages.count() == len(envoyes)
    assert Ecriture.objects.count() == Piece.objects.count()


@pytest.mark.lent
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="demande un second processus")
@pytest.mark.parametrize("par_sftp", [False, True], ids=["dossier", "sftp"])
def test_un_envoi_tue_n_importe_quand_part_une_fois(
    circuit, agent, ordonnateur, settings, tmp_path, par_sftp
):
    with ServeurSftp(tmp_path / "tresorerie").servir() as serveur:
        settings.TPS_SFTP = serveur.reglage() if par_sftp else None
        boite = serveur.racine / "envois" if par_sftp else settings.TPS_ENVOIS

        envoyes, pris = couper_et_reprendre(agent, ordonnateur, boite)

    assert sorted(pris) == sorted(flux.nom_physique for flux in envoyes)
    exiger_une_seule_trace(envoyes)
