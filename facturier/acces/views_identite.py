"""Log in through an OpenID Connect provider: go there, come back."""

import structlog
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from facturier.acces.controle import ouvrir_a_tous
from facturier.acces.identites import page_refus
from facturier.acces.provider import AdaptateurIdentite, RetourIdentite

journal = structlog.get_logger(__name__)


@ouvrir_a_tous
@require_POST
def identite(requete: HttpRequest, fournisseur: str) -> HttpResponse:
    """Send the browser to the provider; say so when it does not answer."""
    try:
        choisi = get_adapter().get_provider(requete, fournisseur)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        reponse: HttpResponse = choisi.redirect_from_request(requete)
    except (OAuth2Error, RequestException) as erreur:
        journal.warning("identite_muette", fournisseur=fournisseur, cause=type(erreur).__name__)
        raison = f"{choisi.name} ne répond pas. Réessayez, ou employez un mot de passe."
        return page_refus(requete, choisi.name, raison, statut=503)
    return reponse


@ouvrir_a_tous
@require_GET
def retour(requete: HttpRequest, fournisseur: str) -> HttpResponse:
    """Come back from the provider: logged in, or told why not."""
    try:
        vue = RetourIdentite.adapter_view(AdaptateurIdentite(requete, fournisseur))
        reponse: HttpResponse = vue(requete)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return reponse
