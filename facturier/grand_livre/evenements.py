"""The accounting events of the product: one function each, named after what happened.

The accounts come from `SchemaComptable` (domaine.md A5, telepaiement.md 8.8), in force on the
accounting date. Each function is idempotent: its key says which fact it posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import (
    Ecriture,
    LigneEcriture,
    LignePiece,
    Mandat,
    Piece,
    SchemaComptable,
    Sens,
    SensPiece,
    Titre,
)
from facturier.grand_livre.passation import (
    EcritureAPasser,
    EcritureRefusee,
    Ligne,
    contrepasser,
    passer,
    passer_lot,
)
from facturier.grand_livre.soldes import reste_du, reste_du_par_piece

MODES_ENCAISSEMENT = ("carte", "tpe", "especes", "cheque", "virement")
PARTS_DE_TIERS = {"fonctionnement", "investissement", "redevable", "trop_percu"}
PARTS_HORS_PIECE = {"trop_percu"}  # what is paid in excess is no longer the debt of the pièce


@dataclass(frozen=True, slots=True, kw_only=True)
class Paiement:
    """A payment of a mandat by the treasury: whole francs, its day, what names it for ever."""

    mandat: Piece
    montant: int
    date_paiement: date
    reference: str


def section(numero: str) -> str:
    """Tell whether an account by nature belongs to `investissement` or `fonctionnement`."""
    return "investissement" if numero.startswith(("1", "2")) else "fonctionnement"


def mandater(mandat: Mandat, *, par: Utilisateur) -> Ecriture:
    """Post a mandat: D expense accounts, C 4011 and 4041, tax included."""
    imputations, parts = _ventiler(mandat)
    return _passer_evenement(
        "mandatement",
        cle=f"mandatement-{mandat.pk}",
        libelle=f"Mandat {mandat.reference} : {mandat.objet}",
        exercice=mandat.exercice_id,
        date_comptable=mandat.date_emission,
        parts=parts,
        imputations=imputations,
        piece=mandat,
        par=par,
    )


@transaction.atomic
def payer_mandat(
    mandat: Piece, *, montant: int, date_paiement: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post the payment of a mandat by the treasury: D 4011 and 4041, C 515.

    Args:
        montant: whole francs paid, at most what the mandat still owes.
        reference: identity of the payment in the treasury's answer; makes it post once.

    Raises:
        EcritureRefusee: more than what is due, or a mandat on both sections is paid by parts,
            which cannot be split.
    """
    Piece.objects.select_for_update().only("pk").get(pk=mandat.pk)
    _, dues = _ventiler(mandat)
    parts = dues if montant == sum(dues.values()) else _une_part(dues, montant)
    ecriture = _passer_evenement(
        "paiement_mandat",
        cle=f"paiement-{mandat.pk}-{reference}",
        libelle=f"Paiement du mandat {mandat.reference}",
        exercice=date_paiement.year,
        date_comptable=date_paiement,
        parts={**parts, "tresor": montant},
        piece=mandat,
        par=par,
    )
    if (reste := reste_du(mandat)) < 0:
        raise EcritureRefusee(
            f"Le paiement de {montant} F dépasse de {-reste} F ce que le mandat "
            f"{mandat.reference} doit encore."
        )
    return ecriture


@transaction.atomic
def payer_mandats(paiements: Sequence[Paiement], *, par: Utilisateur) -> list[int]:
    """Post many payments as `payer_mandat` does, in a constant number of statements.

    Returns:
        The keys of the entries that were new: a payment already posted is left out.

    Raises:
        EcritureRefusee: as `payer_mandat`; none is posted.
    """
    mandats = {paiement.mandat.pk: paiement.mandat for paiement in paiements}
    ventilations = _ventiler_lot(mandats)
    ecritures = []
    schemas: dict[date, list[SchemaComptable]] = {}
    for paiement in paiements:
        jour = paiement.date_paiement
        if jour not in schemas:
            schemas[jour] = _schema("paiement_mandat", jour)
        dues = ventilations[paiement.mandat.pk]
        montant = paiement.montant
        parts = dues if montant == sum(dues.values()) else _une_part(dues, montant)
        ecritures.append(
            EcritureAPasser(
                exercice=jour.year,
                journal=schemas[jour][0].journal_id,
                date_comptable=jour,
                evenement="paiement_mandat",
                libelle=f"Paiement du mandat {paiement.mandat.reference}"[:200],
                lignes=_lignes_de_schema(
                    schemas[jour], {**parts, "tresor": montant}, (), paiement.mandat
                ),
                par_id=par.pk,
                cle=f"paiement-{paiement.mandat.pk}-{paiement.reference}",
            )
        )
    nouvelles = passer_lot(ecritures)
    for piece, reste in reste_du_par_piece(mandats, sens=SensPiece.DEPENSE).items():
        if reste < 0:
            raise EcritureRefusee(
                f"Les paiements du mandat {mandats[piece].reference} dépassent de {-reste} F "
                "ce qu’il doit encore."
            )
    return nouvelles


