"""A refused bordereau: the pièces that the treasury does not blame are issued again, and go on.

An acquittement refuses a bordereau as a whole, be it for one pièce (pes_v2, §7). The pièces it
names wait to be corrected; the others are issued again as they were, on a bordereau of their own.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from exports_tps.models import Verdict
from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Bordereau, EtatBordereau, EtatPiece, Piece, SensPiece
from facturier.suivi import mandatement
from facturier.suivi.mandatement import exiger_agent
from telepaiement import titres


@dataclass(frozen=True, slots=True)
class Reemission:
    """The new bordereau, if any pièce could be issued again, and in French why others were not."""

    bordereau: Bordereau | None
    nombre: int
    laissees: list[str]


def epargnees(bordereau: Bordereau) -> QuerySet[Piece]:
    """Return the rejected pièces of a refused bordereau that no verdict names, to be reissued."""
    if bordereau.etat != EtatBordereau.REFUSE:
        return Piece.objects.none()
    nommees = Verdict.objects.filter(
        bordereau=bordereau, portee=Verdict.Portee.PIECE, piece=OuterRef("pk")
    )
    return bordereau.pieces.filter(
        ~Exists(nommees), etat=EtatPiece.REJETEE, pieces_correctives=None
    ).order_by("numero")


@transaction.atomic
def reemettre(bordereau: Bordereau, *, par: Utilisateur) -> Reemission:
    """Issue again what the refusal of `bordereau` does not blame, on a new bordereau.

    A pièce that can no longer be issued as it was is left, with the reason.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the bordereau is not refused, or nothing of it is left to reissue.
    """
    exiger_agent(par)
    verrouille = Bordereau.objects.select_for_update(of=("self",)).get(pk=bordereau.pk)
    pieces = list(epargnees(verrouille).select_related("exercice"))
    if not pieces:
        raise TransitionInterdite("Ce bordereau n’a plus de pièce à émettre de nouveau.")
    nouvelles: list[int] = []
    laissees: list[str] = []
    for piece in pieces:
        try:
            with transaction.atomic():
                nouvelles.append(_reemettre(piece, par))
        except (ValidationError, ActeInterdit, TransitionInterdite) as refus:
            raisons = refus.messages if isinstance(refus, ValidationError) else [str(refus)]
            laissees.append(f"{piece.reference} : {' '.join(raisons)}")
    if not nouvelles:
        return Reemission(None, 0, laissees)
    nouveau = creer_bordereau(
        sens=bordereau.sens, pieces=nouvelles, date_emission=timezone.localdate(), par=par
    )
    return Reemission(nouveau, len(nouvelles), laissees)


def _reemettre(piece: Piece, par: Utilisateur) -> int:
    if piece.sens == SensPiece.DEPENSE:
        return mandatement.remandater(piece, par=par).pk
    return titres.reemettre(piece, par=par).pk
