"""Bons de commande: what was ordered, received, invoiced, and is left, for both sides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher as francs
from facturier.suivi import rapprochement
from facturier.suivi.forms import MotifForm
from facturier.suivi.forms_commandes import ReceptionForm
from facturier.suivi.liquidation import avance_a_recuperer
from facturier.suivi.models import BonCommande, Facture, Reception
from facturier.suivi.pages import page_cle
from facturier.suivi.views.communs import (
    ROLES_GESTION,
    utilisateur_de,
)


@reserver_a(*ROLES_GESTION)
def liste(requete: HttpRequest) -> HttpResponse:
    """List the orders that one may see, newest first, with what is left of each."""
    return _liste(requete, "suivi/commandes.html")


@reserver_a(Role.FOURNISSEUR)
def liste_fournisseur(requete: HttpRequest) -> HttpResponse:
    """List the orders addressed to the supplier, newest first."""
    return _liste(requete, "suivi/mes_commandes.html")


def _liste(requete: HttpRequest, gabarit: str) -> HttpResponse:
    commandes = BonCommande.objects.visibles_par(utilisateur_de(requete)).avec_reste()
    if recherche := requete.GET.get("q", "").strip():
        commandes = commandes.filter(numero__icontains=recherche)
    commandes = commandes.select_related("fournisseur__tiers", "service")
    contexte = {"page": page_cle(commandes, requete.GET), "recherche": recherche}
    return render(requete, gabarit, contexte)


@reserver_a(*ROLES_GESTION)
def detail(requete: HttpRequest, pk: int) -> HttpResponse:
    """Show an order with its lines, its deliveries and its invoices."""
    utilisateur = utilisateur_de(requete)
    commande = _visible(utilisateur, pk)
    contexte = _contexte(commande, utilisateur) | {
        "avances": commande.avances.select_related("mandat"),
        "avance_restante": avance_a_recuperer(commande),
        "peut_avancer": utilisateur.a_role(Role.AGENT) and not commande.est_clos,
        "peut_recevoir": utilisateur.a_role(Role.SERVICE)
        and utilisateur.service_id == commande.service_id,
    }
    return render(requete, "suivi/commande.html", contexte)


@reserver_a(Role.FOURNISSEUR)
def detail_fournisseur(requete: HttpRequest, pk: int) -> HttpResponse:
    """Show the supplier what was ordered, received and invoiced."""
    utilisateur = utilisateur_de(requete)
    contexte = _contexte(_visible(utilisateur, pk), utilisateur)
    return render(requete, "suivi/ma_commande.html", contexte)


@reserver_a(Role.SERVICE)
def recevoir(requete: HttpRequest, pk: int) -> HttpResponse:
    """Record a delivery."""
    utilisateur = utilisateur_de(requete)
    commande = _visible(utilisateur, pk)
    formulaire = ReceptionForm(requete.POST or None, commande=commande)
    fait = rapprochement.rapprocher(commande)
    contexte = {
        "titre": f"Constater une réception : {commande.numero}",
        "consequence": "Vous attestez que la livraison ou la prestation est faite. Une erreur se "
        "corrige par une annulation, qui reste visible.",
        "action": "Enregistrer la réception",
        "retour": reverse("suivi:commande", args=[commande.pk]),
        "lignes": [("Objet", commande.objet), ("Reste à recevoir", francs(fait.reste_a_recevoir))],
    }
    return confirmer(
        requete,
        formulaire,
        lambda _: rapprochement.constater_reception(
            commande, par=utilisateur, **formulaire.reception
        ),
        contexte,
        reussite="La réception est enregistrée.",
    )


@reserver_a(Role.SERVICE)
def annuler_reception(requete: HttpRequest, pk: int, reception: int) -> HttpResponse:
    """Cancel a delivery recorded by mistake."""
    utilisateur = utilisateur_de(requete)
    commande = _visible(utilisateur, pk)
    annulee = get_object_or_404(Reception, pk=reception, commande=commande)
    contexte = {
        "titre": "Annuler une réception",
        "consequence": "La réception reste visible, avec son annulation et son motif.",
        "action": "Annuler la réception",
        "retour": reverse("suivi:commande", args=[commande.pk]),
        "lignes": [("Réception", annulee), ("Montant", francs(annulee.montant))],
        "est_dangereux": True,
    }
    return confirmer(
        requete,
        MotifForm(requete.POST or None),
        lambda saisie: rapprochement.annuler_reception(annulee, par=utilisateur, **saisie),
        contexte,
        reussite="La réception est annulée.",
    )


def _visible(utilisateur: Utilisateur, pk: int) -> BonCommande:
    visibles = BonCommande.objects.visibles_par(utilisateur)
    commande: BonCommande = get_object_or_404(
        visibles.select_related("fournisseur__tiers", "service"), pk=pk
    )
    return commande


def _contexte(commande: BonCommande, utilisateur: Utilisateur) -> dict[str, Any]:
    return {
        "commande": commande,
        "rapprochement": rapprochement.rapprocher(commande),
        "lignes": rapprochement.rapprocher_lignes(commande),
        "receptions": commande.receptions.select_related("constatee_par", "annule", "annulation"),
        "factures": Facture.objects.visibles_par(utilisateur)
        .filter(bon_commande=commande)
        .select_related("etablissement"),
    }
