"""A link that leads to a closed door is shown as a text."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory

from facturier.acces.models import Role
from tests.suivi.factories import acteur

pytestmark = pytest.mark.django_db
GABARIT = Template('{% load acces %}{% lien_ouvert "suivi:mandat" texte 7 %}')


def _montrer(personne) -> str:
    requete = RequestFactory().get("/")
    requete.user = personne
    return GABARIT.render(Context({"request": requete, "texte": "M<1>"}))


def test_qui_peut_ouvrir_la_page_a_le_lien():
    assert _montrer(acteur(Role.COMPTABLE)) == '<a href="/gestion/mandats/7/">M&lt;1&gt;</a>'


@pytest.mark.parametrize("role", [Role.SERVICE, None])
def test_les_autres_lisent_le_texte_seul(role):
    assert _montrer(acteur(role) if role else AnonymousUser()) == "M&lt;1&gt;"
