"""Payments told one by one, without their total, that repeat none of those told before.

InfoPaiement and InfoRecouvrement tell a total, which is followed. Without them an answer may tell
all the payments, or only the new ones, and the format does not say which (§8): it is read as a
total, and what repeats nothing is left for a person to add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from exports_tps.models import MessageTPS, Reserve, Verdict
from exports_tps.pes.lecture import PieceLue
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece, SensPiece

JOUR = "%d/%m/%Y"


@dataclass(frozen=True, slots=True)
class SansTotal:
    """Whole francs told one by one, and the first day of them."""

    montant: int
    premier_jour: date


def lire_sans_total(lue: PieceLue, montant: int) -> SansTotal | None:
    """Return what an answer tells of a pièce without a total, or None: `montant` is all of it."""
    lignes = [ligne for ligne in lue.piece.lignes if ligne.reglements]
    if not lignes or any(ligne.cumul is not None for ligne in lignes):
        return None
    jours = [un.date_reglement for ligne in lignes for un in ligne.reglements]
    if montant <= 0 or not all(jours):
        return None
    return SansTotal(montant, min(jour for jour in jours if jour))


def ajouts_possibles(
    dits: Mapping[int, SansTotal], pieces: Iterable[Piece], *, message: MessageTPS
) -> dict[int, Reserve]:
    """Tell, by pièce, what `dits` may add to the payments that ended before; one query at most."""
    if not dits:
        return {}
    avant: dict[int, tuple[int, date]] = {}
    verdicts = Verdict.objects.filter(
        piece__in=dits, montant__gt=0, date_effet__isnull=False
    ).exclude(message=message)
    for cle, montant, jour in verdicts.values_list("piece", "montant", "date_effet"):
        if cle is not None and jour is not None and montant is not None:
            avant[cle] = max(avant.get(cle, (0, jour)), (montant, jour))
    return {
        piece.pk: _reserver(piece, dits[piece.pk], *avant[piece.pk])
        for piece in pieces
        if piece.pk in avant and _s_ajoute(piece, dits[piece.pk], *avant[piece.pk])
    }


def _s_ajoute(piece: Piece, dit: SansTotal, deja: int, dernier: date) -> bool:
    """Whether `dit` may add to the payments told before: all later, and not more than the pièce."""
    return dernier < dit.premier_jour and deja + dit.montant <= piece.montant_ttc


def _reserver(piece: Piece, dit: SansTotal, deja: int, dernier: date) -> Reserve:
    est_mandat = piece.sens == SensPiece.DEPENSE
    fait, balise = ("payés", "MtPayTot") if est_mandat else ("encaissés", "MtRecoTot")
    return Reserve(
        nature=Reserve.Nature.SANS_TOTAL,
        piece=piece,
        texte=f"{piece} : {afficher(dit.montant)} {fait} depuis le {dit.premier_jour:{JOUR}}, sans "
        f"total à ce jour, alors que {afficher(deja)} l’étaient déjà au {dernier:{JOUR}}. Cette "
        f"somme est lue comme un total. Demandez à la Trésorerie le total à ce jour ({balise}). "
        f"S’il est de {afficher(deja + dit.montant)}, le comptable enregistre ce qui manque sur la "
        f"page du {piece.nom_genre} ; s’il est de {afficher(dit.montant)}, il n’y a rien à faire.",
    )
