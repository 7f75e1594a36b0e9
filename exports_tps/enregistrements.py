"""Pièces of the ledger as the treasury wants them: five streamed queries for all of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, F, Q, QuerySet, Sum
from django.utils import timezone

from exports_tps.beneficiaires import deductions_de, en_part, parts_de
from exports_tps.limites import rattachements_cites
from exports_tps.oppositions import comptes_verifies
from exports_tps.pes.bordereau import PieceEcrite
from exports_tps.pes.controle_bordereau import ControleBordereau
from exports_tps.pes.depense import BordereauDepense
from exports_tps.pes.messages import Anomalie, ErreurPES
from exports_tps.pes.pieces_jointes import FichePJ, ReferenceComptable
from exports_tps.pes.recette import BordereauRecette
from exports_tps.pieces_jointes import nom_accepte
from exports_tps.projections import (
    COLONNES_CONTROLE,
    COLONNES_LIGNE,
    COLONNES_PIECE,
    COLONNES_REFERENCE,
    ORIGINES,
    TYPE_PJ,
    PieceLue,
    ecrivain_pieces,
)
from facturier.grand_livre.emission import type_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    LignePiece,
    Piece,
    PieceJustificative,
    RemiseEnPreparation,
    SensPiece,
)

LOT = 2000  # rows fetched together
ENSEMBLE = 256  # pièces written together
DOMAINES = {SensPiece.DEPENSE: "01", SensPiece.RECETTE: "02"}  # of RefCompta
TETES: dict[SensPiece, type[BordereauDepense] | type[BordereauRecette]] = {
    SensPiece.DEPENSE: BordereauDepense,
    SensPiece.RECETTE: BordereauRecette,
}
_NOMBRE = len(COLONNES_PIECE)
_CLE = COLONNES_PIECE.index("pk")


def tete_pes(bordereau: Bordereau) -> BordereauDepense | BordereauRecette:
    """Return the head of `bordereau`: number of pièces, totals, cumulative amount of the year.

    That amount is of the bordereaux of its type up to this one, tax included: the treasury holds
    nothing of those it refused, and what reduces has bordereaux of its own type. One query; of
    titres another one, for what left a bordereau to be presented again counts where it was.
    """
    sommes = _sommer(Piece.objects.all(), bordereau)
    if bordereau.sens == SensPiece.RECETTE:
        parties = _sommer(RemiseEnPreparation.objects.all(), bordereau, piece="piece__")
        sommes = {nom: sommes[nom] + parties[nom] for nom in sommes}
    return TETES[SensPiece(bordereau.sens)](
        exercice=bordereau.exercice_id,
        numero=bordereau.numero,
        date_emission=bordereau.date_emission,
        type=bordereau.type_bordereau,
        nombre_pieces=sommes["nombre"],
        cumul_annuel=int(sommes["cumul"]),
        montant_ht=sommes["ht"],
        montant_tva=sommes["tgc"] or None,
    )


def _sommer(lignes: QuerySet[Any], bordereau: Bordereau, *, piece: str = "") -> dict[str, int]:
    """Add up what `bordereau` presented, and with it those before it, that are not refused.

    Args:
        lignes: pièces, or what left a bordereau, that leads to the pièce by `piece`.
    """
    lui, tenues = Q(bordereau=bordereau), ~Q(bordereau__etat=EtatBordereau.REFUSE)
    ht, tgc = f"{piece}montant_ht", f"{piece}montant_tgc"
    return lignes.filter(
        bordereau__exercice=bordereau.exercice_id,
        bordereau__budget=bordereau.budget_id,
        bordereau__sens=bordereau.sens,
        bordereau__type_bordereau=bordereau.type_bordereau,
        bordereau__numero__lte=bordereau.numero,
    ).aggregate(
        nombre=Count("pk", filter=lui),
        ht=Sum(ht, filter=lui, default=0),
        tgc=Sum(tgc, filter=lui, default=0),
        cumul=Sum(F(ht) + F(tgc), filter=tenues, default=0),
    )


def pieces_pes(
    bordereau: Bordereau, *, montrer: Callable[[PieceLue], None] = lambda lue: None
) -> Iterator[PieceEcrite]:
    """Yield the pièces of `bordereau` by number, written: 5 queries, whatever their number.

    Args:
        montrer: is shown each pièce before it is written.

    Raises:
        exports_tps.pes.messages.ChampRefuse: the format refuses a value.
    """
    ecrire = ecrivain_pieces(bordereau.sens)
    pieces = lire_pieces(bordereau)
    while lot := list(islice(pieces, ENSEMBLE)):
        for lue in lot:
            montrer(lue)
        yield from ecrire(lot)


def refus_du_format(bordereau: Bordereau) -> Iterator[tuple[int, str]]:
    """Yield the number of each pièce that the format refuses, and why, in French."""
    ecrire = ecrivain_pieces(bordereau.sens)
    numero = COLONNES_PIECE.index("numero")
    for lue in lire_pieces(bordereau):
        try:
            ecrire([lue])
        except ErreurPES as erreur:
            yield lue.piece[numero], str(erreur)


def refus_des_libres(pieces: QuerySet[Piece], sens: str) -> dict[int, list[str]]:
    """Return, by key, what the format or its rules hold against free `pieces`, in French.

    They are examined as on a bordereau, under the head that each budget, exercice and type would
    have: 5 queries for each of these, whatever the number of pièces.
    """
    groupes = defaultdict(list)
    colonnes = ("pk", "exercice_id", "budget_id", "type_piece", "nature_piece")
    for cle, exercice, budget, genre, nature in pieces.values_list(*colonnes):
        groupes[exercice, budget, type_bordereau(genre, nature)].append(cle)
    refus: dict[int, list[str]] = defaultdict(list)
    for (exercice, _, genre), cles in groupes.items():
        _examiner_libres(_tete_a_venir(sens, exercice, genre), sens, cles, refus)
    return dict(refus)


def _tete_a_venir(sens: str, exercice: int, genre: str) -> BordereauDepense | BordereauRecette:
    """Return the head of a bordereau to come: what rules read of it when they examine a pièce."""
    return TETES[SensPiece(sens)](
        exercice=exercice,
        numero=1,
        date_emission=timezone.localdate(),
        type=genre,
        nombre_pieces=1,
        cumul_annuel=1,
        montant_ht=1,
    )


def _examiner_libres(
    tete: BordereauDepense | BordereauRecette,
    sens: str,
    cles: Sequence[int],
    refus: dict[int, list[str]],
) -> None:
    """Add to `refus` what is held against each pièce of one head."""
    courante: int | None = None
    ecrire = ecrivain_pieces(sens)

    def noter(_numero: int | None, anomalie: Anomalie) -> None:
        if courante is not None:  # what is held against the head is said once it exists
            refus[courante].append(anomalie.message)

    controle = ControleBordereau(tete, noter)
    for lue in _lire(pk__in=cles):
        courante = lue.piece[_CLE]
        try:
            ecrites = ecrire([lue])
        except ErreurPES as erreur:
            refus[courante].append(str(erreur))
        else:
            list(controle.suivre(ecrites))


def lire_pieces(bordereau: Bordereau) -> Iterator[PieceLue]:
    """Yield the pièces of `bordereau` by number, streamed with their lines, parts and documents."""
    return _lire(bordereau=bordereau)


def ecrire_piece(piece: Piece) -> str:
    """Return one pièce as the treasury will read it, in a bordereau or not yet.

    Raises:
        exports_tps.pes.messages.ChampRefuse: the format refuses a value.
    """
    return ecrivain_pieces(piece.sens)(list(_lire(pk=piece.pk)))[0].texte


def _lire(**choix: Any) -> Iterator[PieceLue]:
    """Yield the pièces that `choix` selects, by number."""
    pieces = (
        Piece.objects.filter(**choix)
        .order_by("numero")
        .annotate(a_compte_verifie=Exists(comptes_verifies()), **ORIGINES)
        .values_list(*COLONNES_PIECE, *COLONNES_CONTROLE)
    )
    selon = {f"piece__{champ}": valeur for champ, valeur in choix.items()}
    lignes = LignePiece.objects.filter(**selon)
    references = rattachements_cites().filter(**selon)
    lignes_de = _Suite(lignes.order_by("piece__numero", "rang").values_list(*COLONNES_LIGNE))
    references_de = _Suite(
        references.order_by("piece__numero", "rang", "pk").values_list(*COLONNES_REFERENCE)
    )
    parts = _Suite(parts_de(**choix), cle="ligne__piece_id")
    deductions = _Suite(deductions_de(**choix), cle="ligne__piece_id")
    for piece in pieces.iterator(chunk_size=LOT):
        cle = piece[0]
        yield PieceLue(
            piece[:_NOMBRE],
            piece[_NOMBRE:],
            lignes_de.prendre(cle),
            references_de.prendre(cle),
            [*parts.prendre(cle), *map(en_part, deductions.prendre(cle))],
        )


class _Suite:
    """Rows streamed in the order of the pièces, each taken in turn; `cle` is where they say it."""

    def __init__(self, requete: QuerySet[Any, Any], cle: int | str = 0) -> None:
        self._rangees = requete.iterator(chunk_size=LOT)
        self._cle = cle
        self._prochaine = next(self._rangees, None)

    def prendre(self, piece: int) -> list[Any]:
        """Return the rows of `piece`."""
        prises, rangee = [], self._prochaine
        while rangee is not None and rangee[self._cle] == piece:
            prises.append(rangee)
            rangee = next(self._rangees, None)
        self._prochaine = rangee
        return prises


def fiche_pj(
    justificatif: PieceJustificative, cotes: Collection[str], *, pieces: Sequence[Piece] = ()
) -> FichePJ:
    """Return the fiche of a document sent with its pièces, or apart from `pieces`.

    Args:
        cotes: the sides of the pièces that it founds. No TypePJ fits both domains (pes_v2, §5):
            one that founds a mandat and a titre leaves it out, as it may.
    """
    types = [TYPE_PJ[SensPiece(cote)] for cote in cotes]
    return FichePJ(
        identifiant_unique=justificatif.identifiant,
        nom=nom_accepte(justificatif.nom, justificatif.type_mime),
        type=types[0] if len(types) == 1 else None,
        description=justificatif.get_genre_display(),
        references_comptables=tuple(
            ReferenceComptable(
                domaine=DOMAINES[SensPiece(piece.sens)],
                exercice=piece.exercice_id,
                type_objet=piece.bordereau.type_bordereau if piece.bordereau else "01",
                identifiant=str(piece.numero),
            )
            for piece in pieces
        ),
    )
