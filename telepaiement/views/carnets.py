"""Pages of the booklets of quittances: issued, printed, what conflicts and what is decided."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from telepaiement import carnets, continuite, nominations
from telepaiement.forms_carnets import CarnetForm, DecisionFeuilletForm
from telepaiement.models import Carnet, Feuillet
from telepaiement.views.communs import agent, page_par_cle, reponse_pdf
from telepaiement.views.regies import LECTEURS, adresse, presenter, regie_visible, visibles

DECIDEURS = (Role.AGENT, Role.COMPTABLE)


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def emettre_carnet(request: HttpRequest, code: str) -> HttpResponse:
    """Reserve the numbers of a booklet of quittances."""
    regie = regie_visible(request, code)
    nommes = nominations.en_fonction(regie, timezone.localdate())
    form = CarnetForm(request.POST or None, habilites=[n.personne_id for n in nommes])
    return presenter(
        request,
        form,
        lambda: carnets.emettre_carnet(regie=regie, par=agent(request), **form.cleaned_data),
        vers=lambda carnet: reverse("telepaiement:carnet", args=[carnet.pk]),
        titre=f"Carnet de quittances de la {regie.libelle.lower()}",
        aide="Les numéros sont réservés : imprimez le carnet et gardez-le au guichet, pour le jour "
        "où le réseau manque.",
        action="Émettre le carnet",
        retour=adresse(regie),
        succes="Le carnet est émis : imprimez-le.",
    )


def _carnet(request: HttpRequest, pk: int) -> Carnet:
    return get_object_or_404(
        Carnet.objects.select_related("regie", "remis_a"), pk=pk, regie__in=visibles(request)
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def carnet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a booklet: leaves entered, and what conflicts."""
    objet = _carnet(request, pk)
    feuillets = objet.feuillets.select_related("carnet__regie", "encaissement__quittance__regie")
    conflits = continuite.en_conflit(objet.feuillets.all()).order_by("numero", "pk")
    return render(
        request,
        "telepaiement/regies/carnet.html",
        {
            "carnet": objet,
            "feuillets": feuillets.order_by("numero", "pk"),
            "constats": continuite.constater(conflits),
            "peut_decider": agent(request).a_role(*DECIDEURS),
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def conflits(request: HttpRequest, code: str) -> HttpResponse:
    """List what conflicts in the booklets of a régie, newest first."""
    regie = regie_visible(request, code)
    lot = continuite.en_conflit(Feuillet.objects.filter(carnet__regie=regie))
    feuillets, suivant = page_par_cle(lot, request.GET.get("apres", ""))
    return render(
        request,
        "telepaiement/regies/conflits.html",
        {
            "regie": regie,
            "constats": continuite.constater(feuillets),
            "suivant": suivant,
            "peut_decider": agent(request).a_role(*DECIDEURS),
        },
    )


@reserver_a(*DECIDEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def decider(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what is decided of what conflicts on a leaf."""
    visibles_ici = Feuillet.objects.filter(carnet__regie__in=visibles(request))
    feuillet = get_object_or_404(continuite.en_conflit(visibles_ici), pk=pk)
    [constat] = continuite.constater([feuillet])
    retour = reverse("telepaiement:carnet", args=[feuillet.carnet_id])
    form = DecisionFeuilletForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: continuite.decider(
            feuillet_id=pk, decision=form.cleaned_data["decision"], par=agent(request)
        ),
        vers=lambda _: retour,
        titre=f"Décider du feuillet {feuillet.reference}",
        aide="Ce qui est décidé reste sur le rapport de conflits du carnet.",
        lignes=[
            *(("Conflit", conflit) for conflit in constat.conflits),
            *(("Suite", suite) for suite in constat.suites),
        ],
        action="Enregistrer la décision",
        retour=retour,
        succes="La décision est enregistrée.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def carnet_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the booklet to print."""
    objet = _carnet(request, pk)
    return reponse_pdf(carnets.dessiner_carnet(objet), f"carnet-{objet.reference}.pdf")


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def conflits_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the conflict report of a booklet to print."""
    objet = _carnet(request, pk)
    nom = f"conflits-{objet.reference}.pdf"
    return reponse_pdf(continuite.dessiner_rapport(objet), nom)
