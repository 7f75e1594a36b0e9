"""What an answer on one pièce leaves to be looked at, while it is carried out all the same."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from exports_tps import lignes_retour
from exports_tps.models import Reserve, Verdict
from exports_tps.pes.lecture import PieceLue
from facturier.commun.montants import afficher
from facturier.grand_livre.models import EtatBordereau, EtatPiece, Piece, SensPiece

Decision, Nature = Verdict.Decision, Reserve.Nature
PAS_PRISES: Final = (EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE)
PEC_PARTIELLE: Final = "03"  # EtatPce of a titre


def dire_decision(verdict: Verdict) -> str:
    """Say what the treasury decided, with what it says that is paid."""
    somme = f", {afficher(verdict.montant)} à ce jour" if verdict.montant else ""
    return f"{verdict.get_decision_display().lower()}{somme} d’après la Trésorerie"


def hors_circuit(verdict: Verdict, piece: Piece) -> Reserve:
    """Say that the treasury decided of a pièce that was never sent, or is cancelled."""
    return Reserve(
        nature=Nature.CONTRADICTION,
        piece=piece,
        texte=f"{piece} : {dire_decision(verdict)}, mais « {piece.get_etat_display()} » ici. Rien "
        "n’est comptabilisé ; voyez avec elle ce qu’elle tient.",
    )


def doutes(lue: PieceLue, piece: Piece, verdict: Verdict) -> Iterator[Reserve]:
    """Yield what an answer on a pièce leaves to be looked at, before it is carried out."""
    if verdict.decision in Verdict.EN_AVANT:
        yield from _en_suspens(lue, piece)
    else:
        yield from _encaisse_sans_prise(piece, verdict)
    yield from _douteux(lue, piece)
    yield from _prise_partielle(lue, piece)
    yield from date_impossible(verdict, piece)


def _en_suspens(lue: PieceLue, piece: Piece) -> Iterator[Reserve]:
    for dit in lignes_retour.en_suspens(lue):
        yield Reserve(nature=Nature.INSTANCE, piece=piece, texte=f"{piece} : {dit}")


def _encaisse_sans_prise(titre: Piece, verdict: Verdict) -> Iterator[Reserve]:
    """Say that the treasury collected on a titre that it does not take in charge, not posted.

    Decision 40 posts what it collects on those that it takes; else nothing keeps it but a P503.
    """
    if titre.sens != SensPiece.RECETTE or titre.etat not in PAS_PRISES or not verdict.montant:
        return
    yield Reserve(
        nature=Nature.MONTANT,
        piece=titre,
        texte=f"{titre} : {dire_decision(verdict)}. Cette somme n’est pas comptabilisée. Demandez "
        "à la Trésorerie de la rendre, ou de la dire en recette perçue avant titre (P503) : elle "
        "règle alors le titre juste.",
    )


def _douteux(lue: PieceLue, piece: Piece) -> Iterator[Reserve]:
    for dit in lignes_retour.montants_douteux(lue):
        yield Reserve(nature=Nature.MONTANT, piece=piece, texte=f"{piece}, {dit}")


def _prise_partielle(lue: PieceLue, piece: Piece) -> Iterator[Reserve]:
    """Say what a titre was taken in charge for, when it is not for all that it calls for."""
    if lue.sens != SensPiece.RECETTE or lue.piece.etat != PEC_PARTIELLE:
        return
    lignes: Any = lue.piece.lignes
    admis = int(sum((ligne.montant_ht or 0) + (ligne.montant_tva or 0) for ligne in lignes))
    yield Reserve(
        nature=Nature.MONTANT,
        piece=piece,
        texte=f"{piece} : pris en charge en partie, pour {afficher(admis)} sur "
        f"{afficher(piece.montant_ttc)}. Le redevable se voit toujours réclamer le tout : réduisez "
        "le titre de ce que la Trésorerie n’a pas admis.",
    )


def date_impossible(verdict: Verdict, piece: Piece) -> list[Reserve]:
    """Say that a rejection is dated before its pièce, or beyond the year after its exercice."""
    jour = verdict.date_effet
    if verdict.decision != Decision.REJETE or jour is None:
        return []
    if piece.date_emission <= jour and jour.year <= piece.exercice_id + 1:
        return []
    texte = (
        f"{piece} : rejeté le {jour:%d/%m/%Y} d’après la réponse, une date hors de son exercice ou "
        "d’avant son émission. L’écriture est contrepassée au jour de la lecture."
    )
    return [Reserve(nature=Nature.INCOHERENT, piece=piece, texte=texte)]


def prises_malgre_un_refus(prises: Collection[int]) -> Iterator[Reserve]:
    """Yield the settled titres taken in charge, of `prises`, whose bordereau was refused."""
    titres = Piece.objects.filter(
        pk__in=prises, etat=EtatPiece.PRISE_EN_CHARGE, bordereau__etat=EtatBordereau.REFUSE
    )
    for titre in titres.select_related("bordereau"):
        yield Reserve(
            nature=Nature.CONTRADICTION,
            piece=titre,
            texte=f"{titre} : pris en charge, alors que {titre.bordereau} est refusé ; voyez "
            "avec la Trésorerie ce qu’elle en tient.",
        )
