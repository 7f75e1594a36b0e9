"""The supplier's list: filters in the address, views kept by name, exports of what is shown."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import NON_TRAITABLE
from facturier.commun.exports import TropDeLignes, exporter
from facturier.suivi.etats import ATTENDENT_FOURNISSEUR
from facturier.suivi.forms_liste import FiltreFacturesForm, VueForm
from facturier.suivi.libelles import libelle_public, ton_public
from facturier.suivi.liste import compter, enregistrer_vue, lire_page, tableau
from facturier.suivi.models import Avis, Facture, VueEnregistree


@reserver_a(Role.FOURNISSEUR)
@require_safe
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List the invoices of one's établissements; those to complete come first in a banner."""
    filtre = _filtre(requete)
    page = lire_page(filtre, requete.user, requete.GET)
    a_completer = Facture.objects.visibles_par(requete.user).filter(
        etablissement__in=filtre.etablissements, etat__in=ATTENDENT_FOURNISSEUR
    )
    contexte = {
        "form": filtre,
        "page": page,
        "nombre": compter(filtre, requete.user),
        "lignes": [
            (facture, libelle_public(facture), ton_public(facture)) for facture in page.objets
        ],
        "a_completer": [] if filtre.est_filtree else a_completer[:5],
        "non_lus": Avis.objects.filter(utilisateur=requete.user, lu_le__isnull=True).count(),
        "vues": VueEnregistree.objects.filter(utilisateur=requete.user),
        "form_vue": VueForm(initial={"parametres": filtre.parametres}),
    }
    statut = NON_TRAITABLE if filtre.errors else 200
    return render(requete, "suivi/liste.html", contexte, status=statut)


@reserver_a(Role.FOURNISSEUR)
@require_safe
def exporter_liste(requete: RequeteConnectee, extension: str) -> HttpResponseBase:
    """Give the whole list that the filters of the address show."""
    filtre = _filtre(requete)
    if filtre.errors:
        return _retour(requete.GET.urlencode())
    try:
        return exporter(tableau(filtre, requete.user), extension)
    except TropDeLignes as refus:
        messages.error(requete, str(refus))
        return _retour(filtre.parametres)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def garder_vue(requete: RequeteConnectee) -> HttpResponse:
    """Keep the filters of the list under a name."""
    form = VueForm(requete.POST)
    if not form.is_valid():
        erreurs = [str(message) for liste in form.errors.values() for message in liste]
        messages.error(requete, " ".join(erreurs))
        return _retour(requete.POST.get("parametres", ""))
    try:
        vue = enregistrer_vue(**form.cleaned_data, par=requete.user)
    except ValidationError as refus:
        messages.error(requete, " ".join(refus.messages))
        return _retour(form.cleaned_data["parametres"])
    messages.success(requete, f"La vue « {vue.nom} » est enregistrée.")
    return _retour(vue.parametres)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def supprimer_vue(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Forget one of one's views."""
    vue = get_object_or_404(VueEnregistree, pk=pk, utilisateur=requete.user)
    vue.delete()
    messages.success(requete, f"La vue « {vue.nom} » est supprimée.")
    return redirect("suivi:liste")


def _filtre(requete: RequeteConnectee) -> FiltreFacturesForm:
    filtre = FiltreFacturesForm(requete.GET, utilisateur=requete.user)
    filtre.is_valid()
    return filtre


def _retour(parametres: str) -> HttpResponse:
    return redirect(f"{reverse('suivi:liste')}{'?' if parametres else ''}{parametres}")
