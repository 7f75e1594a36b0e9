"""Receipts collected before their titre: what waits, and the titre that each settles."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps.forms import DetachementForm, TitreForm
from exports_tps.models import RecettePercue
from exports_tps.recettes_percues import (
    AUCUN_TITRE,
    a_regulariser,
    annuler_regularisation,
    ce_qui_interdit_de_detacher,
    proposer_titre,
)
from exports_tps.recettes_percues import regulariser as regulariser_recette
from exports_tps.recettes_percues import titrer as titrer_recette
from exports_tps.views.pages import RequeteConnectee, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher
from facturier.commun.templatetags.coquille import jour
from telepaiement.forms import TitreForm as EmissionForm
from telepaiement.titres import DemandeTitre

FIL = [("Titres", "/gestion/titres/")]


@reserver_a(Role.AGENT, Role.COMPTABLE)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List the receipts, those that wait for their titre unless all are asked for."""
    toutes = requete.GET.get("liste") == "toutes"
    recettes = RecettePercue.objects.all() if toutes else a_regulariser()
    recettes = recettes.select_related("message").prefetch_related("regularisations__titre")
    page, suivant = page_par_cle(requete, recettes)
    return render(
        requete,
        "exports_tps/recettes_percues.html",
        {
            "recettes": page,
            "suivant": suivant,
            "toutes": toutes,
            "est_agent": requete.user.a_role(Role.AGENT),
            "fil": FIL,
        },
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def regulariser(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Settle a titre with a receipt, after a page that says what it does."""
    recette = get_object_or_404(RecettePercue, pk=pk)
    adresse = reverse("exports_tps:recettes_percues")
    return confirmer(
        requete,
        TitreForm(requete.POST or None, recette=recette),
        lambda donnees: regulariser_recette(recette, donnees["titre"], par=requete.user),
        {
            "titre": f"Rattacher à son titre : {recette}",
            "consequence": "La somme perçue règle ce titre : elle quitte le compte 47138 et la "
            "créance du titre diminue d’autant. Le titre doit déjà être émis.",
            "action": "Régler ce titre",
            "retour": adresse,
            "lignes": _lignes(recette),
        },
        reussite=f"{recette} règle son titre.",
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def titrer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Issue the titre of a receipt, its form filled in with what the treasury told."""
    recette = get_object_or_404(a_regulariser(), pk=pk)
    adresse = reverse("exports_tps:recettes_percues")
    form = EmissionForm(requete.POST or None, initial=proposer_titre(recette))
    del form.fields["date_echeance"]  # it is settled as soon as it is issued
    return confirmer(
        requete,
        form,
        lambda donnees: titrer_recette(recette, DemandeTitre(**donnees), par=requete.user),
        {
            "titre": f"Émettre le titre de régularisation : {recette}",
            "consequence": "Un titre est émis, à mettre en bordereau. La somme perçue le règle "
            "aussitôt : le débiteur n’a rien à payer. Le fichier dira à la Trésorerie quel P503 "
            "il régularise.",
            "action": "Émettre le titre",
            "retour": adresse,
            "lignes": _lignes(recette),
        },
        reussite=f"Le titre de {recette} est émis et réglé, à mettre en bordereau.",
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def detacher(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Take a receipt off the titre that it settles, after a page that says what it does."""
    recette = get_object_or_404(RecettePercue, pk=pk)
    titre = recette.titre_regle
    adresse = reverse("exports_tps:recettes_percues")
    retour = reverse("telepaiement:titre", args=[titre.pk]) if titre else adresse
    raison = ce_qui_interdit_de_detacher(titre) if titre else AUCUN_TITRE
    if requete.method == "GET" and raison:
        messages.error(requete, raison)
        return redirect(retour)
    return confirmer(
        requete,
        DetachementForm(requete.POST or None),
        lambda donnees: annuler_regularisation(recette, par=requete.user, **donnees),
        {
            "titre": f"Détacher de son titre : {recette}",
            "consequence": "L’écriture qui réglait le titre est contrepassée : il est dû de "
            "nouveau, et peut être annulé. La recette revient au compte 47138 et attend son titre.",
            "action": "Détacher la recette",
            "retour": retour,
            "lignes": [("Titre", titre.reference if titre else "aucun"), *_lignes(recette)],
            "est_dangereux": True,
        },
        reussite=f"{recette} ne règle plus ce titre : elle attend le sien.",
    )


def _lignes(recette: RecettePercue) -> list[tuple[str, str]]:
    """Return what the treasury told of a receipt."""
    return [
        ("Perçu", afficher(recette.montant)),
        ("Encaissé le", jour(recette.encaissee_le)),
        ("Payeur", recette.payeur or "non précisé"),
        ("Objet", recette.objet or "non précisé"),
        ("Produit local", recette.code_produit or "non précisé"),
    ]
