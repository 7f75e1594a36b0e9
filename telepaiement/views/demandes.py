"""Desk of the finance staff: requests of debtors, échéanciers agreed, instalments that are late."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun import reception
from facturier.commun.apercu import remettre
from facturier.commun.confirmation import confirmer, rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.soldes import reste_du
from telepaiement import contestations, demandes, echeanciers
from telepaiement.forms import DecisionForm, EcheancesFormSet, MotifForm
from telepaiement.models import (
    DemandeRedevable,
    DocumentDemande,
    Echeancier,
    EtatDemande,
    EtatEcheancier,
    NatureDemande,
)
from telepaiement.reductions import est_reductible
from telepaiement.views.communs import PAR_PAGE, agent, page_par_cle

BUREAU = (Role.AGENT, Role.COMPTABLE)
DELAI_PREMIERE = timedelta(days=30)


@reserver_a(*BUREAU)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List the requests, newest first, by state; and what is late."""
    lot = DemandeRedevable.objects.select_related("titre__tiers", "decidee_par")
    etat = request.GET.get("etat", "")
    if etat in EtatDemande.values:
        lot = lot.filter(etat=etat)
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""))
    return render(
        request,
        "telepaiement/demandes/liste.html",
        {
            "demandes": page,
            "suivant": suivant,
            "etat": etat,
            "etats": EtatDemande.choices,
            "retards": list(echeanciers.en_retard(PAR_PAGE)),
            "nombre_de_retards": echeanciers.tous_en_retard().count(),
            "sans_suite": contestations.sans_suite()[:PAR_PAGE],
        },
    )


@reserver_a(*BUREAU)
@never_cache
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request; a POST accepts or refuses it with an answer, and instalments if asked for."""
    objet = get_object_or_404(
        DemandeRedevable.objects.select_related(
            "titre__tiers", "titre__service", "demandeur", "suite__reduction"
        ),
        pk=pk,
    )
    reste = reste_du(objet.titre)
    form = DecisionForm(request.POST or None)
    lot = _echeances(request, objet, reste)
    if request.method == "POST" and _decider(request, objet, form, lot):
        if _suite(objet, reste, agent(request))["peut_reduire"]:
            return redirect("telepaiement:titre_reduire", titre_id=objet.titre_id)
        return redirect("telepaiement:demande_gestion", pk=pk)
    echeancier = Echeancier.objects.filter(demande=objet).first()
    contexte = {
        "demande": objet,
        "titre": objet.titre,
        "reste": max(reste, 0),
        "form": form,
        "lot": lot,
        "echeancier": echeancier,
        "echeances": echeanciers.suivies(echeancier, reste) if echeancier else [],
        "peut_rompre": echeancier is not None and echeancier.etat == EtatEcheancier.EN_COURS,
        "suite": getattr(objet, "suite", None),
        "documents": objet.documents.all(),
        **_suite(objet, reste, agent(request)),
    }
    statut = 422 if form.errors or (lot and lot.total_error_count()) else 200
    return render(request, "telepaiement/demandes/detail.html", contexte, status=statut)


def _suite(objet: DemandeRedevable, reste: int, personne: Utilisateur) -> dict[str, bool]:
    """Return what may be done with the titre of a contestation accepted, and not followed yet."""
    if not contestations.sans_suite().filter(pk=objet.pk).exists():
        return {"attend_une_suite": False, "peut_reduire": False}
    est_agent = personne.a_role(Role.AGENT)
    return {
        "attend_une_suite": True,
        "peut_reduire": est_agent and est_reductible(objet.titre, reste),
    }


def _echeances(request: HttpRequest, objet: DemandeRedevable, reste: int) -> Any:
    """Return the instalments typed, or proposed: monthly, equal, the first in thirty days."""
    if objet.nature != NatureDemande.ECHEANCIER or not objet.est_ouverte:
        return None
    if request.method == "POST":
        return EcheancesFormSet(request.POST, prefix="echeances")
    if reste <= 0:
        return None
    demande = lire_entier(request.GET.get("nombre", ""))
    nombre = (objet.nombre_souhaite or 2) if demande is None else demande
    nombre = max(2, min(nombre, 24, reste))
    premiere = timezone.localdate() + DELAI_PREMIERE
    proposees = echeanciers.proposer(reste, nombre, premiere)
    return EcheancesFormSet(
        initial=[{"le": le, "montant": montant} for le, montant in proposees], prefix="echeances"
    )


def _decider(request: HttpRequest, objet: DemandeRedevable, form: DecisionForm, lot: Any) -> bool:
    """Carry out the decision posted; False, with its errors in the forms, when it is refused."""
    if not form.is_valid():
        return False
    reponse = form.cleaned_data["reponse"]
    try:
        if request.POST.get("decision") == "refuser":
            demandes.refuser(objet, reponse=reponse, par=agent(request))
        elif lot is not None and not lot.is_valid():
            return False
        else:
            lignes = [ligne for ligne in lot.cleaned_data if ligne] if lot is not None else []
            demandes.accepter(
                objet,
                reponse=reponse,
                echeances=[(ligne["le"], ligne["montant"]) for ligne in lignes],
                par=agent(request),
            )
    except ValidationError as erreur:
        rapporter(form, erreur)
        return False
    etat = objet.get_etat_display().lower()
    messages.success(request, f"La demande {objet.reference} est {etat}.")
    return True


@reserver_a(*BUREAU)
@never_cache
@require_GET
def document(request: HttpRequest, pk: int, rang: int) -> HttpResponseBase:
    """Hand back, as an attachment, a document joined to a request."""
    objet = get_object_or_404(DocumentDemande, demande=pk, rang=rang)
    try:
        flux = reception.ouvrir(objet)
    except FichierRefuse as refus:
        return render(request, "document_indisponible.html", {"raison": str(refus)}, status=409)
    return remettre(flux, nom=objet.nom, type_mime=objet.type_mime)


@reserver_a(*BUREAU)
@require_POST
def instruire(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody looks at a request."""
    objet = get_object_or_404(DemandeRedevable, pk=pk)
    try:
        demandes.instruire(objet, par=agent(request))
    except ValidationError as erreur:
        messages.error(request, erreur.message)
    return redirect("telepaiement:demande_gestion", pk=pk)


