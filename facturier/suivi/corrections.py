"""Mandats corrected after the comptable took them in charge, by a new pièce; nothing is edited.

A réduction is a pièce 02 / 02 / 06 (TypBord, TypPce, NatPce) that names the mandat it corrects;
one of the whole amount cancels it. A mandat of an earlier year is corrected by a titre on 773.

The exercice of the mandat decides: whoever reduces it calls the same act.
"""

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, franchir_lot
from facturier.commun.montants import afficher
from facturier.grand_livre.corrections import (
    Reprise,
    annuler_mandat_anterieur,
    corriges_en_entier,
    emettre_reduction,
    est_anterieure,
    reste_a_reduire,
)
from facturier.grand_livre.models import (
    CORRECTIF,
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
    code_produit: str = "",
) -> Piece:
    """Take back a part of a mandat, or all of it: by a pièce of réduction, or by a titre (773).

    What is not paid yet leaves the debt (D 4011 or 4041); what was paid is owed back by the
    supplier: D 40971 in the year, D 4111 on a titre he pays as any other for an earlier one.

    Args:
        code_produit: local product of the titre; asked for a mandat of an earlier exercice.
        montant_ht, montant_tgc: whole francs taken back from the imputation of rank `rang`.
        avoir: the avoir that founds it, deducted for good once the comptable accepts it.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the mandat is not taken in charge.
        ValidationError: no reason, no document, no product where a titre is issued, more than
            what is left, or an avoir that is not free.
    """
    exiger_agent(par)
    if not motif.strip() or not justificatifs:
        raise ValidationError("Donnez le motif de la réduction, et joignez l’acte qui la fonde.")
    origine = Piece.objects.select_for_update(of=("self",)).get(pk=mandat.pk)
    ligne = _exiger_reductible(origine, rang, montant_ht, montant_tgc)
    reprise = Reprise(
        ligne=ligne, montant_ht=montant_ht, montant_tgc=montant_tgc, motif=motif.strip()
    )
    try:
        reduction = _corriger(origine, reprise, code_produit, justificatifs, par)
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur
    if avoir is not None:
        avoirs_de_mandat.fonder(reduction, avoir, par=par)
    return reduction


def _corriger(
    origine: Piece,
    reprise: Reprise,
    code_produit: str,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
) -> Piece:
    """Issue what corrects `origine`, as its exercice says."""
    jour = timezone.localdate()
    if not est_anterieure(origine):
        return emettre_reduction(
            origine, reprise, justificatifs=justificatifs, date_emission=jour, par=par
        )
    if not code_produit:
        raise ValidationError(
            f"Ce mandat est de {origine.exercice_id} : il se corrige par un titre de recettes. "
            "Choisissez le produit local de ce titre."
        )
    return annuler_mandat_anterieur(
        origine,
        reprise,
        code_produit=code_produit,
        justificatifs=justificatifs,
        date_emission=jour,
        par=par,
    )


def constater_corrections(pieces: Collection[int], *, par: Utilisateur) -> set[int]:
    """Cancel the mandats and titres whose réductions, now taken in charge, leave nothing.

    Their invoices are settled by compensation; the avoirs that found the réductions are deducted
    for good. Returns the keys of the mandats cancelled.
    """
    avoirs_de_mandat.deduire(pieces, par=par)
    origines = Piece.objects.filter(
        pieces_correctives__in=list(pieces),
        pieces_correctives__type_piece=CORRECTIF,
        etat=EtatPiece.PRISE_EN_CHARGE,
    )
    cles = list(origines.values_list("pk", flat=True).distinct())
    if not cles:
        return set()
    soldees = []
    for sens in SensPiece.values:
        siennes = list(origines.filter(sens=sens).values_list("pk", flat=True).distinct())
        restes = reste_du_par_piece(siennes, sens=sens)
        sans_reste = [cle for cle in siennes if not restes.get(cle)]
        if sens == SensPiece.RECETTE:  # what was collected and is kept leaves the titre as it is
            sans_reste = [cle for cle in siennes if restes.get(cle, 0) <= 0]
            sans_reste = [*corriges_en_entier(sans_reste)]
        soldees += sans_reste
    annulees = franchir_lot(Piece, soldees, "annuler_par_correction", par=par)
    constater_compensation(dict.fromkeys(annulees, "Mandat annulé par réduction"), par=par)
    return annulees


def reduits(mandats: Collection[int]) -> set[int]:
    """Return which of the mandats a living réduction corrects: they are rejected no more."""
    reductions = Piece.objects.filter(piece_origine__in=list(mandats), type_piece=CORRECTIF)
    vivantes = reductions.exclude(etat__in=PIECES_SANS_EFFET)
    return {cle for cle in vivantes.values_list("piece_origine", flat=True) if cle}


def avoirs_a_reduire(mandat: Piece) -> list[Facture]:
    """Return the avoirs agreed since the mandat, on the invoices that it pays, still free."""
    libres = Facture.objects.avoirs_a_reduire().filter(facture_corrigee__mandat=mandat.pk)
    return list(libres.order_by("pk"))


def _exiger_reductible(origine: Piece, rang: int, ht: int, tgc: int) -> LignePiece:
    if origine.etat not in REDUCTIBLES or origine.est_reduction:
        raise TransitionInterdite(
            f"Le mandat est « {origine.get_etat_display()} » : seul un mandat pris en charge ou "
            "payé se réduit ; avant, annulez-le ou attendez la réponse de la Trésorerie."
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
