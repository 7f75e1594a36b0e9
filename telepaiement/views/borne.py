"""Kiosk: the same pages, bare and large, which forget who was there."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from facturier.acces.controle import ouvrir_a_tous
from telepaiement.models import Tentative
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.synchronisation import fermer
from telepaiement.views.consultation import BORNE, PAYEUR


@ouvrir_a_tous
@never_cache
@require_GET
def borne(request: HttpRequest, cle: str) -> HttpResponse:
    """Begin afresh on a kiosk: the address it opens on, and goes back to after 90 s without use.

    The key is that of the setting `PAIEMENT_BORNE_CLE`: nobody is led into this mode by a link.
    """
    attendue = settings.PAIEMENT_BORNE_CLE
    if not attendue or not constant_time_compare(cle, attendue):
        raise Http404
    if request.session.get(BORNE):
        _abandonner(request.session.get(PAYEUR))
    if set(request.session.keys()) != {BORNE}:  # one that nobody used serves again
        request.session.flush()
        request.session[BORNE] = cle
    return redirect("telepaiement:accueil")


def _abandonner(payeur: str | None) -> None:
    """Cancel what the last payer began and left; what the bank may be taking is followed alone."""
    if payeur is None:
        return
    for tentative in Tentative.objects.ouvertes().filter(session_payeur=payeur):
        if tentative.est_engagee:
            continue
        try:
            fermer(tentative, "annuler", source="borne remise à zéro")
        except (PasserelleMuette, PasserelleRefuse):
            continue  # the sweeper closes it
