"""The public home, the dashboard of each role, the legal pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from facturier.acces.controle import ouvrir_a_tous, ouvrir_aux_comptes
from facturier.accueil.navigation import cartes

PAIEMENT = "telepaiement:accueil"


@require_safe
@ouvrir_a_tous
def portes(requete: HttpRequest) -> HttpResponse:
    """Show the three doors: fournisseur, payer une somme, agent."""
    try:
        paiement = reverse(PAIEMENT)
    except NoReverseMatch:
        paiement = ""
    return render(requete, "accueil/portes.html", {"paiement": paiement})


@require_safe
@ouvrir_aux_comptes
def tableau(requete: HttpRequest) -> HttpResponse:
    """Show what waits for the person logged in, then what he may do, then what is up to date."""
    offertes = cartes(requete.user)  # type: ignore[arg-type]
    contexte = {
        "compteurs": [carte for carte in offertes if carte["carte"].nombre],
        "a_jour": [carte for carte in offertes if carte["carte"].nombre == 0],
        "liens": [carte for carte in offertes if carte["carte"].nombre is None],
    }
    return render(requete, "accueil/tableau.html", contexte)


@require_safe
@ouvrir_a_tous
def icone(requete: HttpRequest) -> HttpResponse:
    """Send to the icon of the site a browser that shows a file which names none."""
    return redirect(static("logo.svg"), permanent=True)


@require_safe
@ouvrir_a_tous
def accessibilite(requete: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(requete, "accueil/accessibilite.html")


@require_safe
@ouvrir_a_tous
def donnees(requete: HttpRequest) -> HttpResponse:
    """Show what is done with personal data."""
    return render(requete, "accueil/donnees.html")


@require_safe
@ouvrir_a_tous
def aide(requete: HttpRequest) -> HttpResponse:
    """Show help for the usual questions, and whom to contact."""
    return render(requete, "accueil/aide.html")
