"""Orders to pay without an invoice: an advance on an order, a guarantee given back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import afficher as francs
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import Piece, PieceJustificative
from facturier.suivi import liquidation, ordres_paiement
from facturier.suivi.brouillon import TYPES_JOINTS
from facturier.suivi.forms_commandes import AvanceForm, OrdrePaiementForm
from facturier.suivi.models import BonCommande
from facturier.suivi.views.communs import afficher, facture_visible, utilisateur_de


@reserver_a(Role.AGENT)
def verser_avance(requete: HttpRequest, pk: int) -> HttpResponse:
    """Order the payment of an advance on an order."""
    commande = get_object_or_404(BonCommande.objects.select_related("service"), pk=pk)

    def executer(donnees: dict[str, Any], actes: list[PieceJustificative]) -> Piece:
        return ordres_paiement.verser_avance(
            commande,
            montant=donnees["montant"],
            motif=donnees["motif"],
            justificatifs=actes,
            par=utilisateur_de(requete),
        ).mandat

    contexte = {
        "titre": f"Verser une avance : {commande.numero}",
        "consequence": "Un ordre de paiement est émis au compte des avances. Les liquidations des "
        "factures de cette commande proposeront de récupérer l’avance.",
        "action": "Émettre l’ordre de paiement",
        "retour": reverse("suivi:commande", args=[commande.pk]),
        "lignes": [
            ("Commande", commande),
            ("Montant engagé", francs(commande.montant_engage)),
            ("Avance restant à récupérer", francs(liquidation.avance_a_recuperer(commande))),
        ],
    }
    formulaire = AvanceForm(requete.POST or None, requete.FILES or None)
    return _ordonner(requete, formulaire, contexte, executer)


@reserver_a(Role.AGENT)
def liberer_garantie(requete: HttpRequest, pk: int) -> HttpResponse:
    """Give back the guarantee that a mandat withheld on an invoice."""
    facture = facture_visible(requete, pk)
    derniere = liquidation.derniere(facture)
    if derniere is None or not derniere.garantie:
        raise Http404("Aucune garantie n’est retenue sur cette facture.")

    def executer(donnees: dict[str, Any], actes: list[PieceJustificative]) -> Piece:
        return ordres_paiement.liberer_garantie(
            derniere, motif=donnees["motif"], justificatifs=actes, par=utilisateur_de(requete)
        ).mandat

    contexte = {
        "titre": f"Libérer la retenue de garantie : {facture.numero}",
        "consequence": "Un ordre de paiement rend au fournisseur ce qui était retenu.",
        "action": "Émettre l’ordre de paiement",
        "retour": reverse("suivi:gestion_detail", args=[facture.pk]),
        "lignes": [
            ("Fournisseur", facture.etablissement.denomination),
            ("Retenue de garantie", francs(derniere.garantie)),
        ],
    }
    formulaire = OrdrePaiementForm(requete.POST or None, requete.FILES or None)
    return _ordonner(requete, formulaire, contexte, executer)


def _ordonner(
    requete: HttpRequest,
    formulaire: OrdrePaiementForm,
    contexte: dict[str, Any],
    executer: Callable[[dict[str, Any], list[PieceJustificative]], Piece],
) -> HttpResponse:
    """Put the act away, issue the order, and show it."""
    if formulaire.is_bound and formulaire.is_valid():
        fichier = formulaire.cleaned_data["fichier"]
        try:
            acte = ranger_justificatif(
                fichier,
                nom=fichier.name,
                genre=PieceJustificative.Genre.MARCHE,
                types_acceptes=TYPES_JOINTS,
            )
            ordre = executer(formulaire.cleaned_data, [acte])
        except FichierRefuse as refus:
            formulaire.add_error("fichier", str(refus))
        except ValidationError as refus:
            rapporter(formulaire, refus)
        else:
            messages.success(requete, f"L’ordre de paiement {ordre.reference} est émis.")
            return redirect("suivi:mandat", ordre.pk)
    return afficher(requete, "confirmation.html", contexte | {"form": formulaire}, formulaire)
