"""The supplier's side: page of an invoice, answers, certificate."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer, rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.suivi import brouillon, instruction
from facturier.suivi.attestation import montant_certain
from facturier.suivi.certificat import certificat
from facturier.suivi.chronologie import chronologie
from facturier.suivi.etats import EtatFacture
from facturier.suivi.forms import (
    DestinataireForm,
    MessageForm,
    MotifForm,
    ReponseForm,
)
from facturier.suivi.horloges import horloges
from facturier.suivi.interets import decompte
from facturier.suivi.libelles import (
    detenteur,
    en_clair,
    etapes_a_venir,
    libelle_public,
    ton_public,
)
from facturier.suivi.liquidation import vue_de_liquidation
from facturier.suivi.messagerie import ecrire
from facturier.suivi.models import Attestation, Facture
from facturier.suivi.notifications import marquer_lus
from facturier.suivi.paiement_revenu import paiement_revenu
from facturier.suivi.prevision import annonce
from facturier.suivi.views.communs import (
    afficher,
    document_visible,
    envoyer_pdf,
    facture_visible,
    telecharger,
    utilisateur_de,
)

RETIRABLES = frozenset({EtatFacture.DEPOSEE, EtatFacture.RECUE, EtatFacture.SUSPENDUE})


@reserver_a(Role.FOURNISSEUR)
def detail(requete: HttpRequest, pk: int) -> HttpResponse:
    """Show one invoice: where it stands, who holds it, the clocks, what is asked."""
    facture = facture_visible(requete, pk)
    if facture.est_brouillon:
        return redirect("suivi:saisie", facture.pk)
    marquer_lus(utilisateur_de(requete), facture)
    prefetch_related_objects([facture], "mandat__lignes_piece__parts_cedees")
    compteurs = horloges(facture)
    parts = facture.parts_cedees
    contexte = {
        "facture": facture,
        "parts": parts,
        "net_verse": (facture.montant_liquide or 0) - sum(part.montant for part in parts),
        **vue_de_liquidation(facture, utilisateur_de(requete)),
        "annonce": annonce(facture, compteurs),
        "decompte": decompte(facture),
        "decision_interets": facture.decisions_interets.first(),
        "montant_certain": montant_certain(facture),
        "attestations": Attestation.objects.filter(facture=facture),
        "revenu": paiement_revenu(facture),
        "libelle_etat": libelle_public(facture),
        "ton_etat": ton_public(facture),
        "en_clair": en_clair(facture),
        "avoirs": facture.avoirs.vivantes(),
        "detenteur": detenteur(facture, pour_fournisseur=True),
        "horloges": compteurs,
        "etapes": chronologie(facture, est_interne=False),
        "a_venir": etapes_a_venir(facture),
        "documents": facture.documents.all(),
        "taxes": facture.taxes.all(),
        "retours": facture.retours.select_related("motif", "doublon_de", "accuse_par"),
        "fil_messages": facture.messages.filter(est_interne=False).select_related("auteur"),
        "form": MessageForm(),
        "est_retirable": facture.etat in RETIRABLES
        and facture.suspendue_depuis in {"", EtatFacture.RECUE},
    }
    return render(requete, "suivi/detail.html", contexte)


@reserver_a(Role.FOURNISSEUR)
def completer(requete: HttpRequest, pk: int) -> HttpResponse:
    """Answer a suspension: a document, a text, or both."""
    facture = _attendue(requete, pk, EtatFacture.SUSPENDUE)
    formulaire = ReponseForm(requete.POST or None, requete.FILES or None)
    if formulaire.is_bound and formulaire.is_valid() and _repondre(requete, facture, formulaire):
        messages.success(requete, "Votre réponse est envoyée : le traitement reprend.")
        return redirect(facture)
    contexte = {
        "facture": facture,
        "form": formulaire,
        "retour": facture.retours.select_related("motif").last(),
    }
    return afficher(requete, "suivi/completer.html", contexte, formulaire)


@reserver_a(Role.FOURNISSEUR)
def readresser(requete: HttpRequest, pk: int) -> HttpResponse:
    """Give the right order or service; the number is kept."""
    facture = _attendue(requete, pk, EtatFacture.A_REORIENTER)
    formulaire = DestinataireForm(requete.POST or None, facture=facture)
    if formulaire.is_bound and formulaire.is_valid():
        try:
            instruction.readresser(facture, par=utilisateur_de(requete), **formulaire.cleaned_data)
        except ValidationError as erreur:
            rapporter(formulaire, erreur)
        else:
            messages.success(requete, "La facture est renvoyée au bon destinataire.")
            return redirect(facture)
    contexte = {
        "facture": facture,
        "form": formulaire,
        "retour": facture.retours.select_related("motif").last(),
    }
    return afficher(requete, "suivi/completer.html", contexte, formulaire)


@reserver_a(Role.FOURNISSEUR)
def retirer(requete: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invoice before its certification."""
    facture = facture_visible(requete, pk)
    contexte = {
        "titre": f"Retirer la facture {facture.numero}",
        "consequence": "La facture ne sera pas payée. Son numéro pourra resservir.",
        "action": "Retirer la facture",
        "retour": reverse("suivi:detail", args=[facture.pk]),
        "est_dangereux": True,
    }
    return confirmer(
        requete,
        MotifForm(requete.POST or None),
        lambda saisie: instruction.retirer(facture, par=utilisateur_de(requete), **saisie),
        contexte,
        reussite=f"La facture {facture.numero} est retirée.",
    )


