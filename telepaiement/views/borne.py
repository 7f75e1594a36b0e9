"""Kiosk: the same pages, bare and large, which forget who was there."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from facturier.acces.controle import ouvrir_a_tous
from telepaiement.models import Tentative
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.synchronisation import fermer
from telepaiement.views.consultation import BORNE, PAYEUR

TEMOIN = "borne"  # cookie of a kiosk: it outlives the sessions, and follows the key
DUREE = timedelta(days=400)


@ouvrir_a_tous
@never_cache
@require_GET
def entrer(request: HttpRequest, cle: str) -> HttpResponse:
    """Make this browser a kiosk: the address it opens on, which it then leaves for one without key.

    The key is that of the setting `PAIEMENT_BORNE_CLE`: nobody is led into this mode by a link.
    """
    attendue = settings.PAIEMENT_BORNE_CLE
    if not attendue or not constant_time_compare(cle, attendue):
        raise Http404
    return _recommencer(request)


@ouvrir_a_tous
@never_cache
@require_GET
def borne(request: HttpRequest) -> HttpResponse:
    """Begin afresh on a kiosk, which goes back here after 90 s without use."""
    temoin = request.COOKIES.get(TEMOIN, "")
    if not settings.PAIEMENT_BORNE_CLE or not constant_time_compare(temoin, _temoin()):
        raise Http404
    return _recommencer(request)


def _temoin() -> str:
    """Return what the cookie of a kiosk holds: it tells the key to nobody."""
    return salted_hmac("telepaiement.borne", settings.PAIEMENT_BORNE_CLE).hexdigest()


def _recommencer(request: HttpRequest) -> HttpResponse:
    if request.session.get(BORNE):
        _abandonner(request.session.get(PAYEUR))
    if set(request.session.keys()) != {BORNE}:  # one that nobody used serves again
        request.session.flush()
        request.session[BORNE] = True
    reponse = redirect("telepaiement:accueil")
    reponse.set_cookie(
        TEMOIN,
        _temoin(),
        max_age=DUREE,
        path="/payer/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return reponse


def _abandonner(payeur: str | None) -> None:
    """Cancel what the last payer began and left; what the bank may be taking is followed alone."""
    if payeur is None:
        return
    ouvertes = Tentative.objects.ouvertes().filter(session_payeur=payeur)
    for tentative in ouvertes.avec_engagement().filter(engagee=False):
        try:
            fermer(tentative, "annuler", source="borne remise à zéro")
        except (PasserelleMuette, PasserelleRefuse):
            continue  # the sweeper closes it
