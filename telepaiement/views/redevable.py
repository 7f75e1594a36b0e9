"""Pages of who holds the key of a debt: his requests, his payment links, his duplicates."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import ouvrir_a_tous
from facturier.acces.models import Utilisateur
from facturier.commun.confirmation import rapporter
from facturier.commun.provenance import adresse_client
from facturier.grand_livre.models import Titre
from telepaiement import demandes, liens, limites, quittances, recus_apurement
from telepaiement.forms import DemandeForm, ReglementForm
from telepaiement.models import LienPaiement, NatureDemande, Quittance
from telepaiement.views.communs import reponse_pdf, reponse_recu
from telepaiement.views.consultation import (
    BORNE,
    lien_retenu,
    retenir_le_lien,
    sans_memoire,
    situation,
    titre_consulte,
)
from telepaiement.views.payer import commencer


def _demandeur(request: HttpRequest) -> Utilisateur | None:
    return request.user if isinstance(request.user, Utilisateur) else None


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def demander(request: HttpRequest, titre_id: int, nature: str) -> HttpResponse:
    """Contest a debt, ask to pay it in several times, or ask to see it from one's account."""
    titre = titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    if nature not in NatureDemande.values:
        raise Http404
    if nature == NatureDemande.RATTACHEMENT and _demandeur(request) is None:
        return redirect("telepaiement:compte")
    personne = _demandeur(request)
    initial = {"courriel": personne.email} if personne else {}
    form = DemandeForm(request.POST or None, request.FILES or None, nature=nature, initial=initial)
    form = sans_memoire(request, form)
    if request.method == "POST" and form.is_valid():
        joints = [(joint.name, joint.file) for joint in form.cleaned_data.pop("documents", [])]
        try:
            demande = demandes.deposer(
                titre_id=titre.pk,
                nature=nature,
                demandeur=personne,
                documents=joints,
                **form.cleaned_data,
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, f"Votre demande {demande.reference} est déposée.")
            return redirect("telepaiement:demande", titre_id=titre.pk, pk=demande.pk)
    if form.errors:
        form.redemander_les_documents()
    contexte = {
        "form": form,
        "titre": titre,
        "nature": NatureDemande(nature),
        **situation(titre),
    }
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/demander.html", contexte, status=statut)


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def demande(request: HttpRequest, titre_id: int, pk: int) -> HttpResponse:
    """Follow a request; a POST withdraws it."""
    titre = titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    objet = get_object_or_404(titre.demandes, pk=pk)
    if objet.nature == NatureDemande.RATTACHEMENT and objet.demandeur != _demandeur(request):
        raise Http404
    if request.method == "POST":
        try:
            demandes.retirer(objet)
        except ValidationError as erreur:
            messages.error(request, erreur.message)
        else:
            messages.success(request, "Votre demande est retirée.")
        return redirect("telepaiement:demande", titre_id=titre.pk, pk=pk)
    contexte = {
        "demande": objet,
        "titre": titre,
        "suite": getattr(objet, "suite", None),
        "documents": objet.documents.all(),
        **situation(titre),
    }
    return render(request, "telepaiement/demande.html", contexte)


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def liens_titre(request: HttpRequest, titre_id: int) -> HttpResponse:
    """List the payment links of a debt; a POST makes another."""
    titre = titre_consulte(request, titre_id)
    if titre is None or request.session.get(BORNE):
        return redirect("telepaiement:accueil")
    if request.method == "POST":
        try:
            liens.creer(titre.pk)
        except ValidationError as erreur:
            messages.error(request, erreur.message)
        return redirect("telepaiement:liens", titre_id=titre.pk)
    en_vigueur = LienPaiement.objects.en_vigueur().filter(titre=titre)
    contexte = {
        "titre": titre,
        "nom": liens.nom_discret(titre.tiers),
        "liens": [(lien, liens.adresse(lien)) for lien in en_vigueur],
    }
    return render(request, "telepaiement/liens.html", contexte)


@ouvrir_a_tous
@require_POST
def revoquer_lien(request: HttpRequest, titre_id: int, pk: int) -> HttpResponse:
    """End a payment link."""
    titre = titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    liens.revoquer(get_object_or_404(LienPaiement, titre=titre, pk=pk))
    messages.success(request, "Le lien est révoqué : il ne permet plus de payer.")
    return redirect("telepaiement:liens", titre_id=titre.pk)


@ouvrir_a_tous
@never_cache
@require_GET
def entrer(request: HttpRequest, jeton: str) -> HttpResponse:
    """Come by a payment link: the session keeps which, and the browser leaves its token.

    Unknown, forged, revoked and expired links have the same answer.
    """
    trouve = liens.lire(jeton)
    if trouve is None:
        if limites.recherche_permise(adresse_client(request)):
            limites.noter_cle_fausse()
        return _perdu(request)
    retenir_le_lien(request, trouve.pk)
    return _sans_trace(redirect("telepaiement:lien_ouvert", pk=trouve.pk))


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def lien(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay for somebody by the link that this session opened: for whom, how much, no more."""
    trouve = liens.retrouver(pk) if lien_retenu(request, pk) else None
    if trouve is None:
        return _perdu(request)
    titre = trouve.titre
    lieu = situation(titre)
    form = sans_memoire(request, ReglementForm(request.POST or None, choix=lieu["choix"]))
    statut = 200
    if request.method == "POST":
        if form.is_valid() and (tentative := commencer(request, titre, form, trouve)):
            return redirect("telepaiement:paiement", jeton=tentative.jeton)
        statut, lieu = 422, situation(titre)
    contexte = {"form": form, "lien": trouve, **_vu_par_un_proche(titre, lieu)}
    return _sans_trace(render(request, "telepaiement/lien.html", contexte, status=statut))


def _vu_par_un_proche(titre: Titre, lieu: dict[str, Any]) -> dict[str, Any]:
    """Return the little that a payment link shows."""
    return {
        "reference": titre.reference,
        "service": titre.service.direction,
        "nom": liens.nom_discret(titre.tiers),
        "echeance": titre.date_echeance,
        "reste": lieu["reste"],
        "choix": lieu["choix"],
        "impayable": lieu["impayable"],
        "hors_ligne": lieu["hors_ligne"],
    }


def _perdu(request: HttpRequest) -> HttpResponse:
    return _sans_trace(render(request, "telepaiement/lien_perdu.html", status=404))


def _sans_trace(reponse: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines; no other site is told its address anyway."""
    reponse["X-Robots-Tag"] = "noindex, nofollow"
    return reponse


@ouvrir_a_tous
@never_cache
@require_GET
def duplicata(request: HttpRequest, titre_id: int, quittance_id: int) -> HttpResponse:
    """Give a receipt again, marked as a duplicate."""
    titre = titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    quittance = get_object_or_404(
        Quittance.objects.select_related("regie", "encaissement__titre__tiers"),
        pk=quittance_id,
        encaissement__titre=titre,
        encaissement__annulation__isnull=True,
    )
    return reponse_pdf(quittances.duplicata(quittance), f"duplicata-{quittance.reference}.pdf")


@ouvrir_a_tous
@never_cache
@require_GET
def recu(request: HttpRequest, titre_id: int, pk: int) -> HttpResponse:
    """Give the receipt of what settled a debt after it had waited."""
    titre = titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    return reponse_recu(request, get_object_or_404(recus_apurement.recus_de(titre), pk=pk))
