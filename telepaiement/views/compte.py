"""With an account: « ce que je dois, ce qu’on me doit », for all one acts for."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from facturier.acces.controle import RequeteConnectee, ouvrir_aux_comptes
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import LigneEcriture, Tiers, Titre
from fournisseurs.models import Etablissement, Fournisseur
from fournisseurs.releves import situation
from telepaiement.demandes import tiers_rattaches
from telepaiement.models import Encaissement, RecuApurement
from telepaiement.views.communs import page_par_cle
from telepaiement.views.consultation import retenir

LIGNES, DERNIERES, TIERS_MONTRES = 50, 10, 20


def mes_tiers(utilisateur: Utilisateur) -> QuerySet[Tiers]:
    """Return whom `utilisateur` acts for: by an habilitation, or by an accepted rattachement."""
    etablissements = Etablissement.objects.representes_par(utilisateur)
    fiches = Fournisseur.objects.filter(pk__in=etablissements.values("fournisseur"))
    return Tiers.objects.filter(
        Q(pk__in=fiches.values("tiers")) | Q(pk__in=tiers_rattaches(utilisateur).values("pk"))
    ).order_by("nom", "pk")


@ouvrir_aux_comptes
@never_cache
@require_GET
def compte(requete: RequeteConnectee) -> HttpResponse:
    """Show what is owed either way, with the last payments and movements."""
    tiers = list(mes_tiers(requete.user)[:TIERS_MONTRES])
    demandes, suivante = page_par_cle(
        requete.user.demandes_redevable.select_related("titre"),
        requete.GET.get("demandes", ""),
        taille=LIGNES,
    )
    contexte = {
        "comptes": [_compte(un) for un in tiers],
        "demandes": demandes,
        "demandes_suite": suivante,
    }
    return render(requete, "telepaiement/compte.html", contexte)


def _compte(tiers: Tiers) -> dict[str, Any]:
    paiements, paiements_suite = page_par_cle(_paiements(tiers), "", taille=DERNIERES)
    recus, recus_suite = page_par_cle(_recus(tiers), "", taille=DERNIERES)
    mouvements, mouvements_suite = page_par_cle(_mouvements(tiers), "", taille=DERNIERES)
    return {
        "tiers": tiers,
        "situation": situation(tiers),
        "paiements": paiements,
        "paiements_suite": paiements_suite,
        "recus": recus,
        "recus_suite": recus_suite,
        "mouvements": mouvements,
        "mouvements_suite": mouvements_suite,
    }


def _paiements(tiers: Tiers) -> QuerySet[Any]:
    """Return what was paid of the titres of `tiers`, whoever paid, with what followed."""
    siens = Encaissement.objects.filter(titre__tiers__in=tiers.famille)
    return siens.select_related("titre", "quittance__regie", "annulation").avec_suites()


def _recus(tiers: Tiers) -> QuerySet[RecuApurement]:
    """Return the receipts of what settled the titres of `tiers` after it had waited."""
    siens = RecuApurement.objects.filter(apurement__titre__tiers__in=tiers.famille)
    return siens.select_related("apurement__titre", "apurement__annulation")


def _mouvements(tiers: Tiers) -> QuerySet[LigneEcriture]:
    """Return what was written in the name of `tiers`."""
    return LigneEcriture.objects.filter(tiers__in=tiers.famille).select_related("ecriture", "piece")


HISTORIQUES: dict[str, tuple[str, Callable[[Tiers], QuerySet[Any]]]] = {
    "paiements": ("Paiements", _paiements),
    "recus": ("Reçus de règlement", _recus),
    "mouvements": ("Mouvements", _mouvements),
}


@ouvrir_aux_comptes
@never_cache
@require_GET
def historique(requete: RequeteConnectee, code: str, nature: str) -> HttpResponse:
    """Show all of one kind that concerns one whom one acts for: the newest first."""
    if nature not in HISTORIQUES:
        raise Http404
    libelle, lire = HISTORIQUES[nature]
    tiers = get_object_or_404(mes_tiers(requete.user), code=code)
    lignes, suivant = page_par_cle(lire(tiers), requete.GET.get("apres", ""), taille=LIGNES)
    contexte = {
        "tiers": tiers,
        "libelle": libelle,
        "gabarit": f"telepaiement/compte_{nature}.html",
        "lignes": lignes,
        "suivant": suivant,
    }
    return render(requete, "telepaiement/historique.html", contexte)


@ouvrir_aux_comptes
@require_POST
def ouvrir(requete: RequeteConnectee, titre_id: int) -> HttpResponse:
    """Open a debt of somebody one acts for: the account stands for the key."""
    siens = mes_tiers(requete.user)
    titre = get_object_or_404(
        Titre.objects.select_related("tiers"),
        Q(tiers__in=siens) | Q(tiers__absorbe_par__in=siens),
        pk=titre_id,
    )
    retenir(requete, titre)
    return redirect("telepaiement:creance", titre_id=titre.pk)
