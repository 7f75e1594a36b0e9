"""Rules learned from the treasury: list, make one from a refused mandat, close it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.models import Mandat
from facturier.suivi import regles
from facturier.suivi.forms_regles import CloreRegleForm, RegleForm
from facturier.suivi.models import RegleApprise
from facturier.suivi.views.communs import utilisateur_de

LECTEURS = (Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR)


@reserver_a(*LECTEURS)
def liste(requete: HttpRequest) -> HttpResponse:
    """List the rules with how often each hits."""
    contexte = {
        "regles": regles.avec_frequence().select_related("auteur", "piece_origine"),
        "est_agent": utilisateur_de(requete).a_role(Role.AGENT),
    }
    return render(requete, "suivi/regles.html", contexte)


@reserver_a(Role.AGENT)
def creer(requete: HttpRequest) -> HttpResponse:
    """Make a rule, from the mandat of the address if it was refused."""
    refuse = None
    if (cle := lire_entier(requete.GET.get("mandat", ""))) is not None:
        refuse = get_object_or_404(Mandat, pk=cle, etat__in=regles.REFUSES)
    origine: list[tuple[str, object]] = []
    if refuse:
        origine = [("Mandat refusé", refuse), ("Motif de la Trésorerie", regles.motif_de(refuse))]
    contexte = {
        "titre": "Faire une règle",
        "consequence": "Un bordereau qui contient un mandat remplissant toutes les conditions ne "
        "se signera plus tant que la règle est en vigueur.",
        "action": "Mettre la règle en vigueur",
        "retour": reverse("suivi:regles"),
        "lignes": origine,
    }
    return confirmer(
        requete,
        RegleForm(requete.POST or None, initial=regles.proposer(refuse) if refuse else None),
        lambda saisie: regles.creer(par=utilisateur_de(requete), donnees=saisie, refuse=refuse),
        contexte,
        reussite="La règle est en vigueur : elle arrête les mandats visés.",
    )


@reserver_a(Role.AGENT)
def clore(requete: HttpRequest, pk: int) -> HttpResponse:
    """Close a rule."""
    regle = get_object_or_404(RegleApprise, pk=pk)
    contexte = {
        "titre": f"Clore la règle : {regle}",
        "consequence": "Après ce jour, elle n’arrête plus rien ; elle reste dans la liste.",
        "action": "Clore la règle",
        "retour": reverse("suivi:regles"),
    }
    return confirmer(
        requete,
        CloreRegleForm(requete.POST or None),
        lambda saisie: regles.clore(regle, par=utilisateur_de(requete), **saisie),
        contexte,
        reussite="La règle est close.",
    )
