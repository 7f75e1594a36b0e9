"""Titres that money settled and that the treasury refused: the list, and the act on one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps.forms import RemiseForm
from exports_tps.remises import (
    a_remettre,
    ce_qui_interdit_de_remettre,
    raisons_du_refus,
    remettre_en_preparation,
)
from exports_tps.views.pages import RequeteConnectee, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import regle_par_piece

FIL = [("Titres", "/gestion/titres/")]


@reserver_a(Role.AGENT, Role.COMPTABLE)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List them, newest first, each with what settled it and what the treasury said."""
    page, suivant = page_par_cle(requete, a_remettre().select_related("bordereau"))
    regles = regle_par_piece([titre.pk for titre in page])
    raisons = raisons_du_refus(page)
    return render(
        requete,
        "exports_tps/titres_refuses.html",
        {
            "titres": [(titre, regles.get(titre.pk, 0), raisons[titre.pk]) for titre in page],
            "suivant": suivant,
            "est_agent": requete.user.a_role(Role.AGENT),
            "fil": FIL,
        },
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def remettre(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Let one be presented again, after a page that says what it does."""
    titre = get_object_or_404(Titre.objects.select_related("bordereau"), pk=pk)
    adresse = reverse("telepaiement:titre", args=[pk])
    if raison := ce_qui_interdit_de_remettre(titre):
        messages.error(requete, raison)
        return redirect(adresse)
    return confirmer(
        requete,
        RemiseForm(requete.POST or None),
        lambda donnees: remettre_en_preparation(titre, par=requete.user, **donnees),
        {
            "titre": f"Remettre en préparation le titre {titre.reference}",
            "consequence": "Il quitte son bordereau, qui garde la trace de ce qu’il a présenté, "
            "et attend en préparation d’être inscrit sur un autre. Son numéro, sa clé de paiement "
            "et ce qui est encaissé ne changent pas.",
            "action": "Remettre en préparation",
            "retour": adresse,
            "lignes": [
                ("Débiteur", titre.nom_tiers),
                ("Montant", afficher(titre.montant_ttc)),
                ("Déjà encaissé", afficher(regle_par_piece([pk]).get(pk, 0))),
                ("Bordereau", titre.bordereau.reference if titre.bordereau else "aucun"),
                ("Refus de la Trésorerie", raisons_du_refus([titre])[pk]),
            ],
        },
        reussite=f"Le titre {titre.reference} est en préparation : inscrivez-le sur un bordereau.",
    )
