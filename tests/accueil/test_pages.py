import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["portes", "aide", "accessibilite", "donnees"])
def test_les_pages_publiques_s_ouvrent_sans_compte(client, page):
    reponse = client.get(reverse(f"accueil:{page}"))

    assert reponse.status_code == 200
    assert "variable inconnue" not in reponse.content.decode()


def test_le_tableau_de_bord_demande_un_compte(client):
    reponse = client.get(reverse("accueil:tableau"))

    assert reponse.status_code == 302
    assert reponse["Location"].startswith(reverse("account_login"))


def test_une_page_inconnue_dit_quoi_faire(client):
    reponse = client.get("/nulle-part/")

    assert reponse.status_code == 404
    assert "Vérifiez l’adresse" in reponse.content.decode()


def test_le_navigateur_qui_montre_un_fichier_recoit_l_icone_du_site(client):
    reponse = client.get("/favicon.ico")

    assert (reponse.status_code, reponse["Location"]) == (301, "/static/logo.svg")
