"""Files of the finance software: drop, attach documents, complete."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps import depots
from exports_tps.forms import DocumentForm
from exports_tps.models import DepotExterne, DocumentExterne, PieceExterne
from exports_tps.views.flux import FIL
from exports_tps.views.pages import RequeteConnectee, fichier_range, tenter
from exports_tps.visibilite import depots_visibles
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import NON_TRAITABLE
from facturier.grand_livre.models import VISEURS


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def deposer(requete: RequeteConnectee) -> HttpResponse:
    """Take a PES_Aller of another program in; what is wrong is told line by line."""
    form = DocumentForm(requete.POST or None, requete.FILES or None)
    if form.is_bound and form.is_valid():
        fichier = form.cleaned_data["fichier"]
        try:
            flux = depots.deposer_pes(fichier, nom=fichier.name, par=requete.user)
        except ValidationError as refus:
            form.add_error("fichier", refus)
        else:
            messages.success(requete, f"{flux} est déposé et contrôlé : complétez-le.")
            return redirect(flux)
    contexte = {"form": form, "fil": FIL}
    statut = NON_TRAITABLE if form.errors else 200
    return render(requete, "exports_tps/deposer_pes.html", contexte, status=statut)


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def joindre(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Attach the document that a pièce refers to."""
    document = get_object_or_404(DocumentExterne.objects.select_related("flux", "piece"), pk=pk)

    def acte(fichier: Any) -> None:
        depots.joindre_document(document, fichier, nom=fichier.name, par=requete.user)

    lignes = [
        ("Identifiant unique", document.identifiant),
        ("Nom annoncé", document.nom or "aucun"),
        ("Pièce", str(document.piece or "aucune")),
    ]
    return _joindre(requete, document.flux, acte, f"Joindre « {document} »", lignes)


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def ajouter(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Attach a document that its pièce does not refer to."""
    piece = get_object_or_404(PieceExterne.objects.select_related("flux"), pk=pk)

    def acte(fichier: Any) -> None:
        depots.ajouter_document(piece, fichier, nom=fichier.name, par=requete.user)

    lignes = [("Pièce", str(piece)), ("Tiers", piece.nom_tiers), ("Objet", piece.objet)]
    return _joindre(requete, piece.flux, acte, f"Ajouter un document à {piece}", lignes)


@reserver_a(*VISEURS)
@require_GET
def fichier(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer the file as it was dropped: what a visa and a signature are about.

    It holds pièces of every direction: a service reads those of its own on the page.
    """
    if not requete.user.voit_toutes_les_directions:
        raise Http404("Ce fichier porte des pièces d’autres directions.")
    depot = get_object_or_404(depots_visibles(requete.user), pk=pk)
    return fichier_range(depot.sha256, nom=depot.nom, type_mime="application/xml")


@reserver_a(Role.AGENT)
@require_POST
def completer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Add the documents and make the flux ready to leave."""
    flux = get_object_or_404(DepotExterne.objects.select_related("flux"), pk=pk).flux
    tenter(
        requete,
        lambda: depots.completer_depot(flux, par=requete.user),
        "Le flux est constitué et contrôlé : vous pouvez le transmettre.",
    )
    return redirect(flux)


def _joindre(
    requete: RequeteConnectee, flux: Any, acte: Any, titre: str, lignes: list[tuple[str, str]]
) -> HttpResponse:
    form = DocumentForm(requete.POST or None, requete.FILES or None)
    if form.is_bound and form.is_valid():
        try:
            acte(form.cleaned_data["fichier"])
        except ValidationError as refus:
            form.add_error("fichier", refus)
        else:
            messages.success(requete, "Le document est joint.")
            return redirect(flux)
    contexte = {
        "form": form,
        "titre": titre,
        "consequence": "Le document part avec le flux, sous un identifiant qui ne sert qu’une "
        "fois : il ne se remplace pas.",
        "action": "Joindre le document",
        "retour": reverse("exports_tps:flux", args=[flux.pk]),
        "lignes": lignes,
    }
    statut = NON_TRAITABLE if form.errors else 200
    return render(requete, "confirmation.html", contexte, status=statut)