@reserver_a(Role.FOURNISSEUR)
@require_POST
def message(requete: HttpRequest, pk: int) -> HttpResponse:
    """Write to the province about an invoice."""
    facture = facture_visible(requete, pk)
    formulaire = MessageForm(requete.POST)
    if formulaire.is_valid():
        ecrire(facture, formulaire.cleaned_data["texte"], par=utilisateur_de(requete))
        messages.success(requete, "Votre message est envoyé.")
    else:
        messages.error(requete, "Écrivez un message de 2 000 caractères au plus.")
    return redirect(facture)


@reserver_a(Role.FOURNISSEUR)
def document(requete: HttpRequest, pk: int, document: int) -> FileResponse:
    """Download one document of one's invoice."""
    return telecharger(document_visible(requete, pk, document))


@reserver_a(Role.FOURNISSEUR)
def telecharger_certificat(requete: HttpRequest, pk: int) -> FileResponse:
    """Download the certificate of deposit."""
    facture = facture_visible(requete, pk)
    if facture.est_brouillon:
        raise Http404("Un brouillon n’a pas de certificat.")
    return envoyer_pdf(certificat(facture), f"certificat-depot-{facture.pk}.pdf")


def _attendue(requete: HttpRequest, pk: int, etat: str) -> Facture:
    """Return an invoice that waits for its supplier in `etat`; any other answers 404."""
    facture = facture_visible(requete, pk)
    if facture.etat != etat:
        raise Http404("Rien n’est attendu de vous sur cette facture.")
    return facture


def _repondre(requete: HttpRequest, facture: Facture, formulaire: ReponseForm) -> bool:
    """Add the document, then complete; say whether it is done, errors put in the form."""
    utilisateur = utilisateur_de(requete)
    donnees: dict[str, Any] = formulaire.cleaned_data
    fichier = donnees["fichier"]
    try:
        if fichier:
            brouillon.joindre(
                facture,
                fichier,
                nom=fichier.name,
                genre=donnees["genre"] or "autre",
                par=utilisateur,
            )
        instruction.completer(facture, reponse=donnees["reponse"], par=utilisateur)
    except FichierRefuse as refus:
        formulaire.add_error("fichier", str(refus))
    except ValidationError as erreur:
        rapporter(formulaire, erreur)
    return not formulaire.errors
