"""What the province owes a tiers and what he owes it, read from the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.db.models import Q, QuerySet
from django.utils import timezone

from facturier.commun.pdf import Colonne, Document
from facturier.grand_livre.models import (
    PIECES_SANS_EFFET,
    EtatPiece,
    PartCedee,
    Piece,
    SensPiece,
    Tiers,
)
from facturier.grand_livre.soldes import LigneReleve, releve, reste_du_par_tiers, trop_percu

PARTS_MONTREES = 100
ETATS_ETEINTS = (EtatPiece.PAYEE, EtatPiece.REJETEE, EtatPiece.ANNULEE)
TITRES_CSV = ("Date", "Libellé", "Pièce", "Compte", "Débit", "Crédit", "Solde")


@dataclass(frozen=True, slots=True)
class PieceDue:
    """A pièce not settled, and what is left of it in whole francs."""

    piece: Piece
    reste: int


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a tiers stands: pièces not settled, either way, and titres paid in excess."""

    dues_au_tiers: list[PieceDue]
    dues_par_le_tiers: list[PieceDue]
    trop_percu: int

    @property
    def total_du_au_tiers(self) -> int:
        """Francs the province owes."""
        return sum(due.reste for due in self.dues_au_tiers) + self.trop_percu

    @property
    def total_du_par_le_tiers(self) -> int:
        """Francs owed to the province."""
        return sum(due.reste for due in self.dues_par_le_tiers)


def situation(tiers: Tiers) -> Situation:
    """Return the pièces not settled of `tiers` and of those it absorbed, the oldest first.

    Eight queries.
    """
    return Situation(
        dues_au_tiers=_dues(tiers, SensPiece.DEPENSE),
        dues_par_le_tiers=_dues(tiers, SensPiece.RECETTE),
        trop_percu=trop_percu(tiers.famille),
    )


def _dues(tiers: Tiers, sens: SensPiece) -> list[PieceDue]:
    famille = tiers.famille
    siennes = Q(tiers__in=famille)
    if sens == SensPiece.DEPENSE:  # a mandat of another may owe him a part, seized or assigned
        parts = PartCedee.objects.filter(tiers__in=famille)
        siennes |= Q(pk__in=parts.values("ligne__piece"))
    pieces = Piece.objects.filter(siennes, sens=sens).exclude(etat__in=ETATS_ETEINTS)
    par_cle = {piece.pk: piece for piece in pieces.order_by("pk")}
    restes = reste_du_par_tiers(par_cle, sens=sens)
    dus = (
        (piece, sum(restes.get(pk, {}).get(membre, 0) for membre in famille))
        for pk, piece in par_cle.items()
    )
    return [PieceDue(piece, reste) for piece, reste in dus if reste > 0]


def parts_versees_a_d_autres(tiers: Tiers) -> QuerySet[PartCedee]:
    """Return what mandats of `tiers` pay to others, the latest first, a hundred at most."""
    parts = PartCedee.objects.filter(ligne__piece__tiers__in=tiers.famille)
    return (
        parts.exclude(ligne__piece__etat__in=PIECES_SANS_EFFET)
        .select_related("ligne__piece")
        .order_by("-ligne__piece", "rang")[:PARTS_MONTREES]
    )


def lignes_csv(tiers: Tiers, *, debut: date | None, fin: date | None) -> Iterator[list[object]]:
    """Yield the heading and the rows of the statement."""
    yield list(TITRES_CSV)
    for ligne in releve(tiers, debut=debut, fin=fin):
        yield [
            ligne.date_comptable.isoformat(),
            ligne.libelle,
            ligne.piece,
            ligne.compte,
            ligne.debit,
            ligne.credit,
            ligne.solde,
        ]


def ecrire_pdf(sortie: IO[bytes], tiers: Tiers, *, debut: date | None, fin: date | None) -> None:
    """Draw the statement of `tiers` on `sortie`: what is owed either way, then every movement."""
    etat = situation(tiers)
    with Document(
        sortie,
        titre=f"Relevé de compte de {tiers.nom_complet}",
        etabli_le=timezone.now(),
        reference=f"Relevé {tiers.code}",
    ) as pdf:
        pdf.titre("Relevé de compte", sous_titre=f"{tiers.nom_complet}, tiers {tiers.code}")
        pdf.resume([("Période", periode(debut, fin))])
        pdf.intertitre("Ce que la province doit au tiers")
        _tableau_des_dues(pdf, etat.dues_au_tiers, etat.total_du_au_tiers, etat.trop_percu)
        pdf.intertitre("Ce que le tiers doit à la province")
        _tableau_des_dues(pdf, etat.dues_par_le_tiers, etat.total_du_par_le_tiers)
        _tableau_des_parts(pdf, list(parts_versees_a_d_autres(tiers)))
        pdf.intertitre("Mouvements")
        _tableau_des_mouvements(pdf, releve(tiers, debut=debut, fin=fin))
        pdf.paragraphe("Un solde positif est dû à la province, un solde négatif est dû par elle.")


def periode(debut: date | None, fin: date | None) -> str:
    """Return a period in words."""
    depuis = f"du {debut:%d/%m/%Y}" if debut else "depuis l’origine"
    return f"{depuis} au {fin:%d/%m/%Y}" if fin else f"{depuis}, jusqu’à ce jour"


def _tableau_des_dues(pdf: Document, dues: list[PieceDue], total: int, trop_percu: int = 0) -> None:
    lignes = [(due.piece.reference, due.piece.objet, due.reste) for due in dues]
    if trop_percu:
        lignes.append(("", "Titres payés en trop, à rendre", trop_percu))
    if not lignes:
        pdf.paragraphe("Rien à ce jour.")
        return
    pdf.tableau(
        [Colonne("Pièce", 2), Colonne("Objet", 5), Colonne("Reste dû", 2, est_nombre=True)],
        lignes,
        total=("Total", "", total),
    )


def _tableau_des_parts(pdf: Document, parts: list[PartCedee]) -> None:
    """Say what was paid to others, when something was."""
    if not parts:
        return
    pdf.intertitre("Ce que la province paie à un autre que le tiers")
    pdf.tableau(
        [
            Colonne("Pièce", 2),
            Colonne("Bénéficiaire", 2.5),
            Colonne("Cause", 4.5),
            Colonne("Montant", 2, est_nombre=True),
        ],
        [
            (
                part.ligne.piece.reference,
                part.nom_tiers,
                f"{part.creance} : {part.motif}",
                part.montant,
            )
            for part in parts
        ],
    )


def _tableau_des_mouvements(pdf: Document, lignes: Iterator[LigneReleve]) -> None:
    pdf.tableau(
        [
            Colonne("Date", 1.4),
            Colonne("Libellé", 4),
            Colonne("Débit", 1.8, est_nombre=True),
            Colonne("Crédit", 1.8, est_nombre=True),
            Colonne("Solde", 1.8, est_nombre=True),
        ],
        (
            (
                f"{ligne.date_comptable:%d/%m/%Y}",
                ligne.libelle,
                ligne.debit or "",
                ligne.credit or "",
                ligne.solde,
            )
            for ligne in lignes
        ),
    )
