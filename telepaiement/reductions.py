"""A titre corrected after the comptable took it in charge, by a new pièce; nothing is edited.

A réduction is a pièce 02 / 02 / 06 (TypBord, TypPce, NatPce) that names the titre it corrects; of
the whole amount, it cancels the titre once the comptable accepts it. It takes back what is still
owed: what was paid beyond is given back by a refund.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.emission import REDUCTION, emettre_reduction, reste_a_reduire
from facturier.grand_livre.models import EtatPiece, Piece, PieceJustificative, Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from telepaiement import contestations, echeanciers


@transaction.atomic
def reduire_titre(
    titre: Piece,
    *,
    montant_ht: int,
    montant_tgc: int = 0,
    motif: str,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
    rang: int = 1,
) -> Piece:
    """Take back a part of a titre, or all of it, by a pièce of réduction (D revenue, C 4111).

    It is the suite of a contestation of the titre that was accepted, whose author is told.

    Args:
        montant_ht, montant_tgc: whole francs taken back from the imputation of rank `rang`.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the titre is not taken in charge, or is of another year.
        ValidationError: no reason, no document, or more than what is left or still owed.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances réduit un titre.")
    if not motif.strip() or not justificatifs:
        raise ValidationError("Donnez le motif de la réduction, et joignez l’acte qui la fonde.")
    origine: Titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre.pk)
    _exiger_reductible(origine)
    ligne = origine.lignes_piece.filter(rang=rang).first()
    if ligne is None:
        raise ValidationError("Ce titre n’a pas d’imputation de ce rang : rechargez la page.")
    ht, tgc = reste_a_reduire(ligne)
    du = reste_du(origine)
    if not 0 < montant_ht <= ht or not 0 <= montant_tgc <= tgc or montant_ht + montant_tgc > du:
        raise ValidationError(
            f"Il reste {afficher(ht)} HT et {afficher(tgc)} de TGC à réduire sur cette imputation, "
            f"dont {afficher(du)} encore dus : corrigez les montants. Ce qui est payé se rembourse."
        )
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
    echeanciers.suivre(origine)
    contestations.suivre_reduction(
        origine,
        reduction,
        montant_ht + montant_tgc,
        est_entiere=all(sum(reste_a_reduire(une)) == 0 for une in origine.lignes_piece.all()),
        par=par,
    )
    return reduction


def est_reductible(titre: Titre) -> bool:
    """Whether a titre is one that a réduction corrects: taken in charge, of this year."""
    return (
        titre.etat == EtatPiece.PRISE_EN_CHARGE
        and titre.type_piece != REDUCTION
        and titre.exercice_id == timezone.localdate().year
    )


def _exiger_reductible(titre: Titre) -> None:
    if est_reductible(titre):
        return
    if titre.exercice_id != timezone.localdate().year:
        raise TransitionInterdite(
            f"Ce titre est de {titre.exercice_id} : un titre d’un exercice antérieur s’annule par "
            "un mandat au compte 673."
        )
    raise TransitionInterdite(
        f"Ce titre est « {titre.get_etat_display()} » : seul un titre pris en charge se réduit ; "
        "avant, annulez-le ou attendez la réponse de la Trésorerie."
    )
