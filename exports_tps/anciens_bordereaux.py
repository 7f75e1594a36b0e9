"""Answers on a bordereau that a titre left: kept with it, for they decide nothing of the next one.

A titre presented again keeps its number (`remises`); the number of the bordereau tells of which
presentation a PES_Retour speaks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from exports_tps.models import Reserve, Verdict
from exports_tps.pes.lecture import PieceLue
from facturier.commun.montants import afficher
from facturier.grand_livre.models import EtatPiece, Piece, RemiseEnPreparation, SensPiece

EN_AVANT = (Verdict.Decision.PRIS_EN_CHARGE, Verdict.Decision.PAYE)
PAS_PARTIS = (EtatPiece.EMISE, EtatPiece.SIGNEE)


class AnciensBordereaux:
    """The bordereaux that the titres of an answer left, by number; one query."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        titres = [piece.pk for piece in pieces if piece.sens == SensPiece.RECETTE]
        remises = RemiseEnPreparation.objects.filter(piece__in=titres).order_by("pk")
        self._de: dict[int, dict[int, int]] = defaultdict(dict)
        for piece, numero, cle in remises.values_list("piece", "bordereau__numero", "bordereau"):
            self._de[piece][numero] = cle

    def designe(self, lue: PieceLue, piece: Piece | None) -> int | None:
        """Return the key of the bordereau left that an answer speaks of; None for the present one.

        Without a number that can be read, it speaks of the last one that was sent.
        """
        if piece is None or piece.pk not in self._de:
            return None
        anciens, dit = self._de[piece.pk], lue.numero_bordereau or ""
        if dit.isdecimal() and (cle := anciens.get(int(dit))):
            return cle
        return [*anciens.values()][-1] if piece.etat in PAS_PARTIS else None


def hors_circuit(verdict: Verdict, piece: Piece, *, est_ancien: bool) -> Iterator[Reserve]:
    """Say that the treasury holds a pièce that was never sent, is cancelled, or left a bordereau.

    That it refuses again, on a bordereau that was left, what it had refused there says nothing new.
    """
    if est_ancien and verdict.decision not in EN_AVANT:
        return
    somme = f", {afficher(verdict.montant)} à ce jour" if verdict.montant else ""
    dit = f"{verdict.get_decision_display().lower()}{somme} d’après la Trésorerie"
    suite = (
        "sur un bordereau qu’il a quitté. Voyez avec elle ce qu’elle tient avant de le présenter "
        "de nouveau."
        if est_ancien
        else f"mais « {piece.get_etat_display()} » ici. Rien n’est comptabilisé ; voyez avec elle "
        "ce qu’elle tient."
    )
    yield Reserve(
        nature=Reserve.Nature.CONTRADICTION,
        piece=piece,
        bordereau_id=verdict.bordereau_id if est_ancien else None,
        texte=f"{piece} : {dit}, {suite}",
    )
