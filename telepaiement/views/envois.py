"""Pages of what a counter gives a payer on his own device: a link to pay, his receipt by mail."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from facturier.commun.fichiers import DocumentPerdu
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import envois, liens
from telepaiement.forms import EnvoiForm
from telepaiement.models import DelivranceQuittance, LienPaiement
from telepaiement.views.communs import agent, reponse_qr
from telepaiement.views.guichet import encaissement_du_guichet, original_perdu, session_exigee


@reserver_a(Role.REGISSEUR)
@require_POST
def creer_lien(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Make a payment link on a titre found at the counter, or take the one in force."""
    session = session_exigee(request)
    titre = get_object_or_404(Titre, pk=titre_id)
    try:
        lien = envois.lien_du_guichet(session=session, titre_id=titre.pk, par=agent(request))
    except ValidationError as erreur:
        messages.error(request, " ".join(erreur.messages))
        return redirect("telepaiement:guichet_titre", titre_id=titre_id)
    return redirect("telepaiement:guichet_lien", pk=lien.pk)


def _lien(request: HttpRequest, pk: int) -> LienPaiement:
    """Return a link that one gave; another's does not exist."""
    return get_object_or_404(
        LienPaiement.objects.select_related("titre__tiers"), pk=pk, par=agent(request)
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def lien(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the link for the telephone of the payer, and what is still owed."""
    objet = _lien(request, pk)
    contexte = {
        "lien": objet,
        "reste": max(reste_du(objet.titre), 0),
        "est_en_vigueur": LienPaiement.objects.en_vigueur().filter(pk=pk).exists(),
        "adresse": liens.adresse(objet),
        "envois": objet.envois.select_related("par"),
    }
    return render(request, "telepaiement/guichet/lien.html", contexte)


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def qr(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the address of a link, to be scanned from the screen of the counter."""
    return reponse_qr(liens.adresse(_lien(request, pk)))


@reserver_a(Role.REGISSEUR)
@require_POST
def revoquer_lien(request: HttpRequest, pk: int) -> HttpResponse:
    """End a link that one gave."""
    objet = _lien(request, pk)
    liens.revoquer(objet)
    messages.success(request, "Le lien est révoqué : il ne permet plus de payer.")
    return redirect("telepaiement:guichet_titre", titre_id=objet.titre_id)


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def envoyer_lien(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a link to the payer, once he has read his address again."""
    objet = _lien(request, pk)
    return _envoyer(
        request,
        lambda courriel: envois.envoyer_lien(objet, courriel, par=agent(request)),
        titre="Envoyer le lien de paiement par courriel",
        envoi=f"Lien de paiement du titre {objet.titre.reference}",
        retour=reverse("telepaiement:guichet_lien", args=[pk]),
        succes="Le lien est envoyé.",
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def envoyer_quittance(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Mail the receipt of a payment of one's tills, once the payer has read his address again."""
    fait = encaissement_du_guichet(request, encaissement_id)
    deja = DelivranceQuittance.objects.filter(quittance=fait.quittance).exists()
    nature = "Duplicata" if deja else "Original"

    def faire(courriel: str) -> None:
        try:
            envois.envoyer_quittance(fait, courriel, par=agent(request))
        except DocumentPerdu as perdu:
            raise ValidationError(original_perdu(request, fait.quittance, perdu)) from perdu

    return _envoyer(
        request,
        faire,
        titre="Envoyer la quittance par courriel",
        envoi=f"{nature} de la quittance {fait.quittance.reference}",
        retour=reverse("telepaiement:guichet_encaissement", args=[fait.pk]),
        succes="Le duplicata est envoyé." if deja else "La quittance est envoyée.",
    )


def _envoyer(
    request: HttpRequest,
    faire: Callable[[str], Any],
    *,
    titre: str,
    envoi: str,
    retour: str,
    succes: str,
) -> HttpResponse:
    """Ask for an address, show it to be read again, then send; the address is not kept."""
    form = EnvoiForm(request.POST or None)
    contexte: dict[str, Any] = {"titre": titre, "form": form, "retour": retour}
    contexte |= {"lignes": [("Envoi", envoi)], "action": "Vérifier l’adresse"}
    contexte["consequence"] = (
        "L’adresse sert à cet envoi seulement : elle n’est pas gardée avec le paiement, et le "
        "journal des courriels l’efface au bout de trente jours."
    )
    if request.method == "POST" and form.is_valid():
        if form.est_relue:
            try:
                faire(form.cleaned_data["courriel"])
            except ValidationError as erreur:
                rapporter(form, erreur)
            else:
                messages.success(request, succes)
                return redirect(retour)
        else:
            contexte["lignes"].append(("À l’adresse", form.cleaned_data["courriel"]))
            contexte["action"] = "Envoyer à cette adresse"
            contexte["consequence"] = "Faites relire l’adresse par le payeur avant d’envoyer."
            form.demander_de_relire()
            return render(request, "confirmation.html", contexte)
    statut = 422 if form.errors else 200
    return render(request, "confirmation.html", contexte, status=statut)
