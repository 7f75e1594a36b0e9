"""Mandats and their bordereaux, for finance staff."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer, rapporter
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    Deduction,
    EtatPiece,
    LigneEcriture,
    Mandat,
    PartCedee,
    Piece,
    PieceJustificative,
    SensPiece,
)
from facturier.grand_livre.ventilation import sommes_dues
from facturier.suivi import beneficiaires, mandatement
from facturier.suivi.forms import BordereauForm, MandatementForm, MotifForm
from facturier.suivi.forms_beneficiaires import BeneficiairesForm
from facturier.suivi.models import Facture
from facturier.suivi.pages import page_cle
from facturier.suivi.querysets import REDUCTIBLES
from facturier.suivi.views.communs import afficher, telecharger, utilisateur_de
from facturier.suivi.views.regles import LECTEURS as LECTEURS_DES_REGLES
from fournisseurs.gel import fournisseurs_geles, signaler
from fournisseurs.models import DecisionPaiement

LECTEURS = (Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE, Role.ADMINISTRATEUR)
LIMITE_CHOIX = 200


@reserver_a(*LECTEURS)
def liste(requete: HttpRequest) -> HttpResponse:
    """List the mandats, newest first."""
    mandats = Mandat.objects.select_related("bordereau", "service")
    etat = requete.GET.get("etat", "")
    if etat in EtatPiece.values:
        mandats = mandats.filter(etat=etat)
    contexte = {
        "page": page_cle(mandats, requete.GET),
        "etats": EtatPiece.choices,
        "etat": etat,
        "est_agent": utilisateur_de(requete).a_role(Role.AGENT),
        "voit_les_regles": utilisateur_de(requete).a_role(*LECTEURS_DES_REGLES),
        "a_mandater": Facture.objects.a_mandater().count(),
        "a_bordereau": Mandat.objects.a_mettre_en_bordereau().count(),
    }
    return render(requete, "suivi/mandats.html", contexte)


@reserver_a(Role.AGENT)
def mandater(requete: HttpRequest) -> HttpResponse:
    """Choose liquidated invoices of one établissement and issue their mandat."""
    factures = Facture.objects.a_mandater().select_related(
        "etablissement__fournisseur__tiers", "service", "bon_commande"
    )
    etablissement = lire_entier(requete.GET.get("etablissement", ""))
    if etablissement is not None:
        factures = factures.filter(etablissement=etablissement)
    formulaire = MandatementForm(requete.POST or None, factures=factures)
    if formulaire.is_bound and formulaire.is_valid():
        choisies = list(formulaire.cleaned_data["factures"].order_by("pk"))
        payes = _lire_beneficiaires(requete, choisies)
        if payes.retenues and not payes.is_valid():
            return _page_beneficiaires(requete, formulaire, choisies, payes)
        try:
            mandat = _emettre(requete, formulaire.cleaned_data, choisies, payes)
        except ValidationError as erreur:
            rapporter(formulaire, erreur)
            if payes.retenues:
                return _page_beneficiaires(requete, formulaire, choisies, payes)
        else:
            messages.success(requete, f"Le mandat {mandat.reference} est émis.")
            return redirect("suivi:mandat", mandat.pk)
    affichees = list(factures.order_by("pk")[:LIMITE_CHOIX])
    contexte = {
        "form": formulaire,
        "factures": affichees,
        "geles": fournisseurs_geles({f.etablissement.fournisseur_id for f in affichees}),
        "sous_opposition": beneficiaires.sous_opposition(affichees, timezone.localdate()),
    }
    return afficher(requete, "suivi/mandater.html", contexte, formulaire)


def _lire_beneficiaires(requete: HttpRequest, factures: Sequence[Facture]) -> BeneficiairesForm:
    """Return the form of those paid before the supplier; bound once the agent has seen them."""
    retenues = beneficiaires.proposer(factures, timezone.localdate())
    donnees = requete.POST if "beneficiaires" in requete.POST else None
    return BeneficiairesForm(donnees, retenues=retenues)


def _page_beneficiaires(
    requete: HttpRequest,
    formulaire: MandatementForm,
    factures: Sequence[Facture],
    payes: BeneficiairesForm,
) -> HttpResponse:
    """Show whom the mandat is to pay, before it is issued."""
    total = sum(facture.montant_liquide or 0 for facture in factures)
    contexte = {
        "form": formulaire,
        "payes": payes,
        "factures": factures,
        "fournisseur": factures[0].etablissement.fournisseur,
        "total": total,
        "net": total - sum(retenue.montant for retenue in payes.retenues),
    }
    return afficher(requete, "suivi/mandater_beneficiaires.html", contexte, formulaire, payes)


def _emettre(
    requete: HttpRequest,
    donnees: dict[str, Any],
    factures: Sequence[Facture],
    payes: BeneficiairesForm,
) -> Mandat:
    return mandatement.mandater(
        [facture.pk for facture in factures],
        type_depense=donnees["type_depense"],
        rang=donnees["rang"] or None,
        choix=payes.choix if payes.retenues else {},
        par=utilisateur_de(requete),
    )


@reserver_a(*LECTEURS)
def detail(requete: HttpRequest, pk: int) -> HttpResponse:
    """Show a mandat: whom and where it pays, its documents, its entry, its story."""
    mandat = get_object_or_404(
        Mandat.objects.select_related("bordereau", "service", "piece_origine"), pk=pk
    )
    deductions = list(
        Deduction.objects.filter(ligne__piece=mandat.pk)
        .select_related("ligne")
        .prefetch_related("precomptes__titre")
    )
    contexte = {
        "mandat": mandat,
        "signalement": signaler(mandat.tiers_id),
        "factures": Facture.objects.filter(mandat=mandat.pk).select_related("etablissement"),
        "imputations": mandat.lignes_piece.select_related("compte"),
        "rattachements": mandat.rattachements.select_related("justificatif"),
        "deductions": deductions,
        "est_a_titrer": mandat.etat in REDUCTIBLES
        and utilisateur_de(requete).a_role(Role.AGENT)
        and any(deduction.est_a_titrer for deduction in deductions),
        "net_a_payer": sum(
            somme.montant for somme in sommes_dues({mandat.pk: mandat}).get(mandat.pk, ())
        ),
        "parts": PartCedee.objects.filter(ligne__piece=mandat.pk).order_by("rang"),
        "ecarts": DecisionPaiement.objects.filter(mandat=mandat.pk)
        .exclude(motif_ecart="")
        .select_related("opposition", "par"),
        "ecritures": _lignes_ecriture(mandat),
        "corrections": Piece.objects.filter(piece_origine=mandat.pk).order_by("pk"),
        "est_reductible": mandat.etat in REDUCTIBLES
        and not mandat.est_reduction
        and utilisateur_de(requete).a_role(Role.AGENT),
        "est_annulable": mandat.etat == EtatPiece.EMISE
        and utilisateur_de(requete).a_role(Role.AGENT),
    }
    return render(requete, "suivi/mandat.html", contexte)


@reserver_a(*LECTEURS)
def justificatif(requete: HttpRequest, pk: int, justificatif: int) -> FileResponse:
    """Download a document of a mandat."""
    mandat = get_object_or_404(Mandat, pk=pk)
    return telecharger(get_object_or_404(PieceJustificative, pk=justificatif, pieces=mandat.pk))


@reserver_a(Role.AGENT)
def annuler(requete: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a mandat that is not signed."""
    mandat = get_object_or_404(Mandat.objects.select_related("bordereau"), pk=pk)
    contexte = {
        "titre": f"Annuler le mandat {mandat.reference}",
        "consequence": "L’écriture est contrepassée ; les factures redeviennent à mandater. "
        "Le numéro du mandat ne resservira pas.",
        "action": "Annuler le mandat",
        "retour": reverse("suivi:mandat", args=[mandat.pk]),
        "est_dangereux": True,
    }
    return confirmer(
        requete,
        MotifForm(requete.POST or None),
        lambda saisie: mandatement.annuler_mandat(mandat, par=utilisateur_de(requete), **saisie),
        contexte,
        reussite=f"Le mandat {mandat.reference} est annulé.",
    )


