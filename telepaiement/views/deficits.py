"""Pages of a déficit: made up for, and its receipt."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.montants import afficher
from telepaiement import deficits
from telepaiement.forms_regie import ComblementForm
from telepaiement.models import (
    ComblementDeficit,
    RectificationVersement,
    Regie,
    SessionCaisse,
)
from telepaiement.views.communs import agent, reponse_pdf
from telepaiement.views.regies import LECTEURS, adresse, presenter, regie_visible, visibles


@reserver_a(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def combler_versement(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Record what the régisseur pays back of what a versement lacked."""
    regie = regie_visible(request, code)
    rectification = get_object_or_404(
        RectificationVersement.objects.select_related("versement__regie"),
        pk=pk,
        versement__regie=regie,
    )
    return _combler(request, regie, rectification)


@reserver_a(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def combler(request: HttpRequest, code: str, session_id: int) -> HttpResponse:
    """Record what the régisseur pays back of the déficit of a till."""
    regie = regie_visible(request, code)
    session = get_object_or_404(
        SessionCaisse.objects.select_related("guichet", "agent"), pk=session_id, regie=regie
    )
    return _combler(request, regie, session)


def _combler(request: HttpRequest, regie: Regie, deficit: deficits.Deficit) -> HttpResponse:
    reste = deficits.reste_a_combler(deficit)
    if not reste and request.method == "GET":
        raise Http404("Aucun déficit à combler.")
    form = ComblementForm(
        request.POST or None,
        est_regisseur=agent(request).a_role(Role.REGISSEUR),
        est_finances=agent(request).a_role(Role.AGENT, Role.COMPTABLE),
        initial={"montant": reste},
    )
    return presenter(
        request,
        form,
        lambda: deficits.combler(deficit=deficit, par=agent(request), **form.cleaned_data),
        vers=lambda _: adresse(regie),
        titre="Combler un déficit",
        aide="Le régisseur répond du déficit sur ses deniers (article 4). Ce qu’il remet en "
        "espèces part avec le prochain versement de la régie.",
        lignes=[
            *deficits.decrire(deficit),
            ("Reste à combler", afficher(reste)),
        ],
        action="Enregistrer et émettre le reçu",
        retour=adresse(regie),
        succes="Le déficit est comblé d’autant : le reçu est numéroté.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def recu(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the receipt of what was paid back."""
    objet = get_object_or_404(
        ComblementDeficit.objects.select_related(
            "regie",
            "session__guichet",
            "session__agent",
            "rectification__versement__regie",
            "par",
        ),
        pk=pk,
        regie__in=visibles(request),
    )
    return reponse_pdf(deficits.dessiner_recu(objet), f"deficit-{objet.reference}.pdf")
