"""Deposit in three steps, one thing a page: file, data, check."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import NON_TRAITABLE, confirmer
from facturier.commun.fichiers import FichierRefuse
from facturier.suivi import brouillon, depot
from facturier.suivi.depot_lot import ouvrir_brouillons
from facturier.suivi.etats import EtatFacture
from facturier.suivi.forms_depot import FactureForm, FichierForm, PieceJointeForm
from facturier.suivi.models import DepotEnAttente, Facture, Quarantaine
from facturier.suivi.prete import Verdict, verifier_avant_depot
from facturier.suivi.views.communs import afficher, utilisateur_de


def _brouillon(requete: HttpRequest, pk: int) -> Facture:
    visibles = Facture.objects.visibles_par(utilisateur_de(requete)).filter(
        etat=EtatFacture.BROUILLON
    )
    facture: Facture = get_object_or_404(
        visibles.select_related(
            "etablissement__fournisseur__tiers",
            "fournisseur",
            "service",
            "bon_commande",
            "facture_corrigee",
        ),
        pk=pk,
    )
    return facture


@reserver_a(Role.FOURNISSEUR)
def deposer(requete: HttpRequest) -> HttpResponse:
    """Step 1: take the file, read it, open a draft; or several, with what became of each."""
    utilisateur = utilisateur_de(requete)
    formulaire = FichierForm(requete.POST or None, requete.FILES or None, utilisateur=utilisateur)
    if formulaire.is_bound and formulaire.is_valid():
        sorts = ouvrir_brouillons(
            ((fichier.name, fichier) for fichier in formulaire.cleaned_data["fichier"]),
            etablissement=formulaire.cleaned_data["etablissement"],
            par=utilisateur,
            reunir_les_photos=not formulaire.cleaned_data["photos_separees"],
        )
        if len(sorts) > 1:
            return render(requete, "suivi/deposer_lot.html", {"sorts": sorts})
        if sorts[0].facture is not None:
            return redirect("suivi:saisie", sorts[0].facture)
        formulaire.add_error("fichier", sorts[0].motif)
    brouillons = (
        Facture.objects.visibles_par(utilisateur)
        .filter(etat=EtatFacture.BROUILLON)
        .select_related("etablissement")[:20]
    )
    contexte = {"form": formulaire, "brouillons": brouillons}
    return afficher(requete, "suivi/deposer.html", contexte, formulaire)


@reserver_a(Role.FOURNISSEUR)
def saisie(requete: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: correct what was read, complete what was not."""
    facture = _brouillon(requete, pk)
    if DepotEnAttente.objects.filter(facture=facture).exists():
        return redirect("suivi:verifier", facture.pk)
    formulaire = FactureForm(requete.POST or None, facture=facture)
    if formulaire.is_bound and formulaire.is_valid():
        brouillon.remplir(facture, formulaire.saisie, par=utilisateur_de(requete))
        return redirect("suivi:verifier", facture.pk)
    contexte = {"form": formulaire, "facture": facture}
    return afficher(requete, "suivi/saisie.html", contexte, formulaire)


@reserver_a(Role.FOURNISSEUR)
def verifier(requete: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: show everything and what is wrong with it, then deposit."""
    facture = _brouillon(requete, pk)
    statut = 200
    if requete.method == "POST":
        try:
            est_deposee = depot.demander_depot(facture, par=utilisateur_de(requete))
        except depot.DepotRefuse:
            statut = NON_TRAITABLE
        else:
            if est_deposee:
                messages.success(requete, f"{facture} : dépôt enregistré.")
                return redirect("suivi:depose", facture.pk)
            return redirect("suivi:verifier", facture.pk)
    points = verifier_avant_depot(facture)
    contexte = {
        "facture": facture,
        "points": points,
        "a_corriger": sum(point.verdict == Verdict.A_CORRIGER for point in points),
        "a_verifier": sum(point.verdict == Verdict.A_VERIFIER for point in points),
        "est_refusee": statut == NON_TRAITABLE,
        "quarantaine": Quarantaine.objects.filter(document__facture=facture).first(),
        "attente": DepotEnAttente.objects.filter(facture=facture).first(),
        "documents": facture.documents.all(),
        "taxes": facture.taxes.all(),
        "form": PieceJointeForm(),
    }
    return render(requete, "suivi/verifier.html", contexte, status=statut)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def joindre(requete: HttpRequest, pk: int) -> HttpResponse:
    """Add a document to the draft."""
    facture = _brouillon(requete, pk)
    utilisateur = utilisateur_de(requete)
    formulaire = PieceJointeForm(requete.POST, requete.FILES)
    if formulaire.is_valid():
        fichier: Any = formulaire.cleaned_data["fichier"]
        genre = formulaire.cleaned_data["genre"]
        try:
            brouillon.joindre(facture, fichier, nom=fichier.name, genre=genre, par=utilisateur)
        except FichierRefuse as refus:
            messages.error(requete, str(refus))
        except ValidationError as refus:
            messages.error(requete, " ".join(refus.messages))
    else:
        messages.error(requete, "Choisissez un document et sa nature.")
    return redirect("suivi:verifier", facture.pk)


@reserver_a(Role.FOURNISSEUR)
def abandonner(requete: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft, after a page that says so."""
    facture = _brouillon(requete, pk)
    contexte = {
        "titre": "Supprimer ce brouillon",
        "consequence": "La facture n’a pas été déposée : ce que vous avez saisi sera perdu.",
        "action": "Supprimer le brouillon",
        "retour": facture.get_absolute_url(),
        "est_dangereux": True,
    }
    return confirmer(
        requete,
        None,
        lambda _: depot.renoncer(facture, par=utilisateur_de(requete)),
        contexte,
        reussite="Le brouillon est supprimé.",
        vers="suivi:liste",
    )


@reserver_a(Role.FOURNISSEUR)
def depose(requete: HttpRequest, pk: int) -> HttpResponse:
    """Tell that the deposit is done, and give the certificate."""
    visibles = Facture.objects.visibles_par(utilisateur_de(requete)).deposees()
    facture = get_object_or_404(
        visibles.select_related("etablissement", "service", "facture_corrigee"), pk=pk
    )
    return render(requete, "suivi/depose.html", {"facture": facture})
