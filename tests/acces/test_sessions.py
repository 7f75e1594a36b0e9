"""One's own account, the idle time of sessions, and what caches may keep."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.acces.sessions import decrire_appareil

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
MOT_DE_PASSE = "mot-de-passe-essai"


def se_connecter(utilisateur):
    navigateur = Client(HTTP_USER_AGENT=FIREFOX)
    utilisateur.emailaddress_set.get_or_create(email=utilisateur.email, verified=True, primary=True)
    navigateur.post(
        reverse("account_login"), {"login": utilisateur.email, "password": MOT_DE_PASSE}
    )
    return navigateur


def est_connecte(navigateur):
    return navigateur.get(reverse("acces:compte")).status_code == 200


@pytest.mark.parametrize(
    ("roles", "minutes", "reste"),
    [
        ([Role.FOURNISSEUR], 14, True),
        ([Role.FOURNISSEUR], 16, False),
        ([Role.AGENT], 29, True),
        ([Role.AGENT], 31, False),
        ([Role.AGENT, Role.FOURNISSEUR], 29, True),
    ],
)
def test_une_session_inactive_se_ferme(personne, roles, minutes, reste):
    navigateur = se_connecter(personne("Basile", *roles))

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        assert est_connecte(navigateur) is reste


def test_une_session_active_dure(fournisseur):
    navigateur = se_connecter(fournisseur)
    depart = timezone.now()

    with time_machine.travel(depart + timedelta(minutes=10), tick=False):
        navigateur.get(reverse("acces:compte"))
    with time_machine.travel(depart + timedelta(minutes=20), tick=False):
        assert est_connecte(navigateur)


def test_aucune_page_d_un_compte_n_est_gardee(client, agent):
    client.force_login(agent)

    assert client.get(reverse("accueil:aide"))["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", ["telepaiement:accueil", "account_login"])
def test_les_pages_de_paiement_et_de_connexion_ne_sont_pas_gardees(client, page):
    assert client.get(reverse(page))["Cache-Control"] == "no-store"


def test_une_deconnexion_n_est_pas_gardee(client, agent):
    client.force_login(agent)

    assert client.post(reverse("account_logout"))["Cache-Control"] == "no-store"


def test_une_page_publique_peut_etre_gardee(client):
    assert "Cache-Control" not in client.get(reverse("accueil:aide"))


def test_mon_compte_montre_mes_roles_et_mes_sessions(agent):
    se_connecter(agent)
    navigateur = se_connecter(agent)

    html = navigateur.get(reverse("acces:compte")).content.decode()

    assert "Agent des finances" in html
    assert html.count("Firefox sur Windows") == 2
    assert html.count("Cette session") == 1
    assert "variable inconnue" not in html


def test_fermer_les_autres_sessions_garde_la_sienne(agent):
    ancienne, courante = se_connecter(agent), se_connecter(agent)

    reponse = courante.post(reverse("acces:fermer_sessions"), follow=True)

    assert "Vos autres sessions sont fermées" in reponse.content.decode()
    assert [session.est_courante for session in reponse.context["sessions"]] == [True]
    assert not est_connecte(ancienne)
    assert est_connecte(courante)


@pytest.mark.parametrize(
    ("agent_utilisateur", "appareil"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Safari/604",
            "Safari sur iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140",
            "Edge sur Windows",
        ),
        ("curl/8", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_un_appareil_se_reconnait(agent_utilisateur, appareil):
    assert decrire_appareil(agent_utilisateur) == appareil
