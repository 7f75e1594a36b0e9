"""Money received on paper, or by a transfer, for a titre that nobody finds: kept, then classed.

It is real, and has its receipt, in a till when it came on paper; it waits in the account of
receipts to classify until an agent says which titre, or which sale, it paid. A classing that was
wrong is undone by a reversal, as long as nothing rests on it.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import EtatPiece, Titre
from facturier.grand_livre.passation import contrepasser
from telepaiement import creances, echeanciers
from telepaiement.encaissement import INSCRIPTION_IMPOSSIBLE, dire, enregistrer, enregistrer_vente
from telepaiement.models import (
    AnnulationEncaissement,
    Encaissement,
    LigneRegularisee,
    Mode,
    Regie,
)
from telepaiement.ventes import controler_total, poser_vente


def a_classer() -> QuerySet[Encaissement]:
    """Return the receipts that pay nothing known yet, oldest first."""
    return (
        Encaissement.objects.valides()
        .exclude(mention="")
        .filter(~Exists(Encaissement.objects.valides().filter(provenance=OuterRef("pk"))))
        .order_by("pk")
    )


def classement_de(recette: Encaissement) -> Encaissement | None:
    """Return what a receipt was classed as, None while it waits."""
    return recette.classements.valides().select_related("titre").first()


def classer_au_titre(*, encaissement_id: int, titre_id: int, par: Utilisateur) -> Encaissement:
    """Say that a receipt paid a titre: what exceeds the debt is owed back.

    Returns:
        The money of the titre, with its entry and its quittance, which names the first one.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: classed already, cancelled, the titre is not one to pay, or the ledger
            takes no entry now.
    """
    _exiger_finances(par)
    try:
        with transaction.atomic():
            titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
            source = _source(encaissement_id)
            if titre.etat in creances.MOTIFS:
                raise ValidationError(creances.MOTIFS[EtatPiece(titre.etat)])
            return enregistrer(
                titre=titre,
                regie=source.regie,
                mode=Mode.CLASSEMENT,
                montant=source.montant,
                moment=timezone.now(),
                reference=_reference(source),
                par=par,
                provenance=source,
            )
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(dire(erreur)) from erreur


def classer_a_la_vente(
    *, encaissement_id: int, quantites: Mapping[int, int], payeur: str, par: Utilisateur
) -> Encaissement:
    """Say that a receipt paid a sale of published tariffs, which a titre regularises later.

    Args:
        quantites: how many of each product, by its key; they cost what was received.

    Raises:
        ActeInterdit: as `classer_au_titre`.
        ValidationError: classed already, cancelled, the sale costs something else, or the ledger
            takes no entry now.
    """
    _exiger_finances(par)
    try:
        with transaction.atomic():
            regie_id = Encaissement.objects.values_list("regie_id", flat=True).get(
                pk=encaissement_id
            )
            regie = Regie.objects.select_for_update(of=("self",)).get(pk=regie_id)
            source = _source(encaissement_id)
            controler_total(regie, quantites, source.montant)
            return enregistrer_vente(
                poser_vente(
                    regie=regie, jour=timezone.localdate(), quantites=quantites, payeur=payeur
                ),
                regie=regie,
                mode=Mode.CLASSEMENT,
                montant=source.montant,
                moment=timezone.now(),
                reference=_reference(source),
                par=par,
                provenance=source,
            )
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(dire(erreur)) from erreur


def declasser(*, encaissement_id: int, motif: str, par: Utilisateur) -> AnnulationEncaissement:
    """Undo a classing by reversing its entry: the receipt waits again to be classed.

    Args:
        encaissement_id: what the receipt was classed as, not the receipt.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: no reason, undone already, given back since, regularised by a titre, or the
            ledger takes no entry now.
    """
    _exiger_finances(par)
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce classement est annulé."})
    try:
        with transaction.atomic():
            fait = creances.verrouiller_paiement(encaissement_id)
            if fait.mode != Mode.CLASSEMENT or fait.est_annule:
                raise ValidationError("Ce classement est déjà annulé : rechargez la page.")
            if obstacle := _dependance(fait):
                raise ValidationError(obstacle)
            ecriture = contrepasser(
                fait.ecriture, par=par, motif=motif.strip(), date_comptable=timezone.localdate()
            )
            if fait.titre is not None:
                echeanciers.suivre(fait.titre)
            return AnnulationEncaissement.objects.create(
                encaissement=fait, ecriture=ecriture, motif=motif.strip()[:200], par=par
            )
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(dire(erreur)) from erreur


def _dependance(fait: Encaissement) -> str:
    """Return what already rests on a classing, in French; "" when nothing does."""
    if fait.remboursements.actifs().exists():
        return "Une part en est rendue, ou va l’être : ce classement ne s’annule plus."
    regularisee = (
        LigneRegularisee.objects.filter(ligne__vente=fait.vente_id)
        .select_related("regularisation__titre")
        .first()
    )
    if regularisee is not None:
        titre = regularisee.regularisation.titre.reference
        return f"Le titre {titre} régularise déjà cette vente : ce classement ne s’annule plus."
    return ""


def _reference(source: Encaissement) -> str:
    """Return the identity of the money fact that classes `source`, another one each time."""
    rang = source.classements.count()
    return f"classement-{source.pk}" + (f"-{rang + 1}" if rang else "")


def _exiger_finances(par: Utilisateur) -> None:
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Une recette se classe aux finances.")


def _source(encaissement_id: int) -> Encaissement:
    """Lock a receipt that waits to be classed."""
    source = (
        Encaissement.objects.select_for_update(of=("self",))
        .select_related("regie", "quittance__regie")
        .get(pk=encaissement_id)
    )
    if not a_classer().filter(pk=source.pk).exists():
        raise ValidationError("Cette recette est déjà classée, ou annulée : rechargez la page.")
    return source
