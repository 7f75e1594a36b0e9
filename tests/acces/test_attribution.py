"""Acts of the administrateur on accounts, and the pages that carry them out."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from facturier.acces import attribution
from facturier.acces.models import PassageUtilisateur, Role, ServiceGestionnaire, Utilisateur
from facturier.commun.etats import ActeInterdit

pytestmark = pytest.mark.django_db
MOTIF = {"motif": "Arrêté de nomination."}
INVITATION = {
    "prenom": "Nadia",
    "nom": "Fictive",
    "email": "Nadia.Fictive@province-sud.example",
    "fonction": "Liquidatrice",
    "roles": ["agent"],
    **MOTIF,
}


@pytest.fixture
def admin(client, administrateur):
    """A browser where an administrateur is logged in."""
    client.force_login(administrateur)
    return client


@pytest.fixture
def basile(personne):
    """The agent whose account changes."""
    return personne("Basile", Role.AGENT)


@pytest.fixture
def connecte(basile):
    """The browser where he is logged in."""
    navigateur = Client()
    navigateur.force_login(basile)
    return navigateur


def est_connecte(navigateur):
    return navigateur.get(reverse("acces:compte")).status_code == 200


def dernier_passage(utilisateur):
    passage = utilisateur.passages.last()
    return passage.acte, passage.depart, passage.arrivee, passage.motif


def test_un_role_accorde_laisse_une_trace_et_ferme_les_sessions(admin, basile, connecte):
    reponse = admin.post(reverse("acces:accorder", args=[basile.pk, "regisseur"]), MOTIF)

    assert reponse["Location"] == reverse("acces:fiche", args=[basile.pk])
    assert basile.attributions.filter(role=Role.REGISSEUR).exists()
    assert dernier_passage(basile) == ("attribuer", "", "regisseur", MOTIF["motif"])
    assert not est_connecte(connecte)


def test_un_role_retire_laisse_une_trace_et_ferme_les_sessions(admin, basile, connecte):
    admin.post(reverse("acces:retirer", args=[basile.pk, "agent"]), MOTIF)

    assert not basile.attributions.exists()
    assert dernier_passage(basile) == ("retirer", "agent", "", MOTIF["motif"])
    assert not est_connecte(connecte)


def test_un_compte_desactive_ne_sert_plus_meme_reactive_ses_sessions_restent_fermees(
    admin, basile, connecte
):
    admin.post(reverse("acces:desactiver", args=[basile.pk]), MOTIF)
    admin.post(reverse("acces:reactiver", args=[basile.pk]), MOTIF)

    assert Utilisateur.objects.get(pk=basile.pk).is_active
    assert [p.acte for p in basile.passages.all()] == ["attribuer", "desactiver", "reactiver"]
    assert not est_connecte(connecte)


@pytest.mark.parametrize("tenu", [Role.REGISSEUR, Role.COMPTABLE])
def test_deux_roles_incompatibles_sont_refuses_avec_la_regle(admin, personne, tenu):
    basile = personne("Basile", tenu)

    reponse = admin.post(reverse("acces:accorder", args=[basile.pk, "ordonnateur"]), MOTIF)

    assert reponse.status_code == 422
    assert "Un ordonnateur ne peut pas être" in reponse.content.decode()
    assert basile.attributions.count() == 1


def test_un_changement_sans_motif_est_refuse(admin, agent):
    reponse = admin.post(reverse("acces:desactiver", args=[agent.pk]), {"motif": " "})

    assert reponse.status_code == 422
    assert Utilisateur.objects.get(pk=agent.pk).is_active


def test_un_administrateur_ne_s_accorde_pas_de_role(administrateur):
    with pytest.raises(ValidationError, match="un autre administrateur"):
        attribution.attribuer(administrateur, Role.COMPTABLE, motif="", par=administrateur)


def test_un_administrateur_ne_se_retire_pas_son_role(admin, administrateur):
    reponse = admin.post(
        reverse("acces:retirer", args=[administrateur.pk, "administrateur"]), MOTIF
    )

    assert reponse.status_code == 422
    assert "un autre administrateur" in reponse.content.decode()


def test_un_administrateur_ne_se_desactive_pas(administrateur):
    with pytest.raises(ValidationError, match="votre propre compte"):
        attribution.desactiver(administrateur, motif="", par=administrateur)


def test_seul_un_administrateur_gere_les_comptes(agent, fournisseur):
    with pytest.raises(ActeInterdit):
        attribution.attribuer(fournisseur, Role.AGENT, motif="", par=agent)


def test_un_administrateur_qui_vient_de_perdre_son_role_n_agit_plus(
    personne, administrateur, agent
):
    autre = personne("Basile", Role.ADMINISTRATEUR)
    assert administrateur.a_role(Role.ADMINISTRATEUR)
    attribution.retirer(administrateur, Role.ADMINISTRATEUR, motif="", par=autre)

    with pytest.raises(ActeInterdit):
        attribution.desactiver(autre, motif="", par=administrateur)


def test_accorder_deux_fois_ne_fait_rien_de_plus(administrateur, agent):
    attribution.attribuer(agent, Role.AGENT, motif="", par=administrateur)

    assert agent.passages.count() == 1


def test_desactiver_deux_fois_est_dit(administrateur, agent):
    attribution.desactiver(agent, motif="", par=administrateur)

    with pytest.raises(ValidationError, match="déjà inactif"):
        attribution.desactiver(agent, motif="", par=administrateur)


def test_une_affectation_change_le_service_et_laisse_une_trace(admin, agent, reference):
    service = ServiceGestionnaire.objects.earliest("code")

    admin.post(
        reverse("acces:affectation", args=[agent.pk]),
        {"fonction": "Chef de service", "service": service.pk, **MOTIF},
    )

    agent.refresh_from_db()
    assert (agent.fonction, agent.service) == ("Chef de service", service)
    assert dernier_passage(agent) == ("affecter", "", service.code, MOTIF["motif"])


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    "ordre",
    [
        "UPDATE acces_passageutilisateur SET motif = 'autre'",
        "DELETE FROM acces_passageutilisateur",
    ],
)
def test_la_trace_des_comptes_ne_se_reecrit_pas(agent, ordre):
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        connection.cursor().execute(ordre)

    assert PassageUtilisateur.objects.filter(utilisateur=agent).count() == 1


def test_une_personne_invitee_choisit_son_mot_de_passe_et_se_connecte(
    admin, client, mailoutbox, django_capture_on_commit_callbacks, settings
):
    settings.ADRESSE_PUBLIQUE = "http://testserver"
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(reverse("acces:inviter"), INVITATION)
    lien = re.findall(r"http://testserver(/\S+)", mailoutbox[0].body)[0]
    admin.logout()

    adresse = client.get(lien, follow=True).redirect_chain[-1][0]
    client.post(adresse, {"password1": "un-lagon-tres-bleu", "password2": "un-lagon-tres-bleu"})
    client.post(
        reverse("account_login"),
        {"login": "nadia.fictive@province-sud.example", "password": "un-lagon-tres-bleu"},
    )

    assert "Bonjour Nadia Fictive" in client.get(reverse("accueil:tableau")).content.decode()


def test_une_invitation_sans_mot_de_passe_se_renvoie(
    admin, mailoutbox, django_capture_on_commit_callbacks
):
    admin.post(reverse("acces:inviter"), INVITATION)
    invitee = Utilisateur.objects.get(nom="Fictive", prenom="Nadia")

    with django_capture_on_commit_callbacks(execute=True):
        admin.post(reverse("acces:relancer", args=[invitee.pk]))

    assert [courriel.to for courriel in mailoutbox] == [[invitee.email]]
    assert dernier_passage(invitee)[0] == "relancer"


def test_un_compte_qui_a_son_mot_de_passe_ne_se_relance_pas(admin, agent, mailoutbox):
    reponse = admin.post(reverse("acces:relancer", args=[agent.pk]), follow=True)

    assert "pas de mot de passe" in reponse.content.decode()
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("saisie", "message"),
    [
        ({"email": "ada@essai.example"}, "Un compte existe déjà"),
        ({"roles": ["service"]}, "Choisissez le service"),
        ({"roles": ["ordonnateur", "comptable"]}, "ne peut pas être comptable"),
        ({"roles": []}, "obligatoire"),
        ({"roles": ["fournisseur"]}, "Sélectionnez un choix valide"),
    ],
)
def test_une_invitation_impossible_dit_pourquoi(admin, saisie, message):
    reponse = admin.post(reverse("acces:inviter"), INVITATION | saisie)

    assert reponse.status_code == 422
    assert message in reponse.content.decode()
    assert not Utilisateur.objects.filter(nom="Fictive", prenom="Nadia").exists()
