"""The list of accounts and the page of one."""

import pytest
from django.urls import reverse

from facturier.acces import attribution, views_gestion
from facturier.acces.models import Role, Utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, administrateur):
    """A browser where an administrateur is logged in."""
    client.force_login(administrateur)
    return client


def noms(reponse):
    return [compte.prenom for compte in reponse.context["comptes"]]


@pytest.mark.parametrize(
    ("recherche", "trouves"),
    [
        ("", ["Ada", "Agathe", "Corinne", "Fanny"]),
        ("?recherche=agathe@essai", ["Agathe"]),
        ("?recherche=fictif+COR", ["Corinne"]),
        ("?role=fournisseur", ["Fanny"]),
        ("?etat=inactif", ["Corinne"]),
        ("?role=nimporte", ["Ada", "Agathe", "Corinne", "Fanny"]),
        ("?recherche=personne", []),
    ],
)
def test_les_comptes_se_cherchent(admin, agent, comptable, fournisseur, recherche, trouves):
    Utilisateur.objects.systeme()
    Utilisateur.objects.filter(pk=comptable.pk).update(is_active=False)

    reponse = admin.get(reverse("acces:comptes") + recherche)

    assert noms(reponse) == trouves


def test_les_pages_se_suivent_sans_rien_perdre(admin, agent, comptable, monkeypatch):
    monkeypatch.setattr(views_gestion, "TAILLE_PAGE", 2)

    premiere = admin.get(reverse("acces:comptes") + "?etat=actif")
    seconde = admin.get(reverse("acces:comptes") + premiere.context["suivant"])

    assert noms(premiere) + noms(seconde) == ["Ada", "Agathe", "Corinne"]
    assert "etat=actif" in premiere.context["suivant"]
    assert seconde.context["suivant"] == ""


def test_la_liste_ne_demande_pas_une_requete_par_compte(
    admin, agent, comptable, fournisseur, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        admin.get(reverse("acces:comptes"))


def test_la_fiche_raconte_ce_qui_a_change(admin, administrateur, agent):
    attribution.attribuer(agent, Role.REGISSEUR, motif="Régie du musée.", par=administrateur)
    attribution.desactiver(agent, motif="Congé long.", par=administrateur)
    attribution.reactiver(agent, motif="Retour.", par=administrateur)
    attribution.retirer(agent, Role.REGISSEUR, motif="Fin de régie.", par=administrateur)

    html = admin.get(reverse("acces:fiche", args=[agent.pk])).content.decode()

    assert "Rôle accordé\u202f: Régisseur" in html
    assert "Compte désactivé" in html
    assert "Rôle retiré\u202f: Régisseur" in html
    assert "variable inconnue" not in html


def test_sa_propre_fiche_ne_propose_pas_de_s_accorder_un_role(admin, administrateur):
    html = admin.get(reverse("acces:fiche", args=[administrateur.pk])).content.decode()

    assert "C’est votre compte" in html
    assert "Accorder un rôle" not in html
    assert "Désactiver" not in html


def test_le_compte_du_systeme_n_a_pas_de_fiche(admin):
    systeme = Utilisateur.objects.systeme()

    assert admin.get(reverse("acces:fiche", args=[systeme.pk])).status_code == 404


@pytest.mark.parametrize("page", ["acces:comptes", "acces:inviter"])
def test_les_comptes_sont_fermes_aux_autres_roles(client, comptable, page):
    client.force_login(comptable)

    assert client.get(reverse(page)).status_code == 403


@pytest.mark.parametrize("page", ["affectation", "desactiver", "reactiver"])
def test_chaque_page_de_confirmation_s_affiche(admin, agent, page):
    html = admin.get(reverse(f"acces:{page}", args=[agent.pk])).content.decode()

    assert "Agathe Fictif" in html
    assert "variable inconnue" not in html
