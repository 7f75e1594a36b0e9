"""Pages of what nothing explains in a payout: asked for, approved, and what waits since."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer, rapporter
from telepaiement import imputations
from telepaiement.forms import MotifForm
from telepaiement.forms_banque import CompensationForm
from telepaiement.models import (
    EtatImputation,
    ImputationVersement,
    LigneVersement,
    MouvementImpute,
    NatureLigne,
    Versement,
)
from telepaiement.views.communs import agent, page_par_cle

LECTEURS = (Role.AGENT, Role.COMPTABLE)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List what is to be approved, then what waits in the accounts, oldest first."""
    jour = timezone.localdate()
    lot = imputations.en_attente().select_related("versement", "imputation")
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""), croissant=True)
    en_face = set(
        imputations.en_attente()
        .filter(montant__in=[-ligne.montant for ligne in page], reste=F("montant"))
        .values_list("montant", flat=True)
    )
    demandes, autres_demandes = page_par_cle(
        ImputationVersement.objects.filter(etat=EtatImputation.DEMANDEE).select_related(
            "versement", "demande_par"
        ),
        request.GET.get("demandes", ""),
        croissant=True,
    )
    return render(
        request,
        "telepaiement/argent/imputations.html",
        {
            "demandes": demandes,
            "autres_demandes": autres_demandes,
            "lignes": [
                (
                    ligne,
                    imputations.compte_d_attente(ligne.montant),
                    (jour - ligne.versement.arrive_le).days,
                    -ligne.montant in en_face and ligne.reste == ligne.montant,
                )
                for ligne in page
            ],
            "suivant": suivant,
            "est_comptable": agent(request).a_role(Role.COMPTABLE),
        },
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def demander(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that what is unexplained in a payout be imputed, with a reason."""
    versement = get_object_or_404(Versement, pk=pk)
    lignes = imputations.imputables(versement)
    form = MotifForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            imputations.demander(
                versement_id=pk, motif=form.cleaned_data["motif"], par=agent(request)
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, "L’imputation attend l’approbation d’une autre personne.")
            return redirect("telepaiement:versement", pk=pk)
    contexte = {
        "titre": f"Imputer en compte d’attente : versement {versement.reference}",
        "consequence": "Une autre personne devra approuver. Le versement sera alors comptabilisé "
        "entier, et chaque mouvement attendra au compte indiqué d’être apuré."
        if lignes
        else "Rien ne s’impute dans ce versement : il est comptabilisé, ou attend autre chose "
        "qu’un mouvement inconnu.",
        "lignes": _resumer(lignes),
        "action": "Demander l’imputation" if lignes else "",
        "retour": reverse("telepaiement:versement", args=[pk]),
        "form": form if lignes or form.errors else None,
    }
    return render(request, "confirmation.html", contexte, status=422 if form.errors else 200)


def _resumer(lignes: Iterable[LigneVersement | MouvementImpute]) -> list[tuple[str, str]]:
    return [(ligne.transaction, imputations.dire(ligne)) for ligne in lignes]


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def approuver(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what another asked for: the payout is posted."""
    objet = get_object_or_404(
        ImputationVersement.objects.select_related("versement", "demande_par"), pk=pk
    )
    alertes: list[str] = []
    if request.method == "POST":
        try:
            imputations.approuver(imputation_id=pk, par=agent(request))
        except ValidationError as erreur:
            alertes = erreur.messages
        else:
            messages.success(request, "Le versement est comptabilisé, ses mouvements imputés.")
            return redirect("telepaiement:versement", pk=objet.versement_id)
    elif objet.etat != EtatImputation.DEMANDEE:
        return _plus_a_decider(request, objet)
    contexte = {
        "titre": f"Approuver l’imputation du versement {objet.versement.reference}",
        "consequence": "Le versement est comptabilisé aussitôt : cela ne s’annule pas.",
        "alertes": alertes,
        "lignes": [
            *_resumer(objet.mouvements.all()),
            ("Motif", objet.motif),
            ("Demandée par", objet.demande_par.nom_complet),
        ],
        "action": "Approuver et comptabiliser",
        "retour": reverse("telepaiement:versement", args=[objet.versement_id]),
    }
    return render(request, "confirmation.html", contexte, status=422 if alertes else 200)


def _plus_a_decider(request: HttpRequest, objet: ImputationVersement) -> HttpResponse:
    messages.info(
        request,
        f"Cette imputation n’est plus à approuver : elle est « {objet.get_etat_display()} ».",
    )
    return redirect("telepaiement:versement", pk=objet.versement_id)


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def refuser(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse an imputation, with a reason."""
    objet = get_object_or_404(ImputationVersement.objects.select_related("versement"), pk=pk)
    if request.method == "GET" and objet.etat != EtatImputation.DEMANDEE:
        return _plus_a_decider(request, objet)
    contexte = {
        "titre": f"Refuser l’imputation du versement {objet.versement.reference}",
        "consequence": "Le versement reste en écart. Une nouvelle demande reste possible.",
        "action": "Refuser l’imputation",
        "retour": reverse("telepaiement:versement", args=[objet.versement_id]),
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: imputations.refuser(imputation_id=pk, par=agent(request), **saisie),
        contexte,
        reussite="L’imputation est refusée.",
    )


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def compenser(request: HttpRequest, pk: int) -> HttpResponse:
    """Clear a movement that waits by another, the contrary of it."""
    ligne = get_object_or_404(LigneVersement, pk=pk, nature=NatureLigne.IMPUTEE)
    contexte = {
        "titre": "Compenser un mouvement en attente",
        "consequence": "Les deux mouvements quittent les comptes d’attente : cela ne s’annule pas.",
        "lignes": _resumer([ligne]),
        "action": "Compenser",
        "retour": reverse("telepaiement:imputations"),
    }
    return confirmer(
        request,
        CompensationForm(request.POST or None, contraires=imputations.contraires(ligne)),
        lambda saisie: imputations.compenser(
            ligne_id=pk,
            contraire_id=saisie["contraire"].pk,
            motif=saisie["motif"],
            par=agent(request),
        ),
        contexte,
        reussite="Les deux mouvements sont apurés.",
    )
