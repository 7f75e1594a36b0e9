from types import SimpleNamespace

import pytest
from django.urls import reverse

from facturier.acces.models import Role
from facturier.accueil import navigation
from facturier.commun.navigation import Carte, Entree


@pytest.fixture
def offre(monkeypatch):
    """One application that offers two entries, one of which leads nowhere, and two cards."""
    module = SimpleNamespace(
        ENTREES=[
            Entree("Aide", "accueil:aide", {Role.AGENT}),
            Entree("Nulle part", "nulle:part", {Role.AGENT}),
        ],
        cartes=lambda utilisateur: [
            Carte("Factures à recevoir", "accueil:aide", nombre=4, recherche="etat=deposee"),
            Carte("Déposer une facture", "accueil:aide", detail="Un PDF suffit."),
            Carte("Factures à liquider", "accueil:donnees", nombre=0),
            Carte("Nulle part", "nulle:part", nombre=1),
        ],
    )
    monkeypatch.setattr(navigation, "_modules", lambda: (module,))


def menu(client):
    return [lien["libelle"] for lien in client.get("/aide/").context["navigation"]]


def test_un_agent_voit_ses_entrees_et_pas_celles_sans_adresse(client, offre, personne):
    client.force_login(personne("Alice", Role.AGENT))

    assert menu(client) == ["Tableau de bord", "Aide"]


def test_un_fournisseur_ne_voit_pas_les_entrees_des_agents(client, offre, personne):
    client.force_login(personne("Alice", Role.FOURNISSEUR))

    assert menu(client) == ["Tableau de bord"]


def test_un_visiteur_n_a_pas_de_menu(client, offre, db):
    assert menu(client) == []


def test_la_page_courante_est_marquee(client, offre, personne):
    client.force_login(personne("Alice", Role.AGENT))

    liens = client.get("/aide/").context["navigation"]

    assert [lien["courant"] for lien in liens] == [False, True]


def test_plusieurs_entrees_d_un_groupe_se_plient_et_une_seule_reste_simple(
    client, personne, monkeypatch
):
    module = SimpleNamespace(
        ENTREES=[
            Entree("Aide", "accueil:aide", {Role.AGENT}, 10, groupe="Lire"),
            Entree("Seule", "accueil:accessibilite", {Role.AGENT}, 20, groupe="Autre"),
            Entree("Données", "accueil:donnees", {Role.AGENT}, 30, groupe="Lire"),
        ]
    )
    monkeypatch.setattr(navigation, "_modules", lambda: (module,))
    client.force_login(personne("Alice", Role.AGENT))

    reponse = client.get("/donnees/")

    _, pli, seule = reponse.context["navigation"]
    assert (pli["libelle"], pli["courant"], seule["libelle"]) == ("Lire", True, "Seule")
    assert [entree["courant"] for entree in pli["entrees"]] == [False, True]
    assert '<summary class="courant">Lire</summary>' in reponse.text


def test_le_tableau_montre_les_listes_de_travail_et_les_demarches(client, offre, personne):
    client.force_login(personne("Alice", Role.AGENT))

    html = client.get(reverse("accueil:tableau")).content.decode()

    assert 'href="/aide/?etat=deposee"' in html
    assert "Un PDF suffit." in html
    assert "Nulle part" not in html


def test_une_liste_de_travail_vide_reste_accessible_sans_prendre_de_place(client, offre, personne):
    client.force_login(personne("Alice", Role.AGENT))

    html = client.get(reverse("accueil:tableau")).content.decode()

    assert html.count('class="compteur ') == 1
    assert html.index("Rien à traiter") < html.index("Factures à liquider")


def test_un_tableau_vide_dit_quoi_faire(client, personne, monkeypatch):
    monkeypatch.setattr(navigation, "_modules", tuple)
    client.force_login(personne("Alice"))

    html = client.get(reverse("accueil:tableau")).content.decode()

    assert "demandez votre rôle" in html
