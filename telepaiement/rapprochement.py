"""Matching the movements of the bank account with payouts, remises and titres.

A person confirms one of the `propositions`, which posts what has to be, or distributes a transfer
(`repartition`). What matches nothing is kept, and shown with its age.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import exiger, franchir
from facturier.grand_livre.models import Ecriture, Titre
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.tresorerie import prelever_commission, remettre
from telepaiement import echeanciers, impayes, repartition, virements
from telepaiement.classement import classement_de
from telepaiement.encaissement import INSCRIPTION_IMPOSSIBLE, date_comptable, dire
from telepaiement.models import (
    AnnulationEncaissement,
    AnnulationRapprochement,
    Encaissement,
    EncaissementRapproche,
    EtatLigneBancaire,
    EtatVersement,
    LigneBancaire,
    Litige,
    NatureRapprochement,
    OrigineVersement,
    RapprochementBancaire,
    Regie,
    Versement,
)
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.propositions import Proposition, proposer
from telepaiement.remises_cartes import constater
from telepaiement.versements import constater as relire_versement
from telepaiement.versements import dire_les_francs


def confirmer(*, ligne_id: int, cle: str, par: Utilisateur) -> RapprochementBancaire:
    """Match a movement with the proposition that bears `cle`, and post what has to be.

    Raises:
        ValidationError: matched already, the proposition no longer stands, or its money cannot be
            recorded now.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    try:
        return _confirmer(ligne_id, cle, par)
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(dire(erreur)) from erreur


@transaction.atomic
def _confirmer(ligne_id: int, cle: str, par: Utilisateur) -> RapprochementBancaire:
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "rapprocher", par=par, motif=cle)
    proposition = next((une for une in proposer(ligne) if une.cle == cle), None)
    if proposition is None:
        raise ValidationError(
            "Cette proposition ne tient plus : un autre rapprochement l’a prise. Rechargez la page."
        )
    suite = _passer(ligne, proposition, par)
    rapprochement = RapprochementBancaire.objects.create(
        ligne=ligne,
        nature=proposition.nature,
        versement_id=suite.versement,
        remboursement_id=proposition.remboursement,
        commission=proposition.commission,
        ecriture=suite.ecriture,
        par=par,
    )
    EncaissementRapproche.objects.bulk_create(
        EncaissementRapproche(rapprochement=rapprochement, encaissement_id=pk)
        for pk in suite.encaissements
    )
    return rapprochement


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What a match ties the movement to, and the entry it posted, if it posted one."""

    encaissements: tuple[int, ...] = ()
    versement: int | None = None
    ecriture: Ecriture | None = None


def _passer(ligne: LigneBancaire, proposition: Proposition, par: Utilisateur) -> Suite:
    """Post what a proposition calls for."""
    if proposition.titre is not None:
        titre = Titre.objects.select_for_update(of=("self",)).get(pk=proposition.titre)
        encaissement = repartition.encaisser(ligne, titre, ligne.montant, par=par)
        return Suite(encaissements=(encaissement.pk,), ecriture=encaissement.ecriture)
    if proposition.lot is not None:
        versement = constater(ligne, proposition.lot, par=par)
        return Suite(versement=versement.pk, ecriture=versement.ecriture)
    if proposition.versement is not None:
        ecriture = None
        if proposition.cle.startswith("devise-"):
            ecriture = dire_les_francs(proposition.versement, ligne.montant, par=par).ecriture
        return Suite(versement=proposition.versement, ecriture=ecriture)
    if proposition.remboursement is not None:
        dit = f"Relevé de banque : {ligne.reference or ligne.libelle}"[:200]
        return Suite(
            ecriture=virements.lire_mouvement(
                proposition.remboursement, jour=ligne.jour, dit=dit, par=par
            )
        )
    if proposition.impaye is not None:
        return Suite(ecriture=impayes.constater(ligne, proposition.impaye, par=par).ecriture)
    est_ecrite = proposition.nature != NatureRapprochement.VIREMENT
    return Suite(
        encaissements=proposition.encaissements,
        ecriture=_ecrire(ligne, proposition, par) if est_ecrite else None,
    )


def _ecrire(ligne: LigneBancaire, proposition: Proposition, par: Utilisateur) -> Ecriture:
    """Post the remise or the commission that a movement is; matched again, it posts again."""
    rang = ligne.rapprochements.count()
    communs: dict[str, Any] = {
        "date_comptable": date_comptable(ligne.jour),
        "reference": f"{ligne.identite[:40]}-{rang + 1}" if rang else ligne.identite[:40],
        "par": par,
    }
    if proposition.nature == NatureRapprochement.COMMISSION:
        return prelever_commission(montant=proposition.commission, **communs)
    return remettre(
        proposition.nature.removeprefix("remise_"),
        brut=ligne.montant + proposition.commission,
        commission=proposition.commission,
        **communs,
    )


def annuler(*, ligne_id: int, motif: str, par: Utilisateur) -> AnnulationRapprochement:
    """Undo the match of a movement, which may be matched again; what it posted is reversed.

    A transfer that paid a titre is no longer received: the debt is owed again. A refund by transfer
    is no longer made: it is to be asked for again. A payout that the match had posted is cancelled,
    and its payments wait for another; one in another currency is read again, and waits for its
    francs.

    Raises:
        ValidationError: not matched, no reason, or the ledger refuses the reversal.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce rapprochement est annulé."})
    try:
        annulation = _annuler(ligne_id, motif.strip()[:200], par)
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(dire(erreur)) from erreur
    versement = annulation.rapprochement.versement
    if (
        versement is not None
        and versement.etat == EtatVersement.ANNULE
        and versement.origine == OrigineVersement.PASSERELLE
    ):
        with suppress(PasserelleMuette, PasserelleRefuse):  # the night reads it again
            relire_versement(versement.reference, par=par)
    return annulation


