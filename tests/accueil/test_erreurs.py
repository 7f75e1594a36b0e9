import pytest
from django.test import Client, RequestFactory

from facturier.accueil import erreurs

pytestmark = pytest.mark.django_db


def test_un_formulaire_expire_dit_de_recommencer():
    reponse = Client(enforce_csrf_checks=True).post("/compte/login/")

    assert reponse.status_code == 403
    assert "Ce formulaire a expiré" in reponse.content.decode()


def test_un_acces_refuse_dit_pourquoi(rf):
    reponse = erreurs.acces_refuse(rf.get("/"), PermissionError("Réservé au comptable."))

    assert reponse.status_code == 403
    assert "Réservé au comptable." in reponse.content.decode()


def test_une_demande_incomprise_dit_que_rien_n_est_enregistre(rf):
    reponse = erreurs.requete_refusee(rf.get("/"), ValueError())

    assert reponse.status_code == 400
    assert "Rien n’a été enregistré" in reponse.content.decode()


def test_une_panne_se_dit_sans_la_base(django_assert_num_queries):
    with django_assert_num_queries(0):
        reponse = erreurs.panne(RequestFactory().get("/"))

    assert reponse.status_code == 500
    assert "Vos démarches déjà validées sont conservées" in reponse.content.decode()
