"""Answers on a bordereau that a titre left: kept with it, for they decide nothing of the next one.

A titre presented again keeps its number (`remises`); the number of the bordereau tells of which
presentation a PES_Retour speaks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from exports_tps.doutes_retour import dire_decision
from exports_tps.models import Reserve, Verdict
from exports_tps.pes.lecture import PieceLue
from facturier.grand_livre.models import EtatPiece, Piece, RemiseEnPreparation, SensPiece

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
        est_ici = piece.bordereau_id is None or piece.etat in PAS_PARTIS
        return [*anciens.values()][-1] if est_ici else None


def d_un_ancien(verdict: Verdict, titre: Piece) -> Iterator[Reserve]:
    """Say that the treasury took in charge a titre on a bordereau that it left.

    That it refuses there again what it had refused says nothing new.
    """
    if verdict.decision in Verdict.EN_AVANT:
        texte = (
            f"{titre} : {dire_decision(verdict)}, sur un bordereau qu’il a quitté. Son numéro "
            "ne se présente plus ; voyez avec elle ce qu’elle tient."
        )
        yield Reserve(
            nature=Reserve.Nature.CONTRADICTION,
            piece=titre,
            bordereau_id=verdict.bordereau_id,
            texte=texte,
        )
