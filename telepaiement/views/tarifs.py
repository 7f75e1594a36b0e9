"""Pages of the published tariffs: for everyone, and for those who publish them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import ouvrir_a_tous, reserver_a
from facturier.acces.models import Role
from facturier.commun.montants import afficher
from telepaiement import tarifs
from telepaiement.forms_regie import FinTarifForm, TarifForm
from telepaiement.models import Produit, Tarif
from telepaiement.views.communs import agent
from telepaiement.views.regies import LECTEURS, presenter


@ouvrir_a_tous
@never_cache
@require_GET
def publies(request: HttpRequest) -> HttpResponse:
    """Show to everyone the prices of today, and what founds them."""
    lignes = tarifs.en_vigueur(timezone.localdate()).select_related("produit")
    return render(request, "telepaiement/tarifs.html", {"tarifs": lignes})


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List what counters may sell, or have sold, with all its tariffs, past and to come."""
    vendus = tarifs.vendus_au_guichet().prefetch_related("tarifs")
    retires = Produit.objects.filter(tarifs__isnull=False).exclude(pk__in=vendus.values("pk"))
    contexte = {
        "produits": [un for un in vendus if un.tarifs.all()],
        "sans_tarif": [un for un in vendus if not un.tarifs.all()],
        "retires": retires.distinct().order_by("code").prefetch_related("tarifs"),
        "aujourd_hui": timezone.localdate(),
        "peut_gerer": agent(request).a_role(Role.AGENT),
    }
    return render(request, "telepaiement/regies/tarifs.html", contexte)


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def publier(request: HttpRequest, code: str) -> HttpResponse:
    """Publish a price."""
    produit = get_object_or_404(Produit, code=code)
    form = TarifForm(request.POST or None, initial={"debut": timezone.localdate()})
    return presenter(
        request,
        form,
        lambda: tarifs.publier(produit=produit, par=agent(request), **form.cleaned_data),
        vers=lambda _: reverse("telepaiement:tarifs_gestion"),
        titre=f"Publier un tarif : {produit.libelle.lower()}",
        aide="Le tarif en vigueur prend fin la veille. Ce qui est déjà vendu garde son prix.",
        action="Publier le tarif",
        retour=reverse("telepaiement:tarifs_gestion"),
        succes="Le tarif est publié.",
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def clore(request: HttpRequest, pk: int) -> HttpResponse:
    """End a tariff that no other replaces."""
    tarif = get_object_or_404(Tarif.objects.select_related("produit"), pk=pk)
    form = FinTarifForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: tarifs.clore(tarif_id=pk, par=agent(request), **form.cleaned_data),
        vers=lambda _: reverse("telepaiement:tarifs_gestion"),
        titre=f"Mettre fin au tarif de {afficher(tarif.montant)}",
        aide=f"{tarif.produit.libelle} ne se vendra plus après cette date, sauf nouveau tarif.",
        action="Mettre fin au tarif",
        retour=reverse("telepaiement:tarifs_gestion"),
        succes="Le tarif a une fin.",
        est_dangereux=True,
    )
