"""Dashboards of each role and pages of the accounts: accessible, narrow and wide."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from facturier.acces import attribution
from facturier.acces.models import Role, Utilisateur
from facturier.acces.personnes import charger_personnes

MOT_DE_PASSE = "un-lagon-tres-bleu"


@pytest.fixture
def personnes(live_server, reference) -> list[Utilisateur]:
    """The people of the demonstration."""
    return charger_personnes(
        settings.RACINE / "fixtures" / "personnes_demo.toml", mot_de_passe=MOT_DE_PASSE
    )


@pytest.fixture
def connecter(page, personnes):
    """Log in as the first person who holds a role."""

    def se_connecter(role: Role) -> Utilisateur:
        personne = next(p for p in personnes if role in p.roles)
        page.goto(reverse("account_login"))
        page.get_by_label("Adresse électronique").fill(personne.email)
        page.get_by_label("Mot de passe").fill(MOT_DE_PASSE)
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_role("heading", name=f"Bonjour {personne.nom_complet}").wait_for()
        return personne

    return se_connecter


@pytest.mark.parametrize("role", list(Role))
def test_le_tableau_de_chaque_role_est_accessible(connecter, examiner, role):
    connecter(role)

    examiner(f"tableau-{role}")


def test_les_pages_des_comptes_sont_accessibles(page, personnes, connecter, examiner):
    administrateur = connecter(Role.ADMINISTRATEUR)
    agent = next(p for p in personnes if Role.AGENT in p.roles)
    attribution.attribuer(
        agent,
        Role.REGISSEUR,
        motif="Régie du musée.",
        par=Utilisateur.objects.get(pk=administrateur.pk),
    )

    page.goto(reverse("acces:comptes"))
    examiner("comptes")
    page.goto(reverse("acces:fiche", args=[agent.pk]))
    examiner("compte-fiche")
    page.goto(reverse("acces:compte"))
    examiner("mon-compte")


def test_une_invitation_refusee_reste_accessible(page, connecter, examiner):
    connecter(Role.ADMINISTRATEUR)
    page.goto(reverse("acces:inviter"))

    page.get_by_role("button", name="Ouvrir le compte").click()

    expect(page).to_have_title(re.compile("^Erreur"))
    examiner("inviter")


def test_un_role_se_retire_au_clavier(page, personnes, connecter, au_clavier, photographier):
    connecter(Role.ADMINISTRATEUR)
    agent = next(p for p in personnes if Role.AGENT in p.roles)
    page.goto(reverse("acces:retirer", args=[agent.pk, Role.AGENT]))

    au_clavier("Motif")
    page.keyboard.type("Changement de poste.")
    photographier("retirer-role")
    au_clavier("Retirer le rôle")
    page.keyboard.press("Enter")

    page.get_by_text("n’a plus le rôle « Agent des finances »").wait_for()
    assert Role.AGENT not in Utilisateur.objects.get(pk=agent.pk).roles
