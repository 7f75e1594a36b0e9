"""SFTP against a real server, a full disk, a transport left alone, an inbox fetched from afar."""

import os
from datetime import timedelta

import asyncssh
import pytest
from django.core import mail
from django.utils import timezone

from exports_tps.disjoncteur import a_reprendre, etat_transport
from exports_tps.models import EtatFlux, Flux, MessageTPS, Releve, Transmission
from exports_tps.retours import lire_retours
from exports_tps.transmission import (
    EnvoiImpossible,
    TransportIndisponible,
    reprendre_envois,
    transmettre,
)
from facturier.acces.models import Utilisateur
from tests.disque import disque_plein
from tests.exports_tps.factories import flux_constitue, flux_transmis, tresorerie
from tests.exports_tps.serveur_sftp import ServeurSftp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
Issue = Transmission.Issue


@pytest.fixture
def serveur(tmp_path, settings):
    """A server that the settings designate."""
    with ServeurSftp(tmp_path / "tresorerie").servir() as ouvert:
        settings.TPS_SFTP = ouvert.reglage()
        yield ouvert


def issues(flux):
    return list(flux.transmissions.values_list("issue", flat=True))


def envois(serveur):
    return sorted(os.listdir(serveur.racine / "envois"))


def test_un_flux_part_par_sftp_avec_sa_preuve(agent, ordonnateur, serveur):
    flux = flux_transmis(agent, ordonnateur)

    preuve = flux.transmissions.last()
    assert envois(serveur) == [flux.nom_physique]
    assert issues(flux) == [Issue.ENGAGEE, Issue.REUSSIE]
    assert preuve.sha256 == flux.sha256
    assert preuve.destination.startswith("sftp://province@127.0.0.1:")
    assert serveur.cle_hote.get_fingerprint() in preuve.detail


def test_passtrans_veut_son_propre_nom(agent, ordonnateur, serveur, settings):
    settings.TPS_PASSTRANS = {"destination": "VHPCE11", "application": "THELPES2"}

    flux_transmis(agent, ordonnateur)

    (nom,) = envois(serveur)
    destination, application, message, sha1 = nom.split("%%")
    assert (destination, application) == ("VHPCE11", "THELPES2")
    assert message.startswith("PES#")
    assert len(sha1) == 40


def test_une_ligne_coupee_au_milieu_se_reprend(agent, ordonnateur, serveur):
    serveur.couper_apres = 1000
    flux = flux_constitue(agent, ordonnateur)
    with pytest.raises(TransportIndisponible, match="coupée"):
        transmettre(flux, par=agent)
    coupe = envois(serveur)
    serveur.couper_apres = None

    transmettre(flux, par=agent)

    assert flux.nom_physique not in coupe
    assert envois(serveur) == [flux.nom_physique]
    assert issues(flux) == [Issue.ECHOUEE, Issue.ENGAGEE, Issue.REUSSIE]


def test_un_serveur_qui_ne_repond_plus_n_arrete_personne(agent, ordonnateur, serveur, monkeypatch):
    serveur.est_muet = True
    monkeypatch.setattr("exports_tps.transports.sftp.SILENCE", 0.3)
    flux = flux_constitue(agent, ordonnateur)

    with pytest.raises(TransportIndisponible, match="n’aboutit pas"):
        transmettre(flux, par=agent)

    flux.refresh_from_db()
    assert (flux.etat, envois(serveur)) == (EtatFlux.CONSTITUE, [])


@pytest.mark.parametrize(
    ("champ", "mot"), [("cle", "refuse notre clé"), ("cle_hote", "clé épinglée")]
)
def test_une_mauvaise_cle_n_envoie_rien(
    agent, ordonnateur, serveur, settings, tmp_path, champ, mot
):
    autre = asyncssh.generate_private_key("ssh-ed25519")
    autre.write_private_key(tmp_path / "autre.cle")
    valeurs = {
        "cle": str(tmp_path / "autre.cle"),
        "cle_hote": autre.export_public_key().decode().strip(),
    }
    settings.TPS_SFTP = serveur.reglage(**{champ: valeurs[champ]})

    with pytest.raises(TransportIndisponible, match=mot):
        flux_transmis(agent, ordonnateur)

    assert envois(serveur) == []
    assert Flux.objects.get().etat == EtatFlux.CONSTITUE


@pytest.mark.parametrize(
    ("refus", "mots"),
    [
        (asyncssh.SFTPFailure("No space left on device"), "l’opération : son disque est plein."),
        (asyncssh.SFTPFailure("Failure"), "ne dit pas pourquoi ; souvent, son disque est plein."),
        (asyncssh.SFTPFailure("Disk quota exceeded"), "l’opération : notre quota y est atteint."),
        (asyncssh.SFTPPermissionDenied("Permission denied"), "l’accès y est refusé."),
        (asyncssh.SFTPFailure("Virus found"), "il répond « Virus found »."),
    ],
)
def test_un_refus_du_serveur_se_dit_et_ne_laisse_rien(agent, ordonnateur, serveur, refus, mots):
    serveur.refus = refus

    with pytest.raises(TransportIndisponible, match=mots):
        flux_transmis(agent, ordonnateur)

    assert envois(serveur) == []
    assert Flux.objects.get().etat == EtatFlux.CONSTITUE


