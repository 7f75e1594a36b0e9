"""Pages of the imports of tiers: hand a file in, see its trial, import, follow, correct."""

import tempfile
from io import StringIO
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from facturier.acces.models import Role
from facturier.commun.etats import franchir
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.reveil import reveiller
from fournisseurs.forms_reprise import FichierForm, recopier
from fournisseurs.models import EtatImportation, Importation
from fournisseurs.reprise.depot import deposer_importation, ecrire_rejets, lancer
from fournisseurs.tasks import avancer_importation

MONTREES = 20  # rows of the list, and rejected rows of a page
MOTIFS_MONTRES = 30
FIL = [("Tiers", "/gestion/tiers/")]
FIL_IMPORT = [*FIL, ("Imports", "/gestion/tiers/imports/")]
STOP = 286  # the status that ends the polling of htmx


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def imports(requete: RequeteConnectee) -> HttpResponse:
    """List the imports, and take the file of a new one."""
    form = FichierForm(requete.POST or None, requete.FILES or None)
    if form.is_valid():
        try:
            importation = _deposer(requete, form)
        except FichierRefuse as refus:
            form.add_error("fichier", str(refus))
        else:
            return redirect("fournisseurs:import", pk=importation.pk)
    passes = Importation.objects.select_related("deposee_par")[:MONTREES]
    return render(
        requete,
        "fournisseurs/gestion/imports.html",
        {"form": form, "importations": passes, "fil": FIL},
        status=422 if form.errors else 200,
    )


def _deposer(requete: RequeteConnectee, form: FichierForm) -> Importation:
    fichier = form.cleaned_data["fichier"]
    with tempfile.NamedTemporaryFile() as depot:
        recopier(fichier, Path(depot.name))
        importation = deposer_importation(
            Path(depot.name), nom=fichier.name or "fichier", par=requete.user
        )
    reveiller(avancer_importation, importation.pk)
    return importation


def _importation(pk: int) -> Importation:
    importations = Importation.objects.select_related("deposee_par", "lancee_par")
    importation: Importation = get_object_or_404(importations, pk=pk)
    return importation


@reserver_aux_finances(Role.AGENT)
@require_GET
def importation(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show how far an import is, what it did or would do, and the rows left out."""
    objet = _importation(pk)
    motifs = (
        objet.rejets.order_by().values("motif").annotate(nombre=Count("pk"), ligne=Min("ligne"))
    )
    est_a_lui = objet.deposee_par_id == requete.user.pk
    dernier = objet.passages.order_by("-pk").first()
    est_fini = requete.htmx and not objet.est_active  # type: ignore[attr-defined]
    return render(
        requete,
        "fournisseurs/gestion/import.html",
        {
            "importation": objet,
            "motifs": motifs.order_by("-nombre", "motif")[:MOTIFS_MONTRES],
            "rejets": objet.rejets.order_by("ligne")[:MONTREES],
            "refus": dernier.motif if dernier and objet.etat == EtatImportation.REFUSEE else "",
            "est_a_confirmer": bool(objet.comptes) and est_a_lui,
            "fil": FIL_IMPORT,
        },
        status=STOP if est_fini else 200,
    )


@reserver_aux_finances(Role.AGENT)
@require_POST
def lancer_import(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Begin the real import, or take up one that was cut short."""
    objet = _importation(pk)
    try:
        if objet.etat != EtatImportation.EN_COURS:
            lancer(objet, par=requete.user)
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
    else:
        reveiller(avancer_importation, objet.pk)
    return redirect("fournisseurs:import", pk=pk)


@reserver_aux_finances(Role.AGENT)
@require_POST
def abandonner_import(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Give up an import that was not begun."""
    try:
        franchir(_importation(pk), "abandonner", par=requete.user)
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
        return redirect("fournisseurs:import", pk=pk)
    messages.success(requete, "L’import est abandonné : rien n’a été écrit.")
    return redirect("fournisseurs:imports")


@reserver_aux_finances(Role.AGENT)
@require_GET
def rejets_import(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Give the rows left out as CSV, to be corrected and imported again."""
    sortie = StringIO()
    ecrire_rejets(_importation(pk), sortie)
    return HttpResponse(
        "\ufeff" + sortie.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="rejets-import-{pk}.csv"'},
    )