def emettre_titre(titre: Titre, *, par: Utilisateur) -> Ecriture:
    """Post a titre: D 4111, C revenue accounts, tax included."""
    imputations, parts = _ventiler(titre)
    return _passer_evenement(
        "titre",
        cle=f"titre-{titre.pk}",
        libelle=f"Titre {titre.reference} : {titre.objet}",
        exercice=titre.exercice_id,
        date_comptable=titre.date_emission,
        parts={"redevable": sum(parts.values())},
        imputations=imputations,
        piece=titre,
        par=par,
    )


def annuler_emission(
    piece: Piece, *, motif: str, date_comptable: date, par: Utilisateur
) -> Ecriture:
    """Reverse the entry that a rejected or cancelled pièce was issued with.

    Raises:
        EcritureRefusee: the pièce has no entry, or it is reversed already.
    """
    prefixe = "mandatement" if piece.sens == "depense" else "titre"
    ecriture = Ecriture.objects.filter(cle=f"{prefixe}-{piece.pk}").first()
    if ecriture is None:
        raise EcritureRefusee(f"{piece} n’a pas d’écriture à contrepasser.")
    return contrepasser(ecriture, par=par, motif=motif, date_comptable=date_comptable)


def annuler_emissions(
    pieces: Sequence[Piece], *, motif: str, date_comptable: date, par: Utilisateur
) -> list[int]:
    """Reverse the entries of many pièces of one side, in a constant number of statements.

    Returns:
        The keys of the reversals: an entry already reversed is left out.
    """
    prefixe = {"depense": "mandatement", "recette": "titre"}
    cles = [f"{prefixe[piece.sens]}-{piece.pk}" for piece in pieces]
    ecritures = Ecriture.objects.filter(cle__in=cles, contrepassee_par__isnull=True).in_bulk()
    lignes: dict[int, list[Ligne]] = defaultdict(list)
    for ligne in (
        LigneEcriture.objects.filter(ecriture__in=ecritures)
        .select_related("compte")
        .order_by("ecriture_id", "rang")
    ):
        inverse = Sens(ligne.sens).inverse
        lignes[ligne.ecriture_id].append(
            Ligne(ligne.compte.numero, inverse, ligne.montant, ligne.tiers_id, ligne.piece_id)
        )
    return passer_lot(
        EcritureAPasser(
            exercice=ecriture.exercice_id,
            journal=ecriture.journal_id,
            date_comptable=date_comptable,
            evenement=f"contrepassation_{ecriture.evenement}"[:40],
            libelle=f"Contrepassation de l’écriture {ecriture.pk} : {motif}"[:200],
            lignes=lignes[ecriture.pk],
            par_id=par.pk,
            contrepasse_id=ecriture.pk,
        )
        for ecriture in ecritures.values()
    )


def encaisser(
    titre: Piece,
    *,
    mode: str,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
) -> Ecriture:
    """Post money received for a titre: D 5115, 5412, 5118 or 515, C 4111, and C 466 for the excess.

    Args:
        mode: one of `MODES_ENCAISSEMENT`.
        montant: whole francs received, the excess included.
        trop_percu: the part of `montant` that the debt did not call for.
        reference: identity of the money fact; makes it post once.
    """
    if mode not in MODES_ENCAISSEMENT:
        raise ValueError(f"mode d’encaissement inconnu : {mode}")
    return _passer_evenement(
        f"encaissement_{mode}",
        cle=f"encaissement-{reference}",
        libelle=f"Encaissement du titre {titre.reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        parts={
            "disponible": montant,
            "redevable": montant - trop_percu,
            "trop_percu": trop_percu,
        },
        piece=titre,
        par=par,
    )


