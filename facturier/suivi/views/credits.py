"""Credits of a budget: opened, mandated, left."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from facturier.acces.controle import reserver_a
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.credits import lignes_de_credits
from facturier.grand_livre.models import Exercice
from facturier.suivi.mandatement import budget_courant
from facturier.suivi.views.mandats import LECTEURS


@reserver_a(*LECTEURS)
def liste(requete: HttpRequest) -> HttpResponse:
    """List the lines of the budget of one year, the present one by default."""
    annees = list(Exercice.objects.order_by("-annee").values_list("annee", flat=True))
    demandee = lire_entier(requete.GET.get("exercice", ""))
    annee = demandee if demandee in annees else timezone.localdate().year
    lignes = lignes_de_credits(annee, budget_courant().pk)
    contexte = {
        "annee": annee,
        "annees": annees,
        "lignes": lignes,
        "ouvert": sum(ligne.ouvert for ligne in lignes),
        "mandate": sum(ligne.mandate for ligne in lignes),
        "disponible": sum(ligne.disponible for ligne in lignes),
    }
    return render(requete, "suivi/credits.html", contexte)
