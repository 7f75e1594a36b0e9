"""Statement of account: « ce qu’on me doit, ce que je dois », on screen, as PDF and as CSV."""

from io import BytesIO
from itertools import islice
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from facturier.acces.controle import RequeteConnectee, ouvrir_aux_comptes
from facturier.commun.exports import csv_en_flux
from facturier.grand_livre.models import Tiers
from facturier.grand_livre.soldes import releve
from fournisseurs.forms import PeriodeForm
from fournisseurs.models import Fournisseur
from fournisseurs.refus import trouver_visible
from fournisseurs.releves import ecrire_pdf, lignes_csv, parts_versees_a_d_autres, situation

LIGNES_A_L_ECRAN = 200


def _tiers(requete: RequeteConnectee, code: str) -> Tiers:
    """Return the tiers of this code, if the person may see it."""
    visibles = Fournisseur.objects.releves_visibles_par(requete.user).select_related("tiers")
    fiche: Fournisseur = trouver_visible(visibles, par=requete.user, tiers__code=code)
    return fiche.tiers


def _periode(requete: RequeteConnectee) -> tuple[PeriodeForm, dict[str, Any]]:
    """Return the form of the period, and its bounds when they are right."""
    form = PeriodeForm(requete.GET)
    bornes = form.cleaned_data if form.is_valid() else {}
    return form, {"debut": bornes.get("debut"), "fin": bornes.get("fin")}


@ouvrir_aux_comptes
@require_GET
def releve_de_compte(requete: RequeteConnectee, code: str) -> HttpResponse:
    """Show what is owed either way, then the movements of the period."""
    tiers = _tiers(requete, code)
    form, bornes = _periode(requete)
    lignes = list(islice(releve(tiers, **bornes), LIGNES_A_L_ECRAN + 1))
    est_agent = requete.user.voit_toutes_les_directions
    fil = ("Tiers", "/gestion/tiers/") if est_agent else ("Mes établissements", "/fournisseur/")
    return render(
        requete,
        "fournisseurs/releve.html",
        {
            "tiers": tiers,
            "form": form,
            "situation": situation(tiers),
            "parts": parts_versees_a_d_autres(tiers),
            "lignes": lignes[:LIGNES_A_L_ECRAN],
            "est_coupe": len(lignes) > LIGNES_A_L_ECRAN,
            "est_agent": est_agent,
            "fil": [fil],
        },
        status=422 if form.errors else 200,
    )


@ouvrir_aux_comptes
@require_GET
def releve_csv(requete: RequeteConnectee, code: str) -> StreamingHttpResponse:
    """Stream the statement as CSV, for a French spreadsheet."""
    tiers = _tiers(requete, code)
    _, bornes = _periode(requete)
    return csv_en_flux(f"releve-{tiers.code}.csv", lignes_csv(tiers, **bornes))


@ouvrir_aux_comptes
@require_GET
def releve_pdf(requete: RequeteConnectee, code: str) -> HttpResponse:
    """Give the statement as PDF."""
    tiers = _tiers(requete, code)
    _, bornes = _periode(requete)
    sortie = BytesIO()
    ecrire_pdf(sortie, tiers, **bornes)
    return HttpResponse(
        sortie.getvalue(),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="releve-{tiers.code}.pdf"'},
    )
