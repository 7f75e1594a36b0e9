"""Pages of the receipts to classify: listed, then assigned to a titre or to a sale."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.montants import afficher
from telepaiement import classement, creances
from telepaiement.forms import MotifForm
from telepaiement.forms_regie import ClassementForm, VenteForm
from telepaiement.models import Encaissement
from telepaiement.views.communs import agent, page_par_cle
from telepaiement.views.regies import presenter

LECTEURS = (Role.AGENT, Role.COMPTABLE)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List the receipts that pay nothing known, oldest first, with their age."""
    lot = classement.a_classer().select_related(
        "regie", "quittance__regie", "feuillet__carnet__regie"
    )
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""), croissant=True)
    maintenant = timezone.now()
    return render(
        request,
        "telepaiement/argent/a_classer.html",
        {
            "recettes": [(un, (maintenant - un.encaisse_le).days) for un in page],
            "suivant": suivant,
        },
    )


def _recettes() -> QuerySet[Encaissement]:
    return Encaissement.objects.exclude(mention="").select_related("regie", "quittance__regie")


def _recette(pk: int) -> Encaissement:
    return get_object_or_404(_recettes(), pk=pk)


def _lignes(recette: Encaissement) -> list[tuple[str, str]]:
    return [
        ("Quittance", recette.quittance.reference),
        (recette.nom_mention, recette.mention),
        ("Montant", afficher(recette.montant)),
        ("Régie", recette.regie.libelle),
    ]


def _adresse(fait: Encaissement) -> str:
    return reverse("telepaiement:encaissement", args=[fait.pk])


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def au_titre(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign a receipt to a titre."""
    recette = _recette(pk)
    form = ClassementForm(request.POST or None)

    def faire() -> Encaissement:
        titres = creances.par_reference(form.cleaned_data["reference"])
        if not titres:
            raise ValidationError({"reference": "Aucun titre ne porte cette référence."})
        return classement.classer_au_titre(
            encaissement_id=pk, titre_id=titres[0].pk, par=agent(request)
        )

    return presenter(
        request,
        form,
        faire,
        vers=_adresse,
        titre="Classer une recette à un titre",
        aide="Le titre est payé d’autant. Ce qui dépasse ce qu’il doit est à rendre.",
        lignes=_lignes(recette),
        action="Classer la recette",
        retour=_adresse(recette),
        succes="La recette est classée : le titre est payé d’autant.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def a_la_vente(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign a receipt to a sale of published tariffs."""
    recette = _recette(pk)
    form = VenteForm(request.POST or None, regie=recette.regie)
    return presenter(
        request,
        form,
        lambda: classement.classer_a_la_vente(
            encaissement_id=pk,
            quantites=form.quantites,
            payeur=form.cleaned_data["payeur"],
            par=agent(request),
        ),
        vers=_adresse,
        titre="Classer une recette à une vente",
        aide="Les quantités doivent valoir exactement la somme reçue, aux tarifs d’aujourd’hui.",
        lignes=_lignes(recette),
        action="Classer la recette",
        retour=_adresse(recette),
        succes="La recette est classée : la vente attend son titre de régularisation.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def declasser(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a classing, with a reason: the receipt waits again."""
    fait = get_object_or_404(
        Encaissement.objects.exclude(provenance=None).select_related("titre"), pk=pk
    )
    recette = get_object_or_404(_recettes(), classements=fait)
    form = MotifForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: classement.declasser(
            encaissement_id=pk, motif=form.cleaned_data["motif"], par=agent(request)
        ),
        vers=lambda _: _adresse(recette),
        titre=f"Annuler le classement : {fait.objet}",
        aide="L’écriture est contrepassée et la recette attend à nouveau d’être classée. Un titre "
        "qu’elle payait est dû à nouveau.",
        lignes=_lignes(recette),
        action="Annuler le classement",
        retour=_adresse(fait),
        succes="Le classement est annulé : la recette attend d’être classée.",
    )