def rembourser_carte(
    titre: Piece,
    *,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
) -> Ecriture:
    """Post a refund to the card: D 4111 (and D 466 for an excess given back), C 5115."""
    return _passer_evenement(
        "remboursement_carte",
        cle=f"remboursement-{reference}",
        libelle=f"Remboursement sur le titre {titre.reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        parts={
            "redevable": montant - trop_percu,
            "trop_percu": trop_percu,
            "disponible": montant,
        },
        piece=titre,
        par=par,
    )


def verser_cartes(
    *, brut: int, commission: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a payout of card payments: D 515 net, D 4722 commission, C 5115 gross."""
    return _passer_evenement(
        "versement_cartes",
        cle=f"versement-{reference}",
        libelle=f"Versement {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        parts={"tresor": brut - commission, "commission": commission, "disponible": brut},
        par=par,
    )


def _ventiler(piece: Piece) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """Return the imputations of a pièce, and what they make by section; tax included."""
    lignes: Iterable[LignePiece] = piece.lignes_piece.select_related("compte").order_by("rang")
    imputations = [(ligne.compte.numero, ligne.montant_ttc) for ligne in lignes]
    parts: dict[str, int] = defaultdict(int)
    for numero, montant in imputations:
        parts[section(numero)] += montant
    return imputations, dict(parts)


def _ventiler_lot(pieces: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return what the imputations of each pièce make by section, tax included; one query."""
    parts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    lignes = LignePiece.objects.filter(piece__in=pieces).select_related("compte")
    for ligne in lignes:
        parts[ligne.piece_id][section(ligne.compte.numero)] += ligne.montant_ttc
    return {piece: dict(dues) for piece, dues in parts.items()}


def _une_part(parts: Mapping[str, int], montant: int) -> dict[str, int]:
    if len(parts) != 1:
        raise EcritureRefusee(
            "Un paiement partiel d’un mandat réparti sur deux sections ne peut pas être ventilé."
        )
    return {next(iter(parts)): montant}


def _passer_evenement(
    evenement: str,
    *,
    cle: str,
    libelle: str,
    exercice: int,
    date_comptable: date,
    parts: Mapping[str, int],
    par: Utilisateur,
    imputations: Iterable[tuple[str, int]] = (),
    piece: Piece | None = None,
) -> Ecriture:
    """Post `parts` (amount by part of the scheme), and `imputations` where the scheme says."""
    schema = _schema(evenement, date_comptable)
    return passer(
        exercice=exercice,
        journal=schema[0].journal_id,
        date_comptable=date_comptable,
        evenement=evenement,
        libelle=libelle[:200],
        lignes=_lignes_de_schema(schema, parts, imputations, piece),
        par=par,
        cle=cle,
    )


def _schema(evenement: str, jour: date) -> list[SchemaComptable]:
    """Return the scheme of `evenement` in force on `jour`."""
    schema = list(SchemaComptable.objects.en_vigueur(evenement, jour))
    if not schema:
        raise EcritureRefusee(
            f"Aucun schéma comptable « {evenement} » n’est en vigueur le {jour:%d/%m/%Y}."
        )
    return schema


def _lignes_de_schema(
    schema: Iterable[SchemaComptable],
    parts: Mapping[str, int],
    imputations: Iterable[tuple[str, int]],
    piece: Piece | None,
) -> list[Ligne]:
    lignes: list[Ligne] = []
    for regle in schema:
        sens = Sens(regle.sens)
        if not regle.compte:
            lignes += [Ligne(numero, sens, montant) for numero, montant in imputations]
        elif montant := parts.get(regle.part, 0):
            lignes.append(_ligne_de_part(regle, sens, montant, piece))
    return lignes


def _ligne_de_part(regle: SchemaComptable, sens: Sens, montant: int, piece: Piece | None) -> Ligne:
    if piece is None or regle.part not in PARTS_DE_TIERS:
        return Ligne(regle.compte, sens, montant)
    porte_piece = regle.part not in PARTS_HORS_PIECE
    return Ligne(regle.compte, sens, montant, piece.tiers_id, piece.pk if porte_piece else None)
