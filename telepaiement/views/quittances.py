"""Verification of a receipt by the code printed on it: of a payment, or of what settled a titre."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import ouvrir_a_tous
from facturier.commun.provenance import adresse_client
from telepaiement import courriels, limites, quittances, recus_apurement
from telepaiement.forms import CourrielForm, VerificationForm
from telepaiement.models import Encaissement, Quittance, RecuApurement, Tentative
from telepaiement.views.communs import reponse_pdf, reponse_qr, reponse_recu
from telepaiement.views.consultation import BORNE, sans_memoire
from telepaiement.views.payer import avec_tentative, montrer

INCONNU = (
    "Aucune quittance ni aucun reçu ne porte ce code. Vérifiez-le ; s’il est bien recopié, ce "
    "document n’a pas été délivré par la province Sud."
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
    quittance = _par_code(request, code)
    if isinstance(quittance, HttpResponse):
        return quittance
    if isinstance(quittance, RecuApurement):
        contexte = {
            "recu": quittance,
            "provenance": recus_apurement.provenance(quittance.apurement),
        }
        return render(request, "telepaiement/recu_reglement.html", contexte)
    suites = Encaissement.objects.avec_suites().get(pk=quittance.encaissement_id)
    contexte = {
        "quittance": quittance,
        "encaissement": quittance.encaissement,
        "suites": suites,
        "annulation": getattr(quittance.encaissement, "annulation", None),
    }
    return render(request, "telepaiement/verification.html", contexte)


def _par_code(request: HttpRequest, code: str) -> Quittance | RecuApurement | HttpResponse:
    """Return the receipt of this code, or the page that says why there is none."""
    est_borne = bool(request.session.get(BORNE))
    if not limites.recherche_permise(adresse_client(request), est_borne=est_borne):
        contexte = {"form": VerificationForm(), "erreur": limites.trop_de_recherches()}
        return render(request, "telepaiement/verifier.html", contexte, status=429)
    lu = quittances.lire_code(code)
    trouve = (
        Quittance.objects.filter(code=lu)
        .select_related(
            "regie",
            "encaissement__titre__tiers",
            "encaissement__vente",
            "encaissement__tentative",
            "encaissement__annulation",
        )
        .first()
    ) or recus_apurement.par_code(lu)
    if trouve is None:
        contexte = {"form": VerificationForm(initial={"code": code}), "erreur": INCONNU}
        return render(request, "telepaiement/verifier.html", contexte, status=404)
    return trouve


@ouvrir_a_tous
@never_cache
@require_GET
def duplicata(request: HttpRequest, code: str) -> HttpResponse:
    """Give a receipt again to who holds its code; one paid by a link stays discreet."""
    quittance = _par_code(request, code)
    if isinstance(quittance, HttpResponse):
        return quittance
    if isinstance(quittance, RecuApurement):
        return reponse_recu(request, quittance)
    if quittance.encaissement.est_annule:
        return redirect("telepaiement:verification", code=quittance.code)
    contenu = quittances.duplicata(quittance, en_discretion=quittances.est_discrete(quittance))
    return reponse_pdf(contenu, f"duplicata-{quittance.reference}.pdf")


@ouvrir_a_tous
@never_cache
@require_GET
@avec_tentative
def code_qr(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Draw the address of the receipt of an attempt, to be scanned from the screen of a kiosk."""
    get_object_or_404(Quittance, encaissement__tentative=tentative)
    chemin = reverse("telepaiement:quittance", args=[tentative.jeton])
    return reponse_qr(f"{settings.ADRESSE_PUBLIQUE}{chemin}")


@ouvrir_a_tous
@never_cache
@require_POST
@avec_tentative
def envoyer(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Send the receipt to an address given after the payment: one, once."""
    quittance = get_object_or_404(Quittance, encaissement__tentative=tentative)
    form = sans_memoire(request, CourrielForm(request.POST))
    if not form.is_valid():
        return montrer(request, tentative, form)
    sans_adresse = Tentative.objects.filter(pk=tentative.pk, courriel="")
    if sans_adresse.update(courriel=form.cleaned_data["courriel"]):
        courriels.envoyer_quittance(quittance.pk)
        messages.success(request, "La quittance est envoyée.")
    return redirect("telepaiement:paiement", jeton=tentative.jeton)
