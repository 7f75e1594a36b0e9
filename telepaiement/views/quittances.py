"""Verification of a receipt by the code printed on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import ouvrir_a_tous
from facturier.commun.provenance import adresse_client
from telepaiement import limites, quittances
from telepaiement.forms import VerificationForm
from telepaiement.models import Quittance

INCONNU = (
    "Aucune quittance ne porte ce code. Vérifiez-le ; s’il est bien recopié, ce document n’a pas "
    "été délivré par la province Sud."
)


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def verifier(request: HttpRequest) -> HttpResponse:
    """Ask for a verification code."""
    form = VerificationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = quittances.lire_code(form.cleaned_data["code"])
        if code:
            return redirect("telepaiement:verification", code=code)
        form.add_error("code", INCONNU)
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/verifier.html", {"form": form}, status=statut)


@ouvrir_a_tous
@never_cache
@require_GET
def verification(request: HttpRequest, code: str) -> HttpResponse:
    """Tell whether a receipt is genuine, and what it says: enough to compare with the paper."""
    if not limites.recherche_permise(adresse_client(request)):
        form = VerificationForm()
        contexte = {"form": form, "erreur": limites.TROP_DE_RECHERCHES}
        return render(request, "telepaiement/verifier.html", contexte, status=429)
    quittance = (
        Quittance.objects.filter(code=quittances.lire_code(code))
        .select_related("regie", "encaissement__titre", "encaissement__annulation")
        .first()
    )
    if quittance is None:
        contexte = {"form": VerificationForm(initial={"code": code}), "erreur": INCONNU}
        return render(request, "telepaiement/verifier.html", contexte, status=404)
    contexte = {
        "quittance": quittance,
        "encaissement": quittance.encaissement,
        "annulation": getattr(quittance.encaissement, "annulation", None),
    }
    return render(request, "telepaiement/verification.html", contexte)
