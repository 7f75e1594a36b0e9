"""A flux that vanished before the treasury took it: deposited again, once, with its proof."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from exports_tps.disjoncteur import a_reprendre
from exports_tps.models import EtatFlux, NouveauDepot, Transmission
from exports_tps.nouveau_depot import ce_qui_l_interdit, deposer_de_nouveau
from exports_tps.retours import lire_retours
from exports_tps.transmission import (
    TransportIndisponible,
    constater_envois,
    reprendre_envois,
    transmettre,
)
from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import EtatPiece, Piece
from tests.exports_tps.factories import flux_transmis, tresorerie
from tests.exports_tps.reponses import acquitter, dites, element
from tests.exports_tps.serveur_sftp import ServeurSftp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
MOTIF = "Jamais reçu, dit la Trésorerie."


@pytest.fixture
def perdu(agent, ordonnateur, settings):
    """A flux that was sent, and whose file is no longer in the outbox."""
    flux = flux_transmis(agent, ordonnateur)
    (settings.TPS_ENVOIS / flux.nom_physique).unlink()
    return flux


def issues(flux):
    return list(flux.transmissions.values_list("issue", "nouveau_depot__rang"))


def redeposer(flux, par):
    return deposer_de_nouveau(flux, motif=MOTIF, par=par)


def test_le_meme_fichier_repart_et_la_tresorerie_repond(client, agent, perdu, settings):
    empreinte, nom = perdu.sha256, perdu.nom_physique
    client.force_login(agent)
    adresse = reverse("exports_tps:redeposer", args=[perdu.pk])
    page = client.get(perdu.get_absolute_url()).content.decode()
    demande = client.get(adresse).content.decode()

    suite = client.post(adresse, {"motif": MOTIF}, follow=True).content.decode()

    depose = settings.TPS_ENVOIS / nom
    assert adresse in page
    assert f"Déposer de nouveau {nom}" in demande
    assert "Dépôt n° 2" in suite
    assert depose.exists()
    tresorerie("--jusqu-au-bout")
    lire_retours()
    perdu.refresh_from_db()
    preuve = perdu.transmissions.last()
    assert (preuve.sha256, preuve.nouveau_depot.motif) == (empreinte, MOTIF)
    assert [rang for _, rang in issues(perdu)] == [None, None, 2, 2]
    assert (perdu.etat, Piece.objects.get().etat) == (EtatFlux.ACQUITTE, EtatPiece.PAYEE)
    assert perdu.passages.get(acte="deposer_de_nouveau").motif == f"Dépôt n° 2 : {MOTIF}"


def test_un_troisieme_depot_peut_suivre(agent, perdu, settings):
    redeposer(perdu, agent)
    (settings.TPS_ENVOIS / perdu.nom_physique).unlink()

    redeposer(perdu, agent)

    assert [rang for _, rang in issues(perdu)] == [None, None, 2, 2, 3, 3]


def test_on_ne_redepose_que_ce_qui_a_disparu(agent, ordonnateur, comptable, settings):
    flux = flux_transmis(agent, ordonnateur)

    with pytest.raises(TransitionInterdite, match="encore chez le destinataire"):
        redeposer(flux, agent)
    (settings.TPS_ENVOIS / flux.nom_physique).unlink()
    with pytest.raises(ActeInterdit, match="Seul un agent"):
        redeposer(flux, comptable)
    with pytest.raises(ValidationError, match="Dites ce que"):
        deposer_de_nouveau(flux, motif=" ", par=agent)

    assert not NouveauDepot.objects.exists()
    assert list(settings.TPS_ENVOIS.iterdir()) == []


@pytest.mark.deux_moteurs
def test_une_reponse_qui_attend_dans_la_boite_l_interdit(client, agent, perdu, settings):
    acquitter(settings, perdu, "acquit.xml")

    with pytest.raises(TransitionInterdite, match=r"a répondu à ce flux \(acquit.xml\)"):
        redeposer(perdu, agent)

    client.force_login(agent)
    refus = client.get(reverse("exports_tps:redeposer", args=[perdu.pk]), follow=True)
    assert "a répondu à ce flux" in refus.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        NouveauDepot.objects.create(
            flux=perdu, rang=2, motif="force", demande_le=timezone.now(), par=agent
        )


def test_une_piece_decidee_l_interdit(agent, perdu):
    Piece.objects.update(etat=EtatPiece.PRISE_EN_CHARGE)

    with pytest.raises(TransitionInterdite, match="Pris en charge"):
        redeposer(perdu, agent)


def test_un_nouveau_depot_interrompu_s_acheve_une_fois(agent, perdu, monkeypatch, settings):
    class Coupure(BaseException):
        pass

    def couper(*_):
        raise Coupure

    with monkeypatch.context() as panne:
        panne.setattr("exports_tps.transmission._constater", couper)
        with pytest.raises(Coupure):
            redeposer(perdu, agent)
    laisse = ce_qui_l_interdit(perdu)

    constater_envois(par=Utilisateur.objects.systeme())
    transmettre(perdu, par=agent)

    assert "déjà demandé" in laisse
    assert issues(perdu)[2:] == [("engagee", 2), ("deja_present", 2)]
    assert [f.name for f in settings.TPS_ENVOIS.iterdir()] == [perdu.nom_physique]


def test_une_panne_reprend_le_nouveau_depot_sauf_si_la_reponse_arrive(
    agent, perdu, settings, tmp_path
):
    boite, settings.TPS_ENVOIS = settings.TPS_ENVOIS, tmp_path / "bouche" / "envois"
    (tmp_path / "bouche").write_text("")
    with pytest.raises(TransportIndisponible, match=r"nouvel essai aura lieu vers \d\d h \d\d\."):
        redeposer(perdu, agent)
    settings.TPS_ENVOIS = boite
    prochaine = perdu.transmissions.last().prochaine_le

    dues = list(a_reprendre(prochaine))
    acquitter(settings, perdu, "acquit.xml")
    lire_retours()

    assert dues == [perdu]
    assert list(a_reprendre(prochaine)) == []
    assert reprendre_envois(par=Utilisateur.objects.systeme()) == ([], [])
    assert list(boite.iterdir()) == []


def test_le_refus_du_second_depot_ne_rejette_rien(agent, perdu, settings):
    redeposer(perdu, agent)
    acquitter(settings, perdu, "a.xml", element("0", 0, code="ERREUR_AUTRE", libelle="déjà reçu"))
    lire_retours()
    perdu.refresh_from_db()
    doute = (perdu.etat, Piece.objects.get().etat, dites(perdu.messages.get()))

    acquitter(settings, perdu, "b.xml", element("0", 1))
    lire_retours()

    perdu.refresh_from_db()
    assert doute[:2] == (EtatFlux.TRANSMIS, EtatPiece.TRANSMISE)
    assert "déposé deux fois : ce refus (déjà reçu)" in doute[2]
    assert perdu.etat == EtatFlux.ACQUITTE


def test_un_relais_qui_vide_sa_boite_recoit_le_second_depot(agent, ordonnateur, settings, tmp_path):
    with ServeurSftp(tmp_path / "tresorerie").servir() as serveur:
        settings.TPS_SFTP = serveur.reglage()
        flux = flux_transmis(agent, ordonnateur)
        (serveur.racine / "envois" / flux.nom_physique).unlink()

        redeposer(flux, agent)

        octets = (serveur.racine / "envois" / flux.nom_physique).read_bytes()
    assert len(octets) == flux.taille
    assert issues(flux)[-1] == (Transmission.Issue.REUSSIE, 2)
