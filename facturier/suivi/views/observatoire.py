"""The public page of delays and its open data: nobody is named, no account is needed."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from facturier.acces.controle import ouvrir_a_tous
from facturier.commun.exports import csv_en_flux
from facturier.suivi.models import ReleveDelais
from facturier.suivi.observatoire import ENSEMBLE, effectif_minimal, lignes_ouvertes
from facturier.suivi.rapports import LEGENDE_DELAIS, Barre, durees

MOIS_MONTRES = 12


@require_safe
@ouvrir_a_tous
def page(requete: HttpRequest) -> HttpResponse:
    """Show the last twelve months of all directions together, then each direction last month."""
    mois = list(ReleveDelais.objects.filter(direction=ENSEMBLE)[:MOIS_MONTRES])
    dernier = mois[0] if mois else None
    directions = (
        ReleveDelais.objects.filter(mois=dernier.mois).exclude(direction=ENSEMBLE)
        if dernier
        else ReleveDelais.objects.none()
    )
    contexte = {
        "dernier": dernier,
        "mois": mois,
        "barres_mois": [_barre(date_format(r.mois, "F Y"), r) for r in reversed(mois)],
        "directions": directions,
        "barres_directions": [_barre(r.direction, r) for r in directions],
        "legende": LEGENDE_DELAIS,
        "minimum": effectif_minimal(),
    }
    return render(requete, "suivi/observatoire.html", contexte)


@require_safe
@ouvrir_a_tous
def donnees(requete: HttpRequest) -> HttpResponseBase:
    """Give every published figure as CSV."""
    releves = ReleveDelais.objects.order_by("mois", "direction").iterator(chunk_size=2000)
    return csv_en_flux("delais-de-paiement.csv", lignes_ouvertes(releves))


def _barre(libelle: str, releve: ReleveDelais) -> Barre:
    return Barre(libelle, releve.mediane, durees(releve.mediane, releve.p90), releve.p90)
