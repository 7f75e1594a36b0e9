"""Who is owed what by a pièce, and on which part of an accounting scheme.

A mandat owes its own tiers, and those to whom a part of it was seized or assigned (GBCP, art. 20).
What its liquidation withholds is owed by no payment: it waits on an account of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from facturier.grand_livre.models import Deduction, LignePiece, PartCedee, Piece
from facturier.grand_livre.passation import EcritureRefusee


@dataclass(frozen=True, slots=True)
class Somme:
    """An amount in whole francs, the part of the scheme that posts it, the tiers concerned."""

    part: str
    montant: int
    tiers_id: int | None = None


def section(numero: str) -> str:
    """Tell whether an account belongs to `investissement` or `fonctionnement`.

    By nature, its class tells; of third parties, 404 are the suppliers of fixed assets.
    """
    return "investissement" if numero.startswith(("1", "2", "404")) else "fonctionnement"


def imputations(piece: Piece) -> list[tuple[str, int]]:
    """Return the account and the amount, tax included, of each line of `piece`."""
    lignes: Iterable[LignePiece] = piece.lignes_piece.select_related("compte").order_by("rang")
    return [(ligne.compte.numero, ligne.montant_ttc) for ligne in lignes]


def sommes_dues(pieces: Mapping[int, Piece]) -> dict[int, list[Somme]]:
    """Return what each pièce owed at its issue, by part and tiers, in three queries.

    What was seized or assigned, and what was withheld, come out of what its own tiers is owed on
    the same section.
    """
    dues: dict[int, dict[tuple[str, int], int]] = defaultdict(lambda: defaultdict(int))
    for ligne in LignePiece.objects.filter(piece__in=pieces).select_related("compte"):
        piece = pieces[ligne.piece_id]
        dues[piece.pk][section(ligne.compte.numero), piece.tiers_id] += ligne.montant_ttc
    parts = PartCedee.objects.filter(ligne__piece__in=pieces).values_list(
        "ligne__piece_id", "ligne__compte__numero", "tiers_id", "montant"
    )
    for cle, numero, tiers, montant in parts:
        nom = section(numero)
        dues[cle][nom, pieces[cle].tiers_id] -= montant
        dues[cle][f"cede_{nom}", tiers] += montant
    deductions = Deduction.objects.filter(ligne__piece__in=pieces).values_list(
        "ligne__piece_id", "ligne__compte__numero", "montant"
    )
    for cle, numero, montant in deductions:
        dues[cle][section(numero), pieces[cle].tiers_id] -= montant
    return {
        cle: [Somme(part, montant, tiers) for (part, tiers), montant in d.items() if montant]
        for cle, d in dues.items()
    }


def sommes_deduites(piece: Piece) -> list[Somme]:
    """Return what the liquidation of `piece` withholds, by part of the scheme; one query."""
    deduites: dict[str, int] = defaultdict(int)
    deductions = Deduction.objects.filter(ligne__piece=piece).values_list(
        "nature", "ligne__compte__numero", "montant"
    )
    for nature, numero, montant in deductions:
        deduites[f"{nature}_{section(numero)}"] += montant
    return [Somme(part, montant, piece.tiers_id) for part, montant in deduites.items()]


def total_par_tiers(sommes: Iterable[Somme]) -> dict[int, int]:
    """Return what `sommes` make for each tiers."""
    totaux: dict[int, int] = defaultdict(int)
    for somme in sommes:
        if somme.tiers_id is not None:
            totaux[somme.tiers_id] += somme.montant
    return dict(totaux)


def sommes_payees(
    dues: Sequence[Somme], montant: int, par_tiers: Mapping[int, int] | None = None
) -> list[Somme]:
    """Return which of `dues` a payment of `montant` settles.

    Args:
        par_tiers: how much each tiers received; needed when several are paid, and not in full.

    Raises:
        EcritureRefusee: nobody can tell who, or which section, was paid.
    """
    if montant == sum(somme.montant for somme in dues):
        return list(dues)
    tiers_dus = {somme.tiers_id for somme in dues}
    if len(tiers_dus) == 1:
        return _part_payee(dues, montant)
    if not par_tiers:
        raise EcritureRefusee(
            "Ce mandat paie plusieurs bénéficiaires : dites lequel a reçu ce paiement."
        )
    if sum(par_tiers.values()) != montant or not par_tiers.keys() <= tiers_dus:
        raise EcritureRefusee("Le détail du paiement ne correspond pas aux bénéficiaires.")
    return [
        payee
        for tiers, recu in par_tiers.items()
        for payee in _part_payee([s for s in dues if s.tiers_id == tiers], recu)
    ]


def _part_payee(dues: Sequence[Somme], montant: int) -> list[Somme]:
    if montant == sum(somme.montant for somme in dues):
        return list(dues)
    if len(dues) != 1:
        raise EcritureRefusee(
            "Un paiement partiel d’un mandat réparti sur deux sections ne peut pas être ventilé."
        )
    return [Somme(dues[0].part, montant, dues[0].tiers_id)]
