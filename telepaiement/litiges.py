"""Disputes: what a payer contests at his bank, read from the gateway (telepaiement.md, §8.3).

While a dispute is open its amount waits in the account of contested cards; lost, the debt is owed
again; won, the money is due by the gateway again. Refunds are refused meanwhile.
"""

from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.grand_livre.tresorerie import contester_carte, gagner_litige, perdre_litige
from telepaiement import echeanciers, lettres
from telepaiement.creances import verrouiller_paiement
from telepaiement.models import Encaissement, EtatLitige, Litige
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import LitigeDistant, StatutLitige
from telepaiement.sommes_a_rendre import trop_percu_restant

journal = structlog.get_logger(__name__)


def relire(encaissement: Encaissement) -> None:
    """Read the disputes about a payment at the gateway, and bring ours where they stand.

    Raises:
        telepaiement.passerelles.contrat.PasserelleMuette: the gateway cannot tell.
    """
    if encaissement.tentative is None:
        return
    distants = passerelle().lire_litiges(encaissement.tentative.reference)
    _appliquer(encaissement, distants)


@transaction.atomic
def _appliquer(encaissement: Encaissement, distants: list[LitigeDistant]) -> None:
    systeme = Utilisateur.objects.systeme()
    encaissement = verrouiller_paiement(encaissement.pk)
    for distant in distants:
        litige = _reconnaitre(encaissement, distant, systeme)
        litige.repondre_avant = distant.repondre_avant
        litige.preuves_envoyees = distant.preuves_envoyees
        litige.frais = max(litige.frais, distant.frais)
        litige.save(update_fields=["repondre_avant", "preuves_envoyees", "frais"])
        if distant.est_debite and not litige.est_debite:
            _reprendre(litige, encaissement, systeme)
        if distant.statut != StatutLitige.OUVERT and litige.etat == EtatLitige.OUVERT:
            _clore(litige, encaissement, distant, systeme)


def _reconnaitre(encaissement: Encaissement, distant: LitigeDistant, par: Utilisateur) -> Litige:
    litige, est_neuf = Litige.objects.get_or_create(
        reference=distant.identifiant,
        defaults={
            "encaissement": encaissement,
            "montant": distant.montant,
            "motif": distant.motif[:60],
            "ouvert_le": distant.ouvert_le,
        },
    )
    if est_neuf:
        litige.passages.create(acte="ouvrir", depart="", arrivee=litige.etat, par=par)
        journal.error(
            "paiement_conteste",
            litige=litige.reference,
            objet=encaissement.objet,
            montant=litige.montant,
        )
    return litige


def _reprendre(litige: Litige, encaissement: Encaissement, par: Utilisateur) -> None:
    """Post what the bank took back."""
    litige.ecriture = contester_carte(
        encaissement.titre,
        montant=litige.montant,
        date_comptable=timezone.localdate(),
        reference=litige.reference,
        par=par,
    )
    litige.est_debite = True
    litige.save(update_fields=["ecriture", "est_debite"])


def _clore(
    litige: Litige, encaissement: Encaissement, distant: LitigeDistant, par: Utilisateur
) -> None:
    """Post the outcome; an inquiry that took nothing back leaves no entry."""
    gagne = distant.statut == StatutLitige.GAGNE
    champs: dict[str, Any] = {"clos_le": timezone.now()}
    if litige.est_debite:
        communs: dict[str, Any] = {
            "montant": litige.montant,
            "date_comptable": timezone.localdate(),
            "reference": litige.reference,
            "par": par,
        }
        if gagne:
            champs["ecriture_issue"] = gagner_litige(encaissement.titre, **communs)
        else:
            part = min(litige.montant, trop_percu_restant(encaissement))
            champs["trop_percu"] = part
            champs["ecriture_issue"] = perdre_litige(encaissement.titre, trop_percu=part, **communs)
    franchir(litige, "gagner" if gagne else "perdre", par=par, **champs)
    if encaissement.titre is not None:
        echeanciers.suivre(encaissement.titre)
    if litige.est_debite and not gagne:
        lettres.prevenir_debiteur(litige, par=par)
    journal.warning("litige_clos", litige=litige.reference, etat=litige.etat)
