"""Numbers of the pièces of other software: never those of ours, nor of another file."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from exports_tps.models import EtatFlux, PieceExterne, Verdict
from facturier.grand_livre.models import Budget, Piece, SensPiece


def _numeros_rendus(numeros: Sequence[int]) -> QuerySet[PieceExterne]:
    """Return the pièces whose number may serve again once corrected (pes_v2, §8).

    Refused before the visa, or rejected at it; a prise en charge that is cancelled burns it.
    """
    refusees = Q(verdicts__decision__in=[Verdict.Decision.REFUSE, Verdict.Decision.REJETE])
    prises = Verdict.objects.filter(
        piece_externe=OuterRef("pk"),
        decision__in=[Verdict.Decision.PRIS_EN_CHARGE, Verdict.Decision.PAYE],
    )
    jamais_parties = Q(flux__etat__in=[EtatFlux.EN_ERREUR, EtatFlux.REFUSE])
    return PieceExterne.objects.filter(jamais_parties | refusees, numero__in=numeros).exclude(
        Exists(prises)
    )


def exiger_inconnues(budget: Budget, pieces: Sequence[PieceExterne]) -> None:
    """Refuse numbers that answers could not tell from ours, or from those of another file."""
    for sens in SensPiece.values:
        for exercice in {piece.exercice for piece in pieces}:
            numeros = [p.numero for p in pieces if (p.sens, p.exercice) == (sens, exercice)]
            notres = Piece.objects.filter(
                budget=budget, sens=sens, exercice=exercice, numero__in=numeros
            )
            autres = PieceExterne.objects.filter(
                flux__budget=budget, sens=sens, exercice=exercice, numero__in=numeros
            ).exclude(pk__in=_numeros_rendus(numeros).values("pk"))
            pris = {*notres.values_list("numero", flat=True)}
            pris |= {*autres.values_list("numero", flat=True)}
            if cites := sorted(pris)[:5]:
                raise ValidationError(
                    f"Numéros déjà employés dans l’exercice {exercice} : "
                    f"{', '.join(map(str, cites))}. La Trésorerie ne distinguerait pas ces pièces."
                )
