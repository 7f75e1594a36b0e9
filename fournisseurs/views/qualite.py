"""Dashboard of the quality of the tiers: over time, and by anomaly."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from fournisseurs.anomalies import CATALOGUE, SERAIT_REJETE
from fournisseurs.models import ROLES_GESTION, ReleveQualite

JOURS_MONTRES = 30
FIL = [("Tiers", "/gestion/tiers/")]


@reserver_aux_finances(*ROLES_GESTION)
@require_GET
def qualite(requete: RequeteConnectee) -> HttpResponse:
    """Show the last nightly checks, and how many tiers have each anomaly, to list them."""
    releves = list(ReleveQualite.objects.all()[:JOURS_MONTRES])
    dernier = releves[0] if releves else None
    nombres = dernier.anomalies if dernier else {}
    contexte = {
        "dernier": dernier,
        "releves": releves,
        "points": [(f"{r.jour:%d/%m/%Y}", r.score_moyen) for r in reversed(releves)],
        "anomalies": sorted(
            ((d, nombres[code]) for code, d in CATALOGUE.items() if nombres.get(code)),
            key=lambda paire: -paire[1],
        ),
        "serait_rejete": SERAIT_REJETE,
        "fil": FIL,
    }
    return render(requete, "fournisseurs/gestion/qualite.html", contexte)
