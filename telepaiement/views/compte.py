"""With an account: « ce que je dois, ce qu’on me doit », for all one acts for."""

from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from facturier.acces.controle import RequeteConnectee, ouvrir_aux_comptes
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Tiers, Titre
from facturier.grand_livre.soldes import releve
from fournisseurs.models import Etablissement, Fournisseur
from fournisseurs.releves import situation
from telepaiement.demandes import tiers_rattaches
from telepaiement.models import Encaissement
from telepaiement.views.consultation import retenir

HISTORIQUE = timedelta(days=365)
LIGNES, TIERS_MONTRES = 50, 20


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
    """Show what is owed either way, with the payments and movements of the last year."""
    tiers = list(mes_tiers(requete.user)[:TIERS_MONTRES])
    demandes = requete.user.demandes_redevable.select_related("titre").order_by("-pk")
    contexte = {
        "comptes": [_compte(un) for un in tiers],
        "demandes": demandes[:LIGNES],
    }
    return render(requete, "telepaiement/compte.html", contexte)


def _compte(tiers: Tiers) -> dict[str, Any]:
    depuis = timezone.localdate() - HISTORIQUE
    siens = Encaissement.objects.filter(titre__tiers__in=tiers.famille, jour__gte=depuis)
    return {
        "tiers": tiers,
        "situation": situation(tiers),
        "paiements": siens.select_related("titre", "quittance__regie", "annulation")
        .avec_suites()
        .order_by("-pk")[:LIGNES],
        "mouvements": list(islice(releve(tiers, debut=depuis), LIGNES)),
    }


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
