"""The request that a protected view receives."""

from django.http import HttpRequest

from facturier.acces.models import Utilisateur


class RequeteConnectee(HttpRequest):
    """A request whose person is known: the access control lets no other through."""

    user: Utilisateur
