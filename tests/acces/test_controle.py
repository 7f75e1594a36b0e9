"""Pages are closed unless they say whom they serve."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.generic import View

from facturier.acces.controle import (
    ControleAccesMiddleware,
    ouvrir_a_tous,
    ouvrir_aux_comptes,
    reserver_a,
    roles_admis,
)
from facturier.acces.models import Role

pytestmark = pytest.mark.django_db


def _vue():
    """Return a fresh view that says nothing."""
    return lambda requete: HttpResponse("page")


@pytest.fixture
def repondre(rf):
    """Ask the middleware whether it lets `utilisateur` reach `vue`."""

    def repondre(vue, utilisateur):
        requete = rf.get("/page/")
        requete.user = utilisateur
        return ControleAccesMiddleware(vue).process_view(requete, vue, (), {})

    return repondre


def test_une_vue_qui_ne_dit_rien_est_fermee_a_tous(repondre, agent):
    with pytest.raises(PermissionDenied):
        repondre(_vue(), agent)

    assert repondre(_vue(), AnonymousUser()).status_code == 302


def test_une_vue_reservee_renvoie_l_anonyme_a_la_connexion(repondre):
    reponse = repondre(reserver_a(Role.AGENT)(_vue()), AnonymousUser())

    assert reponse.url == "/compte/login/?next=/page/"


def test_une_vue_reservee_sert_ses_roles_et_eux_seuls(repondre, agent, intrus):
    vue = reserver_a(Role.AGENT, Role.COMPTABLE)(_vue())

    assert repondre(vue, agent) is None
    with pytest.raises(PermissionDenied, match="réservée à d’autres rôles"):
        repondre(vue, intrus)


def test_une_vue_ouverte_aux_comptes_sert_quiconque_est_connecte(repondre, intrus):
    vue = ouvrir_aux_comptes(_vue())

    assert repondre(vue, intrus) is None
    assert repondre(vue, AnonymousUser()).status_code == 302


def test_une_vue_ouverte_a_tous_sert_l_anonyme(repondre):
    assert repondre(ouvrir_a_tous(_vue()), AnonymousUser()) is None


def test_une_classe_dit_ses_roles_elle_meme_ou_par_sa_vue():
    class Page(View):
        roles_admis = frozenset({Role.AGENT})

    assert roles_admis(Page.as_view()) == {Role.AGENT}
    assert roles_admis(ouvrir_a_tous(Page.as_view())) == {"tous"}
    assert roles_admis(View.as_view()) == frozenset()