def test_un_destinataire_qui_vide_sa_boite_ne_recoit_rien_deux_fois(
    client, agent, ordonnateur, serveur, monkeypatch, mailoutbox, django_capture_on_commit_callbacks
):
    flux = flux_constitue(agent, ordonnateur)
    with monkeypatch.context() as panne:
        panne.setattr("exports_tps.transmission._constater", lambda *_: None)
        transmettre(flux, par=agent)  # killed before recording
    (serveur.racine / "envois" / flux.nom_physique).unlink()  # taken

    with django_capture_on_commit_callbacks(execute=True):
        transmettre(flux, par=agent)

    assert envois(serveur) == []
    assert (flux.etat, issues(flux)[-1]) == (EtatFlux.TRANSMIS, Issue.RETIREE)
    client.force_login(agent)
    page = client.get(flux.get_absolute_url()).content.decode()
    assert "Demandez à la Trésorerie si elle a reçu" in page
    assert "envoi à confirmer" in mailoutbox[0].subject


def test_les_reponses_se_relevent_par_sftp(agent, ordonnateur, serveur, settings):
    flux_transmis(agent, ordonnateur)
    boite, settings.TPS_ENVOIS = settings.TPS_RETOURS, serveur.racine / "envois"
    settings.TPS_RETOURS = serveur.racine / "retours"
    tresorerie("--une-fois")
    settings.TPS_RETOURS = boite
    (serveur.racine / "retours" / ".cache.part").write_text("en cours")

    lire_retours()
    lire_retours()

    assert Flux.objects.get().etat == EtatFlux.ACQUITTE
    assert MessageTPS.objects.count() == 1
    assert [releve.fichiers for releve in Releve.objects.all()] == [1]


def test_une_boite_injoignable_se_dit_une_fois(agent, serveur, settings):
    settings.TPS_SFTP = serveur.reglage(retours="/absent")

    premiere, seconde = lire_retours(), lire_retours()

    assert "refuse l’opération" in premiere.refuses[0]
    assert premiere.refuses == seconde.refuses
    assert Releve.objects.filter(est_reussie=False).count() == 1


@pytest.fixture
def panne(settings, tmp_path):
    """An outbox that cannot be made: a file has its place."""
    (tmp_path / "bouche").write_text("")
    settings.TPS_ENVOIS = tmp_path / "bouche" / "envois"
    return settings


def echouer(flux, agent, fois=1):
    for _ in range(fois):
        with pytest.raises(TransportIndisponible):
            transmettre(flux, par=agent)


def test_le_delai_double_a_chaque_panne(agent, ordonnateur, panne):
    flux = flux_constitue(agent, ordonnateur)

    echouer(flux, agent, fois=3)

    delais = [
        round((essai.prochaine_le - essai.tentee_le) / timedelta(minutes=1))
        for essai in flux.transmissions.all()
    ]
    assert delais == [5, 10, 20]


def test_le_transport_est_laisse_au_repos_puis_essaye_une_fois(
    agent, ordonnateur, panne, tmp_path, time_machine, django_capture_on_commit_callbacks
):
    flux = flux_constitue(agent, ordonnateur)
    with django_capture_on_commit_callbacks(execute=True):
        echouer(flux, agent, fois=5)
    au_repos = etat_transport().au_repos_jusqu_a
    pendant = reprendre_envois(par=Utilisateur.objects.systeme())
    (tmp_path / "bouche").unlink()
    time_machine.move_to(timezone.now() + timedelta(hours=5))

    repris, _ = reprendre_envois(par=Utilisateur.objects.systeme())

    assert au_repos is not None
    assert pendant == ([], [])
    assert repris == [flux]
    assert etat_transport().pannes == 0
    assert [courriel.subject for courriel in mail.outbox] == ["Envois à la Trésorerie interrompus"]


def test_une_horloge_reculee_ne_fait_attendre_personne(agent, ordonnateur, panne, time_machine):
    flux = flux_constitue(agent, ordonnateur)
    echouer(flux, agent, fois=5)

    time_machine.move_to(timezone.now() - timedelta(days=3))

    assert etat_transport().au_repos_jusqu_a is None
    assert list(a_reprendre()) == [flux]


def test_un_disque_plein_ne_laisse_rien_derriere_lui(agent, ordonnateur, settings):
    flux = flux_constitue(agent, ordonnateur)
    with disque_plein(), pytest.raises(TransportIndisponible, match="taille permise"):
        transmettre(flux, par=agent)
    restes = list(settings.TPS_ENVOIS.iterdir())

    transmettre(flux, par=agent)

    assert restes == []
    assert flux.etat == EtatFlux.TRANSMIS


def test_un_nom_deja_pris_attend_une_personne(agent, ordonnateur, settings):
    flux = flux_constitue(agent, ordonnateur)
    settings.TPS_ENVOIS.mkdir(parents=True)
    (settings.TPS_ENVOIS / flux.nom_physique).write_text("autre")

    with pytest.raises(EnvoiImpossible, match="Levez la cause"):
        transmettre(flux, par=agent)

    assert list(a_reprendre(timezone.now() + timedelta(days=1))) == []
