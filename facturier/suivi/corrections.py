"""Mandats corrected after the comptable took them in charge, by a new pièce; nothing is edited.

A réduction is a pièce 02 / 02 / 06 (TypBord, TypPce, NatPce) that names the mandat it corrects;
one of the whole amount cancels it. A mandat of an earlier year is corrected by a titre on 773.
"""

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, franchir_lot
from facturier.commun.montants import afficher
from facturier.grand_livre.emission import emettre_reduction, reste_a_reduire
from facturier.grand_livre.models import (
    PIECES_SANS_EFFET,
    EtatPiece,
    LignePiece,
    Piece,
    PieceJustificative,
    SensPiece,
)
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du_par_piece, reste_du_par_tiers
from facturier.suivi import avoirs_de_mandat
from facturier.suivi.avancement import constater_compensation
from facturier.suivi.mandatement import exiger_agent
from facturier.suivi.models import Facture
from facturier.suivi.querysets import REDUCTIBLES


@transaction.atomic
def reduire_mandat(
    mandat: Piece,
    *,
    montant_ht: int,
    montant_tgc: int = 0,
    motif: str,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
    rang: int = 1,
    avoir: Facture | None = None,
) -> Piece:
    """Take back a part of a mandat, or all of it, by a pièce of réduction.

    What is not paid yet leaves the debt (D 4011 or 4041); what was paid is owed back by the
    supplier (D 40971). The expense is credited either way.

    Args:
        montant_ht, montant_tgc: whole francs taken back from the imputation of rank `rang`.
        avoir: the avoir that founds it, deducted for good once the comptable accepts it.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the mandat is not taken in charge, or of another year.
        ValidationError: no reason, no document, more than what is left, or an avoir that is not
            free.
    """
    exiger_agent(par)
    if not motif.strip() or not justificatifs:
        raise ValidationError("Donnez le motif de la réduction, et joignez l’acte qui la fonde.")
    origine = Piece.objects.select_for_update(of=("self",)).get(pk=mandat.pk)
    ligne = _exiger_reductible(origine, rang, montant_ht, montant_tgc)
    try:
        reduction = emettre_reduction(
            origine,
            ligne,
            montant_ht=montant_ht,
            montant_tgc=montant_tgc,
            motif=motif.strip(),
            justificatifs=justificatifs,
            date_emission=timezone.localdate(),
            par=par,
        )
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur
    if avoir is not None:
        avoirs_de_mandat.fonder(reduction, avoir, par=par)
    return reduction


def constater_corrections(pieces: Collection[int], *, par: Utilisateur) -> set[int]:
    """Cancel the mandats and titres whose réductions, now taken in charge, leave nothing.

    Their invoices are settled by compensation; the avoirs that found the réductions are deducted
    for good. Returns the keys of the mandats cancelled.
    """
    avoirs_de_mandat.deduire(pieces, par=par)
    origines = Piece.objects.filter(
        pieces_correctives__in=list(pieces),
        pieces_correctives__type_piece="02",
        etat=EtatPiece.PRISE_EN_CHARGE,
    )
    cles = list(origines.values_list("pk", flat=True).distinct())
    if not cles:
        return set()
    soldees = []
    for sens in SensPiece.values:
        siennes = list(origines.filter(sens=sens).values_list("pk", flat=True).distinct())
        restes = reste_du_par_piece(siennes, sens=sens)
        soldees += [cle for cle in siennes if not restes.get(cle)]
    annulees = franchir_lot(Piece, soldees, "annuler_par_correction", par=par)
    constater_compensation(dict.fromkeys(annulees, "Mandat annulé par réduction"), par=par)
    return annulees


def reduits(mandats: Collection[int]) -> set[int]:
    """Return which of the mandats a living réduction corrects: they are rejected no more."""
    reductions = Piece.objects.filter(piece_origine__in=list(mandats), type_piece="02")
    vivantes = reductions.exclude(etat__in=PIECES_SANS_EFFET)
    return {cle for cle in vivantes.values_list("piece_origine", flat=True) if cle}


def avoirs_a_reduire(mandat: Piece) -> list[Facture]:
    """Return the avoirs agreed since the mandat, on the invoices that it pays, still free."""
    libres = Facture.objects.avoirs_a_reduire().filter(facture_corrigee__mandat=mandat.pk)
    return list(libres.order_by("pk"))


def _exiger_reductible(origine: Piece, rang: int, ht: int, tgc: int) -> LignePiece:
    if origine.etat not in REDUCTIBLES or origine.type_piece == "02":
        raise TransitionInterdite(
            f"Le mandat est « {origine.get_etat_display()} » : seul un mandat pris en charge ou "
            "payé se réduit ; avant, annulez-le ou attendez la réponse de la Trésorerie."
        )
    if origine.exercice_id != timezone.localdate().year:
        raise TransitionInterdite(
            f"Ce mandat est de {origine.exercice_id} : un mandat d’un exercice antérieur se "
            "corrige par un titre de recettes au compte 773."
        )
    ligne: LignePiece | None = origine.lignes_piece.filter(rang=rang).first()
    if ligne is None:
        raise ValidationError("Ce mandat n’a pas d’imputation de ce rang : rechargez la page.")
    reste_ht, reste_tgc = reste_a_reduire(ligne)
    if not 0 < ht <= reste_ht or not 0 <= tgc <= reste_tgc:
        raise ValidationError(
            f"Il reste {afficher(reste_ht)} HT et {afficher(reste_tgc)} de TGC à réduire sur cette "
            "imputation : corrigez les montants."
        )
    if origine.etat == EtatPiece.PRISE_EN_CHARGE:
        restes = reste_du_par_tiers([origine.pk], sens=SensPiece.DEPENSE).get(origine.pk, {})
        du = restes.get(origine.tiers_id, 0)
        if ht + tgc > du:
            raise ValidationError(
                f"Le mandat ne doit plus que {afficher(du)} à son fournisseur : attendez qu’il "
                "soit payé, ou réduisez moins."
            )
    return ligne
