"""Finance staff and services: work lists, an invoice and the acts it allows."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.tons import ton_de
from facturier.suivi.actes_gestion import REGISTRE, actes_possibles
from facturier.suivi.chronologie import chronologie
from facturier.suivi.etats import EtatFacture
from facturier.suivi.forms import FiltreForm, MessageInterneForm
from facturier.suivi.horloges import horloges
from facturier.suivi.libelles import detenteur
from facturier.suivi.messagerie import ecrire
from facturier.suivi.models import Facture, ServiceFait
from facturier.suivi.pages import page_cle
from facturier.suivi.querysets import FactureQuerySet
from facturier.suivi.views.communs import (
    ROLES_GESTION,
    afficher,
    document_visible,
    facture_visible,
    reporter,
    telecharger,
    utilisateur_de,
)

ORDRE_ETATS = {etat: rang for rang, etat in enumerate(EtatFacture)}


@reserver_a(*ROLES_GESTION)
def liste(requete: HttpRequest) -> HttpResponse:
    """Show the work lists (count, amount, oldest by state), then the invoices of one of them."""
    visibles = Facture.objects.visibles_par(utilisateur_de(requete)).deposees()
    filtre = FiltreForm(requete.GET or None)
    lignes = filtre.appliquer(visibles.select_related("etablissement", "service"))
    contexte = {
        "form": filtre,
        "page": page_cle(lignes, requete.GET),
        "compteurs": _compteurs(visibles),
        "est_filtree": bool(requete.GET),
    }
    return render(requete, "suivi/gestion_liste.html", contexte)


@reserver_a(*ROLES_GESTION)
def detail(requete: HttpRequest, pk: int) -> HttpResponse:
    """Show an invoice with its documents, its story and the acts allowed to this person."""
    facture = facture_visible(requete, pk)
    if facture.est_brouillon:
        raise Http404("Un brouillon n’est pas encore à la province.")
    contexte = {
        "facture": facture,
        "actes": actes_possibles(facture, utilisateur_de(requete)),
        "est_a_mandater": facture.etat == EtatFacture.LIQUIDEE
        and facture.mandat_id is None
        and utilisateur_de(requete).a_role(Role.AGENT),
        "detenteur": detenteur(facture, pour_fournisseur=False),
        "horloges": horloges(facture),
        "etapes": chronologie(facture, est_interne=True),
        "documents": facture.documents.all(),
        "lignes": facture.lignes.all(),
        "taxes": facture.taxes.all(),
        "retours": facture.retours.select_related("motif", "cree_par", "repondu_par"),
        "service_fait": ServiceFait.objects.filter(facture=facture).first(),
        "reste_commande": facture.bon_commande.reste() if facture.bon_commande else None,
        "fil_messages": facture.messages.select_related("auteur"),
        "form": MessageInterneForm(),
        "peut_ecrire": utilisateur_de(requete).a_role(Role.AGENT, Role.SERVICE),
    }
    return render(requete, "suivi/gestion_detail.html", contexte)


@reserver_a(Role.AGENT, Role.SERVICE)
def acte(requete: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Carry out one act, after a page that says what it does and asks what it needs."""
    facture = facture_visible(requete, pk)
    utilisateur = utilisateur_de(requete)
    choisi = REGISTRE.get(code)
    if choisi is None:
        raise Http404("Cet acte n’existe pas.")
    saisi = requete.POST if requete.method == "POST" else None
    formulaire = choisi.formulaire(saisi, facture=facture) if choisi.formulaire else None
    refus: list[str] = []
    if saisi is not None and (formulaire is None or formulaire.is_valid()):
        try:
            choisi.executer(facture, utilisateur, formulaire)
        except ValidationError as erreur:
            if formulaire is None:
                refus = erreur.messages
            else:
                reporter(formulaire, erreur)
        else:
            messages.success(requete, f"Facture {facture.numero} : {choisi.fait}")
            return redirect("suivi:gestion_detail", facture.pk)
    for message in refus:
        messages.error(requete, message)
    contexte = {
        "form": formulaire,
        "titre": f"{choisi.libelle} : {facture.numero}",
        "consequence": choisi.consequence,
        "action": choisi.libelle,
        "retour": reverse("suivi:gestion_detail", args=[facture.pk]),
        "est_dangereux": choisi.est_dangereux,
        "lignes": _resume(facture),
    }
    formulaires = [formulaire] if formulaire else []
    return afficher(requete, "confirmation.html", contexte, *formulaires)


@reserver_a(Role.AGENT, Role.SERVICE)
@require_POST
def message(requete: HttpRequest, pk: int) -> HttpResponse:
    """Write to the supplier, or inside the province."""
    facture = facture_visible(requete, pk)
    formulaire = MessageInterneForm(requete.POST)
    if formulaire.is_valid():
        ecrire(
            facture,
            formulaire.cleaned_data["texte"],
            par=utilisateur_de(requete),
            est_interne=formulaire.cleaned_data["est_interne"],
        )
        messages.success(requete, "Le message est enregistré.")
    else:
        messages.error(requete, "Écrivez un message de 2 000 caractères au plus.")
    return redirect("suivi:gestion_detail", facture.pk)


@reserver_a(*ROLES_GESTION)
def document(requete: HttpRequest, pk: int, document: int) -> FileResponse:
    """Download one document of an invoice."""
    return telecharger(document_visible(requete, pk, document))


def _compteurs(visibles: FactureQuerySet) -> list[dict[str, object]]:
    """Return the work lists in the order of the circuit, with their age in days."""
    maintenant = timezone.now()
    compteurs = sorted(
        visibles.comptees_par_etat(),
        key=lambda ligne: ORDRE_ETATS[ligne["etat"]],
    )
    for ligne in compteurs:
        ligne["libelle"] = EtatFacture(ligne["etat"]).label
        ligne["ton"] = ton_de(Facture, ligne["etat"])
        ligne["jours"] = (maintenant - ligne["plus_ancienne"]).days
    return compteurs


def _resume(facture: Facture) -> list[tuple[str, object]]:
    return [
        ("Fournisseur", facture.etablissement.denomination),
        ("Facture", facture.numero),
        ("Service", facture.service),
        ("Bon de commande", facture.bon_commande or "aucun"),
    ]
