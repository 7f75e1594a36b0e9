"""The dashboard of the exchanges with the treasury: drawings, tables, exports."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from exports_tps.tableau import MOIS, depuis, volets
from exports_tps.views.pages import LECTEURS, RequeteConnectee
from facturier.acces.controle import reserver_a
from facturier.commun.exports import Tableau, TropDeLignes, exporter
from facturier.commun.nombres import lire_entier

FIL = [("Flux", "/gestion/flux/")]
TITRE = "Échanges avec la Trésorerie"
PERIODES = (3, 6, MOIS)
LIGNES_A_L_ECRAN = 100  # the exports have them all


@reserver_a(*LECTEURS)
@require_safe
def page(requete: RequeteConnectee) -> HttpResponse:
    """Show the dashboard: each part with its drawing, its table and its exports."""
    mois = _mois(requete)
    contexte = {
        "titre": TITRE,
        "volets": volets(depuis(mois)),
        "mois": mois,
        "periodes": PERIODES,
        "lignes_affichees": LIGNES_A_L_ECRAN,
        "fil": FIL,
    }
    return render(requete, "exports_tps/tableau.html", contexte)


@reserver_a(*LECTEURS)
@require_safe
def exporter_volet(requete: RequeteConnectee, volet: int, extension: str) -> HttpResponseBase:
    """Give one part of the dashboard as a file, all its rows."""
    tous = volets(depuis(_mois(requete)))
    if volet >= len(tous):
        raise Http404("Ce volet n’existe pas.")
    partie = tous[volet]
    fichier = Tableau(
        nom=f"echanges-tps-{volet + 1}-{timezone.localdate():%Y-%m-%d}",
        titre=TITRE,
        description=partie.titre,
        colonnes=partie.colonnes,
        lignes=partie.lignes,
    )
    try:
        return exporter(fichier, extension)
    except TropDeLignes as refus:
        messages.error(requete, str(refus))
        return redirect("exports_tps:tableau")


def _mois(requete: RequeteConnectee) -> int:
    """Return the period asked for, twelve months unless it is one of ours."""
    choix = lire_entier(requete.GET.get("mois", ""))
    return choix if choix in PERIODES else MOIS
