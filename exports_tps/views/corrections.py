"""What corrects or forces a mandat after it was sent: réduction, réquisition."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from exports_tps.forms import ReductionForm, RequisitionForm
from exports_tps.models import Requisition
from exports_tps.requisition import requerir as enregistrer_requisition
from exports_tps.views.pages import RequeteConnectee, fichier_range
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import NON_TRAITABLE, rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import afficher
from facturier.grand_livre.corrections import est_anterieure
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import EtatPiece, Mandat, PieceJustificative, SensPiece
from facturier.suivi.brouillon import TYPES_JOINTS
from facturier.suivi.corrections import avoirs_a_reduire, reduire_mandat
from facturier.suivi.regles import motif_de


@reserver_a(Role.AGENT)
def reduire(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Take back a part of a mandat, or all of it."""
    mandat = get_object_or_404(Mandat, pk=pk)
    formulaire = ReductionForm(
        requete.POST or None,
        requete.FILES or None,
        mandat=mandat,
        avoirs=avoirs_a_reduire(mandat),
    )
    if formulaire.is_bound and formulaire.is_valid():
        donnees = dict(formulaire.cleaned_data)
        fichier = donnees.pop("fichier")
        try:
            acte = ranger_justificatif(
                fichier,
                nom=fichier.name,
                genre=PieceJustificative.Genre.DECISION,
                types_acceptes=TYPES_JOINTS,
            )
            reduction = reduire_mandat(mandat, justificatifs=[acte], par=requete.user, **donnees)
        except FichierRefuse as refus:
            formulaire.add_error("fichier", str(refus))
        except ValidationError as refus:
            rapporter(formulaire, refus)
        else:
            messages.success(requete, f"{reduction} est émis, à mettre en bordereau.")
            vue = "telepaiement:titre" if reduction.sens == SensPiece.RECETTE else "suivi:mandat"
            return redirect(vue, reduction.pk)
    consequence, action = _annonce(mandat)
    contexte = {
        "form": formulaire,
        "titre": f"Réduire ou annuler le mandat {mandat.reference}",
        "consequence": consequence,
        "action": action,
        "retour": reverse("suivi:mandat", args=[mandat.pk]),
        "lignes": [
            ("Tiers", mandat.nom_tiers),
            ("Montant", f"{afficher(mandat.montant_ht)} HT, {afficher(mandat.montant_tgc)} TGC"),
        ],
        "est_dangereux": True,
    }
    statut = NON_TRAITABLE if formulaire.errors else 200
    return render(requete, "confirmation.html", contexte, status=statut)


def _annonce(mandat: Mandat) -> tuple[str, str]:
    """Return what correcting `mandat` does, as its exercice says, and the name of the act."""
    if not est_anterieure(mandat):
        return (
            "Une pièce de réduction est émise, à mettre en bordereau. Du montant entier, elle "
            "annule le mandat quand la Trésorerie la prend en charge.",
            "Émettre la réduction",
        )
    debut = (
        f"Ce mandat est de l’exercice {mandat.exercice_id} : un titre de recettes au compte 773 "
        "est émis"
    )
    if mandat.etat == EtatPiece.PAYEE:
        return (
            f"{debut} au nom du fournisseur, qui le doit et le paie comme tout autre titre.",
            "Émettre le titre",
        )
    return (
        f"{debut} : la province doit moins dès maintenant, et rien n’est à payer. Du montant "
        "entier, il annule le mandat quand la Trésorerie le prend en charge.",
        "Émettre le titre",
    )


@reserver_a(Role.ORDONNATEUR)
def requerir(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Record that the ordonnateur requisitions a suspended mandat."""
    mandat = get_object_or_404(Mandat, pk=pk)
    formulaire = RequisitionForm(requete.POST or None, requete.FILES or None)
    if formulaire.is_bound and formulaire.is_valid():
        donnees = dict(formulaire.cleaned_data)
        fichier = donnees.pop("fichier")
        try:
            enregistrer_requisition(
                mandat, document=fichier, nom=fichier.name, par=requete.user, **donnees
            )
        except FichierRefuse as refus:
            formulaire.add_error("fichier", str(refus))
        except ValidationError as refus:
            rapporter(formulaire, refus)
        else:
            messages.success(requete, "La réquisition est enregistrée : le comptable la voit.")
            return redirect("exports_tps:pourquoi_mandat", mandat.pk)
    contexte = {
        "form": formulaire,
        "titre": f"Requérir le paiement du mandat {mandat.reference}",
        "consequence": "Votre attestation tiendra lieu de justification du service fait ; le "
        "comptable ne pourra plus suspendre ce mandat (décret nº 2012-1246, article 38).",
        "action": "Enregistrer la réquisition",
        "retour": reverse("exports_tps:pourquoi_mandat", args=[mandat.pk]),
        "lignes": [
            ("Tiers", mandat.nom_tiers),
            ("Montant", afficher(mandat.montant_ttc)),
            ("Motif de la suspension", motif_de(mandat) or "non communiqué"),
        ],
        "est_dangereux": True,
    }
    statut = NON_TRAITABLE if formulaire.errors else 200
    return render(requete, "confirmation.html", contexte, status=statut)


@reserver_a(Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE)
def acte_de_requisition(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Download the act of a réquisition."""
    requise = get_object_or_404(Requisition, mandat=pk)
    return fichier_range(requise.sha256, nom=requise.nom, type_mime=requise.type_mime)
