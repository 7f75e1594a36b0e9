"""Pages of oppositions: entered by one agent, decided by another, seen by the supplier."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fournisseurs.models import EtatOpposition, Opposition
from tests.fournisseurs.factories import (
    PDF,
    FournisseurFactory,
    OppositionFactory,
    UtilisateurFactory,
    creer_agent,
    creer_banque,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def connecte(client, agent):
    """A client logged in as an agent."""
    client.force_login(agent)
    return client


def _saisie(**champs):
    donnees = {
        "genre": "cession",
        "beneficiaire": creer_banque().tiers.code,
        "reference": "Acte fictif 12",
        "notifiee_le": "2026-11-03",
        "plafond": "40 000",
        "document": SimpleUploadedFile("acte.pdf", PDF, "application/pdf"),
    }
    return {**donnees, **champs}


def _adresse(fournisseur):
    return f"/gestion/tiers/{fournisseur.tiers.code}/oppositions/nouvelle/"


def test_un_agent_enregistre_un_acte_notifie(connecte):
    fournisseur = FournisseurFactory()

    reponse = connecte.post(_adresse(fournisseur), _saisie(), follow=True)

    opposition = Opposition.objects.get()
    assert (opposition.fournisseur, opposition.plafond) == (fournisseur, 40_000)
    assert opposition.date_debut == date(2026, 11, 3)
    assert "un autre agent des finances doit la valider" in reponse.text


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"beneficiaire": "ABSENT"}, "Aucun tiers n’a ce code"),
        ({"date_fin": "2026-11-01"}, "La fin précède le début"),
        ({"plafond": "zéro"}, "montant"),
        ({"document": SimpleUploadedFile("acte.pdf", b"<html>", "application/pdf")}, "PDF"),
        ({"document": ""}, "obligatoire"),
    ],
)
def test_une_saisie_fautive_dit_quoi_corriger(connecte, champs, message):
    reponse = connecte.post(_adresse(FournisseurFactory()), _saisie(**champs))

    assert reponse.status_code == 422
    assert message in reponse.text
    assert not Opposition.objects.exists()


def test_un_autre_agent_valide(connecte):
    opposition = OppositionFactory(a_valider=True)

    page = connecte.get(f"/gestion/oppositions/{opposition.pk}/valider/").text
    connecte.post(f"/gestion/oppositions/{opposition.pk}/valider/")

    opposition.refresh_from_db()
    assert "paieront le bénéficiaire" in page
    assert opposition.etat == EtatOpposition.EN_VIGUEUR


def test_celui_qui_a_saisi_est_arrete(client):
    opposition = OppositionFactory(a_valider=True)
    client.force_login(opposition.saisie_par)

    page = client.post(f"/gestion/oppositions/{opposition.pk}/valider/", follow=True)

    assert "un autre agent des finances doit la valider" in page.text
    assert Opposition.objects.get().etat == EtatOpposition.A_VALIDER


def test_une_mainlevee_s_enregistre_puis_se_valide(connecte, client):
    opposition = OppositionFactory()
    donnees = {
        "levee_le": "2026-11-20",
        "motif": "Dette réglée",
        "document": SimpleUploadedFile("levee.pdf", PDF, "application/pdf"),
    }

    connecte.post(f"/gestion/oppositions/{opposition.pk}/proposer-levee/", donnees)
    client.force_login(creer_agent())
    client.post(f"/gestion/oppositions/{opposition.pk}/lever/")

    opposition.refresh_from_db()
    assert (opposition.etat, opposition.motif_levee) == (EtatOpposition.LEVEE, "Dette réglée")


def test_une_mainlevee_sans_document_est_refusee(connecte):
    opposition = OppositionFactory()

    reponse = connecte.post(
        f"/gestion/oppositions/{opposition.pk}/proposer-levee/",
        {"levee_le": "2026-11-20", "motif": "Dette réglée"},
    )

    assert reponse.status_code == 422


@pytest.mark.parametrize("acte", ["ecarter", "maintenir"])
def test_un_refus_demande_un_motif(connecte, acte):
    opposition = OppositionFactory(a_valider=acte == "ecarter", levee_proposee=acte == "maintenir")
    adresse = f"/gestion/oppositions/{opposition.pk}/{acte}/"

    sans_motif = connecte.post(adresse, {"motif": ""})
    connecte.post(adresse, {"motif": "Acte adressé à un autre."})

    opposition.refresh_from_db()
    assert sans_motif.status_code == 422
    assert opposition.etat in {EtatOpposition.ECARTEE, EtatOpposition.EN_VIGUEUR}


@pytest.mark.parametrize(
    ("vue", "etape", "montree"),
    [
        ("", {}, True),
        ("vivantes", {"levee": True}, False),
        ("closes", {"levee": True}, True),
        ("a_decider", {"a_valider": True}, True),
        ("bientot", {}, False),
        ("toutes", {"a_valider": True}, True),
    ],
)
def test_la_liste_se_filtre(connecte, vue, etape, montree):
    opposition = OppositionFactory(**etape)

    page = connecte.get("/gestion/oppositions/", {"vue": vue}).text

    assert (opposition.numero in page) is montree


def test_la_liste_se_cherche(connecte):
    opposition = OppositionFactory(reference="Acte 77")
    autre = OppositionFactory(reference="Acte 88")

    page = connecte.get("/gestion/oppositions/", {"recherche": "77"}).text

    assert opposition.numero in page
    assert autre.numero not in page


def test_l_export_est_sur_pour_un_tableur(connecte):
    OppositionFactory(reference="=1+1", plafond=40_000)

    texte = b"".join(connecte.get("/gestion/oppositions/export/csv/")).decode()

    assert ";'=1+1;" in texte
    assert ";40000;0;En vigueur" in texte


def test_la_fiche_montre_les_actes_en_concours(connecte):
    premiere = OppositionFactory()
    seconde = OppositionFactory(fournisseur=premiere.fournisseur, notifiee_le=date(2026, 11, 9))

    page = connecte.get(f"/gestion/oppositions/{seconde.pk}/").text

    assert premiere.numero in page
    assert "servie avant celle-ci" in page


def test_la_fiche_du_tiers_montre_ses_oppositions(connecte):
    opposition = OppositionFactory()

    page = connecte.get(f"/gestion/tiers/{opposition.fournisseur.tiers.code}/").text

    assert opposition.numero in page


def test_le_fournisseur_voit_les_siennes_et_pas_celles_des_autres(client):
    representant = UtilisateurFactory()
    sienne = OppositionFactory(fournisseur=FournisseurFactory(representant=representant))
    autre = OppositionFactory()
    client.force_login(representant)

    page = client.get("/fournisseur/").text

    assert sienne.numero in page
    assert autre.numero not in page


def test_le_fournisseur_ne_lit_pas_les_pages_des_agents(client):
    representant = UtilisateurFactory()
    sienne = OppositionFactory(fournisseur=FournisseurFactory(representant=representant))
    client.force_login(representant)

    assert client.get(f"/gestion/oppositions/{sienne.pk}/").status_code == 403