@transaction.atomic
def _annuler(ligne_id: int, motif: str, par: Utilisateur) -> AnnulationRapprochement:
    """Undo a match under the locks of what it settled, or took back, then of the movement.

    The titres first, then the régies that sold: whoever tells that one of these payments came back
    takes the same lock, and one of the two acts sees what the other did.
    """
    regles = EncaissementRapproche.objects.filter(rapprochement__ligne=ligne_id)
    repris = Litige.objects.filter(ligne=ligne_id)
    cles = regles.values_list("encaissement").union(repris.values_list("encaissement"))
    touches = Encaissement.objects.filter(pk__in=[cle for (cle,) in cles])
    titres = Titre.objects.filter(pk__in=touches.values("titre"))
    list(titres.select_for_update(of=("self",)).order_by("pk"))
    regies = Regie.objects.filter(pk__in=touches.filter(titre__isnull=True).values("regie"))
    list(regies.select_for_update(of=("self",)).order_by("pk"))
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    exiger(ligne, "annuler_rapprochement", par=par)
    rapprochement = (
        RapprochementBancaire.objects.vivants()
        .select_related("ecriture", "versement")
        .get(ligne=ligne)
    )
    ecriture = None
    if rapprochement.remboursement is not None and rapprochement.ecriture is not None:
        ecriture = virements.reprendre(rapprochement.remboursement.pk, motif=motif, par=par)
    elif rapprochement.ecriture is not None:
        impayes.exiger_aucun(rapprochement)
        ecriture = contrepasser(
            rapprochement.ecriture, par=par, motif=motif, date_comptable=timezone.localdate()
        )
        _defaire(rapprochement, ecriture, motif, par)
    elif rapprochement.nature == NatureRapprochement.REPARTITION:
        _reprendre_repartition(rapprochement, motif, par)
    annulation = AnnulationRapprochement.objects.create(
        rapprochement=rapprochement, ecriture=ecriture, motif=motif, par=par
    )
    franchir(ligne, "annuler_rapprochement", par=par, motif=motif)
    return annulation


def _defaire(
    rapprochement: RapprochementBancaire, ecriture: Ecriture, motif: str, par: Utilisateur
) -> None:
    """Undo what the entry of a match had recorded: a transfer received, a payout."""
    if rapprochement.versement is not None:
        versement = Versement.objects.select_for_update(of=("self",)).get(
            pk=rapprochement.versement.pk
        )
        franchir(versement, "annuler", par=par, motif=motif, ecriture_annulation=ecriture)
        rapprochement.versement = versement
    if rapprochement.nature == NatureRapprochement.IMPAYE and rapprochement.ecriture:
        impayes.annuler(rapprochement.ecriture, motif=motif, par=par)
    if rapprochement.nature == NatureRapprochement.TITRE:
        encaissement = rapprochement.encaissements.select_related("encaissement__titre").get()
        _reprendre(encaissement.encaissement, ecriture, motif, par)


def _reprendre(
    encaissement: Encaissement, ecriture: Ecriture, motif: str, par: Utilisateur
) -> None:
    """Say that money was not received after all: what it paid is owed again."""
    AnnulationEncaissement.objects.create(
        encaissement=encaissement, ecriture=ecriture, motif=motif, par=par
    )
    if encaissement.titre is not None:
        echeanciers.suivre(encaissement.titre)


def _reprendre_repartition(
    rapprochement: RapprochementBancaire, motif: str, par: Utilisateur
) -> None:
    """Undo all that a distribution recorded; one part that was given back, or classed, keeps all.

    Raises:
        ValidationError: something rests on one of them.
    """
    for rapproche in rapprochement.encaissements.select_related("encaissement__titre"):
        encaissement = rapproche.encaissement
        if classement_de(encaissement) is not None:
            raise ValidationError(
                "Une part est classée depuis : annulez d’abord son classement, dans « Recettes à "
                "classer »."
            )
        ecriture = contrepasser(
            encaissement.ecriture, par=par, motif=motif, date_comptable=timezone.localdate()
        )
        _reprendre(encaissement, ecriture, motif, par)


@transaction.atomic
def ecarter(*, ligne_id: int, motif: str, par: Utilisateur) -> LigneBancaire:
    """Set a movement aside: it concerns none of our payments. `motif` says why.

    Raises:
        ValidationError: no reason, or matched already.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce mouvement est écarté."})
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "ecarter", par=par, motif=motif.strip())
    return ligne


@transaction.atomic
def reprendre(*, ligne_id: int, par: Utilisateur) -> LigneBancaire:
    """Bring a movement set aside back to the worklist."""
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "reprendre", par=par)
    return ligne


def a_rapprocher() -> QuerySet[LigneBancaire]:
    """Return the movements that match nothing yet, oldest first: their age shows."""
    return LigneBancaire.objects.filter(etat=EtatLigneBancaire.A_RAPPROCHER).order_by("jour", "pk")
