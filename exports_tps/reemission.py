"""A refused bordereau: the pièces that the treasury does not blame go on, on another bordereau.

An acquittement refuses a bordereau as a whole, be it for one pièce (pes_v2, §7). The pièces it
names wait to be corrected; the others are issued again as they were. A titre that money settled is
no other one: it is presented again itself (`remises`).
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from exports_tps.models import Verdict
from exports_tps.remises import a_remettre, raisons_du_refus, renvoyer
from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    EtatPiece,
    Piece,
    SensPiece,
    Titre,
)
from facturier.grand_livre.soldes import regle_par_piece
from facturier.suivi import mandatement
from facturier.suivi.mandatement import exiger_agent
from telepaiement import titres

EPARGNE = "Présenté de nouveau tel quel : le refus du bordereau ne le met pas en cause."


@dataclass(frozen=True, slots=True)
class Reemission:
    """The new bordereau, if any pièce could go on it, and in French why others did not.

    `nombre` pièces were issued again; `presentes` settled titres are on it as they were.
    """

    bordereau: Bordereau | None
    nombre: int
    laissees: list[str]
    presentes: int = 0


def epargnees(bordereau: Bordereau) -> QuerySet[Piece]:
    """Return the rejected pièces of a refused bordereau that no verdict names, to be reissued."""
    if bordereau.etat != EtatBordereau.REFUSE:
        return Piece.objects.none()
    return bordereau.pieces.filter(
        ~Exists(_nommees(bordereau)), etat=EtatPiece.REJETEE, pieces_correctives=None
    ).order_by("numero")


def regles_epargnes(bordereau: Bordereau) -> QuerySet[Titre]:
    """Return the titres of a refused bordereau that no verdict names, and that money still settles.

    Two queries, and its own.
    """
    if bordereau.etat != EtatBordereau.REFUSE:
        rien: QuerySet[Titre] = Titre.objects.none()
        return rien
    epargnes = a_remettre().filter(~Exists(_nommees(bordereau)), bordereau=bordereau)
    regles = regle_par_piece(epargnes.values_list("pk", flat=True))
    titres: QuerySet[Titre] = epargnes.filter(pk__in=regles)
    return titres


def nomme_des_pieces(bordereau: Bordereau) -> bool:
    """Whether the refusal of `bordereau` blames some pièces; else it says nothing of any."""
    return Verdict.objects.filter(bordereau=bordereau, portee=Verdict.Portee.PIECE).exists()


def _nommees(bordereau: Bordereau) -> QuerySet[Verdict]:
    return Verdict.objects.filter(
        bordereau=bordereau, portee=Verdict.Portee.PIECE, piece=OuterRef("pk")
    )


@transaction.atomic
def reemettre(bordereau: Bordereau, *, par: Utilisateur) -> Reemission:
    """Issue again, or present again, what the refusal of `bordereau` does not blame, together.

    A pièce that can no longer be issued as it was is left, with the reason; a titre of an earlier
    exercice than those issued today waits in preparation for a bordereau of its own.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the bordereau is not refused, or nothing of it is left to reissue.
    """
    exiger_agent(par)
    verrouille = Bordereau.objects.select_for_update(of=("self",)).get(pk=bordereau.pk)
    pieces = list(epargnees(verrouille).select_related("exercice"))
    regles = list(regles_epargnes(verrouille).select_for_update(of=("self",)).order_by("pk"))
    if not pieces and not regles:
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
    renvoyer(regles, raisons_du_refus(regles), motif=EPARGNE, par=par)
    annee = timezone.localdate().year
    if nouvelles and verrouille.exercice_id != annee:
        dit = "est d’un autre exercice : il attend son propre bordereau, en préparation."
        laissees += [f"{titre} {dit}" for titre in regles]
        regles = []
    if not nouvelles and not regles:
        return Reemission(None, 0, laissees)
    nouveau = creer_bordereau(
        sens=bordereau.sens,
        pieces=[*nouvelles, *(titre.pk for titre in regles)],
        date_emission=timezone.localdate(),
        par=par,
    )
    return Reemission(nouveau, len(nouvelles), laissees, len(regles))


def _reemettre(piece: Piece, par: Utilisateur) -> int:
    if piece.sens == SensPiece.DEPENSE:
        return mandatement.remandater(piece, par=par).pk
    return titres.reemettre(piece, par=par).pk
