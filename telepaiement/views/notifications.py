"""Where the gateway sends its notifications."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from facturier.acces.controle import ouvrir_a_tous
from telepaiement.notifications import est_deborde, recevoir, traiter
from telepaiement.passerelles.contrat import NotificationInvalide

journal = structlog.get_logger(__name__)
TAILLE_MAXIMALE = 256 * 1024  # bytes


@ouvrir_a_tous
@csrf_exempt
@require_POST
def recevoir_notification(request: HttpRequest) -> HttpResponse:
    """Store a signed message, then process it; 200 as soon as it is stored.

    What fails in processing comes back from the inbox, not from the gateway: the answer stays 200.
    In a storm the messages are only stored, and the worker drains them.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > TAILLE_MAXIMALE:
        return HttpResponse(status=413)
    corps = request.read(TAILLE_MAXIMALE + 1)
    if len(corps) > TAILLE_MAXIMALE:
        return HttpResponse(status=413)
    try:
        evenement = recevoir(corps, request.headers)
    except NotificationInvalide as erreur:
        journal.warning("notification_refusee", motif=str(erreur))
        return HttpResponse(status=400)
    if evenement is not None and not est_deborde():
        traiter(evenement)
    return HttpResponse(status=200)
