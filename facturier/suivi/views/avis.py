"""Notices read in the application, how they leave by mail, and returns acknowledged or not."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.models import Role
from facturier.suivi.accuses import accuser, sans_accuse
from facturier.suivi.forms import AvisForm
from facturier.suivi.models import Avis, Facture
from facturier.suivi.notifications import marquer_lus
from facturier.suivi.pages import page_cle
from facturier.suivi.views.communs import afficher, facture_visible


@reserver_a(Role.FOURNISSEUR)
@require_safe
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List what the person was told, newest first."""
    siens = Avis.objects.filter(utilisateur=requete.user)
    contexte = {
        "page": page_cle(siens.select_related("facture__etablissement"), requete.GET),
        "non_lus": siens.filter(lu_le__isnull=True).count(),
    }
    return render(requete, "suivi/avis.html", contexte)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def tout_lire(requete: RequeteConnectee) -> HttpResponse:
    """Mark every notice as read."""
    marquer_lus(requete.user)
    messages.success(requete, "Tous vos avis sont marqués comme lus.")
    return redirect("suivi:avis")


@reserver_a(Role.FOURNISSEUR)
def choisir(requete: RequeteConnectee) -> HttpResponse:
    """Choose how each kind of notice leaves by mail."""
    saisi = requete.POST if requete.method == "POST" else None
    formulaire = AvisForm(saisi, utilisateur=requete.user)
    if formulaire.is_bound and formulaire.is_valid():
        formulaire.enregistrer()
        messages.success(requete, "Vos choix sont enregistrés.")
        return redirect("suivi:avis")
    return afficher(requete, "suivi/choix_avis.html", {"form": formulaire}, formulaire)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def accuser_retour(requete: RequeteConnectee, pk: int, retour: int) -> HttpResponse:
    """Tell that one has read a request or a rejection."""
    facture = facture_visible(requete, pk)
    choisi = get_object_or_404(facture.retours.select_related("facture__etablissement"), pk=retour)
    try:
        accuser(choisi, par=requete.user)
    except ValidationError as refus:
        messages.error(requete, " ".join(refus.messages))
    else:
        messages.success(requete, "La province sait que vous l’avez lu.")
    return redirect(facture)


@reserver_a(Role.AGENT, Role.SERVICE)
@require_safe
def retours_non_lus(requete: RequeteConnectee) -> HttpResponse:
    """List the returns that no supplier acknowledged in time, for who may call him."""
    visibles = Facture.objects.visibles_par(requete.user).deposees()
    retours = sans_accuse().filter(facture__in=visibles)
    contexte = {
        "page": page_cle(
            retours.select_related("facture__etablissement", "facture__service", "motif"),
            requete.GET,
        )
    }
    return render(requete, "suivi/retours_non_lus.html", contexte)
