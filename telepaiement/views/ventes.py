"""Pages of a sale at the counter: quantities, then the way to pay, then a confirmation."""

from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from facturier.commun.montants import afficher
from telepaiement import caisse, monnaie, ventes
from telepaiement.forms import EncaissementForm
from telepaiement.forms_regie import VenteForm
from telepaiement.models import Mode, SessionCaisse
from telepaiement.views.communs import agent, retenir, retenue
from telepaiement.views.guichet import session_exigee

VENTES = "ventes_guichet"


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def choisir(request: HttpRequest) -> HttpResponse:
    """Type how many of each product are bought."""
    session = session_exigee(request)
    donnees = request.POST if request.method == "POST" else None
    form = VenteForm(donnees, regie=session.regie)
    if request.method == "POST" and form.is_valid():
        try:
            ventes.chiffrer(session.regie, form.quantites)
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            identifiant = uuid4()
            retenir(
                request,
                VENTES,
                identifiant,
                {"quantites": form.quantites, "payeur": form.cleaned_data["payeur"]},
            )
            return redirect("telepaiement:vente_payer", identifiant=identifiant)
    statut = 422 if form.errors else 200
    contexte = {"form": form, "produits": form.produits}
    return render(request, "telepaiement/guichet/vente.html", contexte, status=statut)


def gardee(request: HttpRequest, identifiant: UUID) -> tuple[dict[str, Any], dict[int, int]]:
    """Return a sale typed before, and its quantities by product; 404 when it is unknown."""
    vente = retenue(request, VENTES, identifiant)
    return vente, {int(cle): nombre for cle, nombre in vente["quantites"].items()}


def _lignes(session: SessionCaisse, quantites: dict[int, int]) -> tuple[list[tuple[str, str]], int]:
    chiffrees = ventes.chiffrer(session.regie, quantites)
    lignes = [
        (produit.libelle, f"{quantite} à {afficher(produit.tarif)} : {afficher(somme)}")
        for produit, quantite, somme in chiffrees
    ]
    return lignes, sum(somme for _, _, somme in chiffrees)


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def payer(request: HttpRequest, identifiant: UUID) -> HttpResponse:
    """Choose how the sale is paid, and type the payment."""
    session = session_exigee(request)
    vente, quantites = gardee(request, identifiant)
    lignes, total = _lignes(session, quantites)
    modes = ventes.modes_vente(session.regie)
    mode = request.GET.get("mode", "")
    contexte: dict[str, Any] = {
        "lignes": lignes,
        "total": total,
        "modes": [(code, Mode(code).label) for code in modes],
        "identifiant": identifiant,
        "a_un_lecteur": session.guichet.lecteur and session.regie.accepte_tpe,
    }
    if mode not in modes:
        return render(request, "telepaiement/guichet/vente_payer.html", contexte)
    form = EncaissementForm(request.POST or None, mode=mode)
    del form.fields["montant"]
    if request.method == "POST" and form.is_valid():
        saisie = caisse.Saisie(
            mode=mode, montant=total, identifiant=identifiant, **form.cleaned_data
        )
        try:
            ventes.controler_vente(session=session, quantites=quantites, saisie=saisie)
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            retenir(
                request,
                VENTES,
                identifiant,
                vente | {"saisie": {"mode": mode, "montant": total, **form.cleaned_data}},
            )
            return redirect("telepaiement:vente_confirmer", identifiant=identifiant)
    contexte |= {"form": form, "mode": Mode(mode).label}
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/guichet/vente_payer.html", contexte, status=statut)


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def confirmer(request: HttpRequest, identifiant: UUID) -> HttpResponse:
    """Show the sale and the change to give; a POST records the money."""
    session = session_exigee(request)
    vente, quantites = gardee(request, identifiant)
    if "saisie" not in vente:
        raise Http404("Vente sans paiement.")
    saisie = caisse.Saisie(identifiant=identifiant, **vente["saisie"])
    lignes, _ = _lignes(session, quantites)
    lignes += [
        ("Mode de paiement", Mode(saisie.mode).label),
        ("Montant", afficher(saisie.montant)),
    ]
    if saisie.somme_remise is not None:
        lignes += monnaie.lignes(saisie.montant, saisie.somme_remise)
    contexte: dict[str, Any] = {
        "titre": "Confirmer la vente",
        "consequence": "La quittance sera émise et numérotée. Vérifiez les quantités et la somme.",
        "action": "Confirmer et émettre la quittance",
        "retour": reverse("telepaiement:vente"),
        "lignes": lignes,
        "alertes": monnaie.alertes(
            saisie.montant,
            saisie.somme_remise,
            timezone.localdate(),
            en_caisse=caisse.especes_en_caisse(session),
        ),
    }
    if request.method == "POST":
        try:
            fait = ventes.vendre(
                session=session,
                quantites=quantites,
                payeur=vente["payeur"],
                saisie=saisie,
                par=agent(request),
            )
        except ValidationError as erreur:
            contexte["consequence"] = " ".join(erreur.messages)
            return render(request, "confirmation.html", contexte, status=422)
        return redirect("telepaiement:guichet_encaissement", encaissement_id=fait.pk)
    return render(request, "confirmation.html", contexte)
