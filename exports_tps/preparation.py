"""What may go to the treasury: free pièces, each with the comptable's controls, and the totals.

Décret 2012-1246, art. 19: five controls of a mandat; of a titre, what articles 19 and 24 ask for.
Besides, the rules of the format, told before a bordereau bears the pièce.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Case, CharField, Count, F, Sum, Value, When

from exports_tps.blocage import DIT_PAR_LE_CONSTAT, QUALITE, Point, du_controle, expliquer_mandats
from exports_tps.limites import PIECES
from exports_tps.prealable import FORMAT, controler_pieces
from facturier.acces.models import Utilisateur
from facturier.commun.tons import Ton
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    APRES_ENCAISSEMENT,
    CORRECTIF,
    EXERCICE_ANTERIEUR,
    Bordereau,
    Parametre,
    Piece,
    SensPiece,
)

IMPUTATION = "Exacte imputation"
CREDITS, DETTE = "Disponibilité des crédits", "Validité de la dette"
LIBERATOIRE, TITRE = "Caractère libératoire", "Régularité du titre"
CONTROLES = (QUALITE, IMPUTATION, CREDITS, DETTE, LIBERATOIRE, FORMAT)
FAMILLES = {
    QUALITE: QUALITE,
    IMPUTATION: IMPUTATION,
    CREDITS: CREDITS,
    "Engagement sur la commande": CREDITS,
    "Fournisseur actif": LIBERATOIRE,
    "Compte non contesté": LIBERATOIRE,
    "Aucun changement de compte en cours": LIBERATOIRE,
    "Identité et adresse du tiers": LIBERATOIRE,
}
GENRES = {
    ("depense", "01"): "Mandats",
    ("depense", "02"): "Réductions et annulations de mandats",
    ("depense", "02-09"): "Mandats annulant un titre d’un exercice antérieur",
    ("depense", "11"): "Ordres de paiement",
    ("recette", "01"): "Titres",
    ("recette", APRES_ENCAISSEMENT): "Titres de recettes perçues avant titre",
    ("recette", "02"): "Réductions et annulations de titres",
    ("recette", "02-09"): "Titres annulant un mandat d’un exercice antérieur",
}
GENRE = Case(  # by which free pièces are listed: TypPce, but for corrections of an earlier year
    When(
        type_piece=CORRECTIF,
        nature_piece=EXERCICE_ANTERIEUR,
        then=Value(f"{CORRECTIF}-{EXERCICE_ANTERIEUR}"),
    ),
    default=F("type_piece"),
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class Famille:
    """One of the controls, with what it found."""

    nom: str
    points: list[Point] = field(default_factory=list)

    @property
    def defauts(self) -> list[Point]:
        """What is wrong, blocking first."""
        fautifs = [point for point in self.points if not point.est_conforme]
        return sorted(fautifs, key=lambda point: not point.est_bloquant)

    @property
    def a_faire(self) -> list[str]:
        """What is wrong, what to do and who does it, a sentence each."""
        return [
            point.attribuer(
                point.constat
                if point.remede in {"", DIT_PAR_LE_CONSTAT}
                else f"{point.constat} {point.remede}"
            )
            for point in self.defauts
        ]

    @property
    def ton(self) -> Ton:
        """Green, to watch, or to correct; the signature is still to come."""
        if self.nom == QUALITE:
            return Ton.ATTENTE
        if any(point.est_bloquant for point in self.defauts):
            return Ton.REFUS
        return Ton.ATTENTE if self.defauts else Ton.SUCCES

    @property
    def resultat(self) -> str:
        """The same in a word."""
        if self.nom == QUALITE:
            return "À signer"
        return {Ton.REFUS: "À corriger", Ton.ATTENTE: "À surveiller"}.get(self.ton, "Conforme")


@dataclass(frozen=True, slots=True)
class PieceExaminee:
    """A free pièce and its controls."""

    piece: Piece
    familles: list[Famille]

    @property
    def est_prete(self) -> bool:
        """Whether nothing keeps it from being listed and signed."""
        return all(famille.ton != Ton.REFUS for famille in self.familles)


@dataclass(frozen=True, slots=True)
class Total:
    """Free pièces of one kind: how many, whole francs TTC."""

    sens: str
    genre: str
    libelle: str
    nombre: int
    montant: int


def totaux_libres() -> list[Total]:
    """Return how much of each kind no bordereau holds yet: one query."""
    sommes = (
        Piece.objects.a_mettre_en_bordereau()
        .annotate(genre=GENRE)
        .order_by("sens", "genre")
        .values_list("sens", "genre")
        .annotate(nombre=Count("pk"), ht=Sum("montant_ht"), tgc=Sum("montant_tgc"))
    )
    return [
        Total(
            sens,
            genre,
            GENRES.get((sens, genre), f"Pièces de type {genre}"),
            nombre,
            ht + tgc,
        )
        for sens, genre, nombre, ht, tgc in sommes
    ]


def maximum_par_bordereau(jour: date) -> int:
    """Return how many pièces one bordereau may list: it never splits, and a flux holds no more."""
    return Parametre.objects.entier(PIECES, jour)


@transaction.atomic
def reunir(
    *, sens: str, pieces: Iterable[int], date_emission: date, par: Utilisateur
) -> list[Bordereau]:
    """List chosen pièces, in their order, on as many bordereaux as their number asks for.

    Raises:
        ValidationError: see `creer_bordereau`; nothing is listed then.
    """
    cles = sorted(set(pieces))
    maximum = maximum_par_bordereau(date_emission)
    lots = [cles[debut : debut + maximum] for debut in range(0, len(cles) or 1, maximum)]
    return [
        creer_bordereau(sens=sens, pieces=lot, date_emission=date_emission, par=par) for lot in lots
    ]


def examiner_pieces(pieces: Sequence[Piece]) -> list[PieceExaminee]:
    """Return each of `pieces` with its controls; no query per pièce."""
    mandats = [piece for piece in pieces if piece.sens == SensPiece.DEPENSE]
    titres = [piece.pk for piece in pieces if piece.sens == SensPiece.RECETTE]
    explications = expliquer_mandats(mandats) if mandats else {}
    controles = controler_pieces(Piece.objects.filter(pk__in=titres), SensPiece.RECETTE)
    return [
        PieceExaminee(piece, _familles(explications[piece.pk].points, CONTROLES))
        if piece.sens == SensPiece.DEPENSE
        else PieceExaminee(
            piece,
            _familles([du_controle(c) for c in controles[piece.pk]], (QUALITE, TITRE, FORMAT)),
        )
        for piece in pieces
    ]


def _familles(points: Sequence[Point], noms: Sequence[str]) -> list[Famille]:
    familles = {nom: Famille(nom) for nom in noms}
    for point in points:
        familles[_famille(point.libelle, familles)].points.append(point)
    return list(familles.values())


def _famille(libelle: str, familles: dict[str, Famille]) -> str:
    if libelle == FORMAT:
        return FORMAT
    if TITRE in familles:
        return TITRE
    if libelle.startswith(LIBERATOIRE):
        return LIBERATOIRE
    return FAMILLES.get(libelle, DETTE)