@reserver_a(*BUREAU)
@never_cache
@require_http_methods(["GET", "POST"])
def laisser(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the titre stays as it is although its contestation was accepted."""
    objet = get_object_or_404(contestations.sans_suite(), pk=pk)
    contexte = {
        "titre": f"Laisser le titre {objet.titre.reference} inchangé",
        "consequence": "La contestation est acceptée, mais rien ne change pour le redevable : il "
        "lira ce motif.",
        "action": "Laisser inchangé",
        "retour": reverse("telepaiement:demande_gestion", args=[pk]),
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: contestations.laisser(objet, par=agent(request), **saisie),
        contexte,
        reussite="Le titre reste inchangé : le redevable en est prévenu.",
    )


@reserver_a(*BUREAU)
@never_cache
@require_http_methods(["GET", "POST"])
def rompre(request: HttpRequest, pk: int) -> HttpResponse:
    """Break an échéancier that is not kept."""
    objet = get_object_or_404(Echeancier.objects.select_related("titre"), pk=pk)
    contexte = {
        "titre": f"Rompre l’échéancier du titre {objet.titre.reference}",
        "consequence": "Tout ce qui reste dû devient exigible. Le redevable est prévenu.",
        "action": "Rompre l’échéancier",
        "retour": reverse("telepaiement:demande_gestion", args=[objet.demande_id]),
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: echeanciers.rompre(pk, par=agent(request), **saisie),
        contexte,
        reussite="L’échéancier est rompu : toute la somme est due.",
    )


@reserver_a(*BUREAU)
@never_cache
@require_http_methods(["GET", "POST"])
def revoquer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the sight of a debtor back from an account."""
    objet = get_object_or_404(
        DemandeRedevable, pk=pk, nature=NatureDemande.RATTACHEMENT, etat=EtatDemande.ACCEPTEE
    )
    contexte = {
        "titre": f"Retirer le rattachement {objet.reference}",
        "consequence": "Ce compte ne verra plus ce que ce débiteur doit, ni ce qu’on lui doit.",
        "action": "Retirer le rattachement",
        "retour": reverse("telepaiement:demande_gestion", args=[pk]),
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: demandes.revoquer(objet, par=agent(request), **saisie),
        contexte,
        reussite="Le rattachement est retiré.",
    )
