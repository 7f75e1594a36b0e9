"""Crashes, repetitions and sizes: what was done is done once, and costs the same for many."""

import os
import signal
import subprocess
import sys

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exports_tps import constitution, transmission
from exports_tps.constitution import achever, constituer_flux
from exports_tps.models import EtatFlux, Flux, LigneFlux
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.grand_livre.models import EtatPiece, Piece, RattachementPiece
from facturier.grand_livre.soldes import solde
from tests.exports_tps.factories import (
    RACINE,
    bordereau_depense,
    flux_constitue,
    flux_transmis,
    tresorerie,
)

LECTEUR_TUE = """
import django, os, time
django.setup()
from django.conf import settings
from pathlib import Path
settings.DOCUMENTS_RACINE = Path(os.environ["DOCUMENTS"])
from exports_tps import application_retour, retours
def payer_puis_dormir(cumuls, *, par):
    fait(cumuls, par=par)
    if cumuls:
        print("paye", flush=True)
        time.sleep(60)
fait, application_retour.payer = application_retour.payer, payer_puis_dormir
retours.lire_retours(Path(os.environ["RETOURS"]))
"""


class Coupure(BaseException):
    """A crash: nothing catches it."""


def couper(*arguments, **champs):
    raise Coupure


@pytest.mark.django_db
def test_une_constitution_interrompue_s_acheve(circuit, agent, ordonnateur, monkeypatch):
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    with monkeypatch.context() as panne:
        panne.setattr(constitution, "franchir", couper)
        with pytest.raises(Coupure):
            constituer_flux([bordereau], par=agent)

    flux = constituer_flux([bordereau], par=agent)

    assert (Flux.objects.count(), flux.numero, flux.etat) == (1, 1, EtatFlux.CONSTITUE)


@pytest.mark.django_db
def test_le_meme_flux_donne_les_memes_octets(circuit, agent, ordonnateur):
    flux = flux_constitue(agent, ordonnateur, nombre=2)
    empreinte = flux.sha256
    jumeau = Flux.objects.get(pk=flux.pk)
    jumeau.etat = EtatFlux.EN_CONSTITUTION

    with pytest.raises(ValidationError):
        achever(jumeau, par=agent)

    assert Flux.objects.get().sha256 == empreinte


def issues(flux):
    return list(flux.transmissions.values_list("issue", flat=True))


@pytest.mark.django_db
def test_un_envoi_interrompu_ne_part_pas_deux_fois(circuit, agent, ordonnateur, monkeypatch):
    flux = flux_constitue(agent, ordonnateur)
    with monkeypatch.context() as panne:
        panne.setattr(transmission, "_constater", couper)
        with pytest.raises(Coupure):
            transmettre(flux, par=agent)

    transmettre(flux, par=agent)

    assert flux.etat == EtatFlux.TRANSMIS
    assert issues(flux) == ["engagee", "deja_present"]


@pytest.mark.django_db
def test_une_reponse_peut_preceder_la_preuve_d_envoi(circuit, agent, ordonnateur, monkeypatch):
    flux = flux_constitue(agent, ordonnateur)
    with monkeypatch.context() as panne:
        panne.setattr(transmission, "_constater", couper)
        with pytest.raises(Coupure):
            transmettre(flux, par=agent)
    tresorerie("--jusqu-au-bout")

    lire_retours()

    assert Piece.objects.get().etat == EtatPiece.PAYEE


@pytest.mark.django_db
def test_un_document_ne_part_qu_une_fois(circuit, agent, ordonnateur):
    premier = flux_constitue(agent, ordonnateur)
    document = premier.lignes.get(justificatif__isnull=False).justificatif
    suivant = bordereau_depense(agent)
    piece = suivant.pieces.get()
    RattachementPiece.objects.create(piece=piece, justificatif=document, rang=2)

    second = constituer_flux([signer_bordereau(suivant, par=ordonnateur)], par=agent)

    assert LigneFlux.objects.filter(justificatif=document).count() == 1
    assert second.lignes.filter(justificatif__isnull=False).count() == 1


def requetes(acte):
    with CaptureQueriesContext(connection) as capture:
        resultat = acte()
    return resultat, len(capture)


def cout_du_circuit(agent, ordonnateur, nombre):
    """Count the queries of signing, constituting, sending and reading back."""
    bordereau = bordereau_depense(agent, nombre)
    _, signature = requetes(lambda: signer_bordereau(bordereau, par=ordonnateur))
    flux, constitue = requetes(lambda: constituer_flux([bordereau], par=agent))
    _, envoi = requetes(lambda: transmettre(flux, par=agent))
    tresorerie("--jusqu-au-bout")
    _, lecture = requetes(lire_retours)
    return {"signature": signature, "flux": constitue, "envoi": envoi, "lecture": lecture}


@pytest.mark.django_db
@pytest.mark.lent
def test_cent_mandats_coutent_autant_de_requetes_que_dix(circuit, agent, ordonnateur, settings):
    dix = cout_du_circuit(agent, ordonnateur, 10)
    settings.TPS_RETOURS = settings.TPS_RETOURS.parent / "autres_retours"

    cent = cout_du_circuit(agent, ordonnateur, 100)

    assert all(cent[etape] <= dix[etape] for etape in dix)


def adresse_de_la_base():
    """The address of the test database, for another process."""
    base = connection.settings_dict["NAME"]
    serveur, _, parametres = os.environ["DATABASE_URL"].partition("?")
    return f"{serveur.rpartition('/')[0]}/{base}?{parametres}"


def lire_et_mourir(settings):
    """Read the inbox in another process, and kill it once the payments are posted."""
    environnement = os.environ | {
        "DATABASE_URL": adresse_de_la_base(),
        "DJANGO_SETTINGS_MODULE": "facturier.settings",
        "DOCUMENTS": str(settings.DOCUMENTS_RACINE),
        "RETOURS": str(settings.TPS_RETOURS),
    }
    commande = [sys.executable, "-c", LECTEUR_TUE]
    with subprocess.Popen(
        commande, cwd=RACINE, env=environnement, stdout=subprocess.PIPE
    ) as enfant:
        assert enfant.stdout is not None
        annonce = enfant.stdout.readline()
        enfant.send_signal(signal.SIGKILL)
    return annonce


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="demande un second processus")
def test_un_lecteur_tue_apres_le_paiement_ne_paie_qu_une_fois(
    circuit, agent, ordonnateur, settings
):
    flux_transmis(agent, ordonnateur)
    tresorerie("--jusqu-au-bout")

    annonce = lire_et_mourir(settings)
    entre_temps = solde("515", exercice=2026).credit
    lire_retours()

    assert (annonce, entre_temps) == (b"paye\n", 0)
    assert solde("515", exercice=2026).credit == 111_000
    assert Piece.objects.get().etat == EtatPiece.PAYEE