@reserver_a(Role.AGENT)
def bordereau(requete: HttpRequest) -> HttpResponse:
    """List issued mandats on a new bordereau, to be signed by the ordonnateur."""
    mandats = Mandat.objects.a_mettre_en_bordereau().select_related("service")
    formulaire = BordereauForm(requete.POST or None, mandats=mandats)
    if formulaire.is_bound and formulaire.is_valid():
        try:
            cree = creer_bordereau(
                sens=SensPiece.DEPENSE,
                pieces=[mandat.pk for mandat in formulaire.cleaned_data["mandats"]],
                date_emission=timezone.localdate(),
                par=utilisateur_de(requete),
            )
        except ValidationError as erreur:
            rapporter(formulaire, erreur)
        else:
            messages.success(requete, f"Le bordereau {cree.reference} attend sa signature.")
            return redirect("suivi:mandats")
    contexte = {"form": formulaire, "mandats": mandats.order_by("pk")[:LIMITE_CHOIX]}
    return afficher(requete, "suivi/bordereau.html", contexte, formulaire)


def _lignes_ecriture(mandat: Mandat) -> Any:
    """Return the legs of every entry of the mandat: issue, payment, reversal."""
    ecritures = LigneEcriture.objects.filter(piece=mandat.pk).values("ecriture")
    emission = Q(ecriture__cle=f"mandatement-{mandat.pk}")  # it may bear on another pièce alone
    return (
        LigneEcriture.objects.filter(emission | Q(ecriture__in=ecritures))
        .select_related("ecriture", "compte")
        .order_by("ecriture", "rang")
    )
