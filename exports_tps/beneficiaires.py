"""Who each line of a mandat pays: its own tiers, and those to whom a part was seized or assigned.

A line of the ledger becomes one PES line per payee, numbered on through the pièce: « 1 when there
is one imputation and one créancier » (pes_v2, §3). Answers are read back with the same numbers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from facturier.grand_livre.models import Deduction, LignePiece, PartCedee

CHAMPS_PART = (
    "ligne_id",
    "montant",
    "motif",
    "creance",
    "tiers_id",
    "nom_tiers",
    "ridet",
    "adresse_complement",
    "adresse_voie",
    "code_postal",
    "ville",
    "pays",
    "iban",
    "bic",
    "titulaire_compte",
    "tiers__code",
    "tiers__categorie",
    "tiers__nature_juridique",
    "tiers__civilite",
    "tiers__prenom",
)
CHAMPS_DEDUCTION = ("ligne_id", "nature", "montant")
OPERATION_D_ORDRE = "08"  # ModRegl: no money moves, no account is named
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Versement:
    """What one payee receives of a line, in whole francs; `part` is None for the tiers himself."""

    ht: int
    tgc: int
    part: Part | None = None


def parts_par_ligne(pieces: Collection[int]) -> dict[int, list[Part]]:
    """Return the parts seized or assigned of the lines of `pieces`, in order; one query."""
    groupes: dict[int, list[Part]] = defaultdict(list)
    parts = PartCedee.objects.filter(ligne__piece__in=pieces).order_by("ligne", "rang")
    for part in parts.values(*CHAMPS_PART):
        groupes[part["ligne_id"]].append(part)
    return dict(groupes)


def parts_de(**pieces: Any) -> QuerySet[PartCedee, Part]:
    """Return the parts of the lines of the pièces that `pieces` selects, in their order."""
    parts = PartCedee.objects.filter(**_des_lignes(pieces))
    rangees: QuerySet[PartCedee, Part] = parts.order_by(
        "ligne__piece__numero", "ligne__rang", "rang"
    ).values("ligne__piece_id", *CHAMPS_PART)
    return rangees


def deductions_de(**pieces: Any) -> QuerySet[Deduction, Part]:
    """Return what the lines of the pièces that `pieces` selects withhold, in their order."""
    deductions = Deduction.objects.filter(**_des_lignes(pieces))
    rangees: QuerySet[Deduction, Part] = deductions.order_by(
        "ligne__piece__numero", "ligne__rang", "pk"
    ).values("ligne__piece_id", *CHAMPS_DEDUCTION)
    return rangees


def _des_lignes(pieces: Mapping[str, Any]) -> dict[str, Any]:
    return {f"ligne__piece__{champ}": valeur for champ, valeur in pieces.items()}


def en_part(deduction: Part) -> Part:
    """Return a deduction as one more part of its line: same tiers, nothing paid, no account."""
    return {
        **deduction,
        "motif": Deduction.Nature(deduction["nature"]).label,
        "creance": "",
        "mode_reglement": OPERATION_D_ORDRE,
        "iban": "",
        "bic": "",
        "titulaire_compte": "",
    }


def versements(ht: int, tgc: int, parts: Sequence[Part]) -> Iterator[Versement]:
    """Share a line among its payees: its tiers first, if he keeps something, then each part.

    The tax is rounded on running totals: shares are whole, never negative, and make `tgc`.
    """
    total = ht + tgc
    reste = total - sum(part["montant"] for part in parts)
    cumul, taxe_versee = 0, 0
    for montant, part in [(reste, None), *((p["montant"], p) for p in parts)]:
        cumul += montant
        taxe = (2 * tgc * cumul + total) // (2 * total) - taxe_versee
        taxe_versee += taxe
        if montant:
            yield Versement(montant - taxe, taxe, part)


def tiers_par_ligne(tiers_des_pieces: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """Map the PES line numbers of each pièce that pays several to the tiers paid.

    Args:
        tiers_des_pieces: the tiers of each pièce concerned. Pièces without part are left out.
    """
    parts = parts_par_ligne(tiers_des_pieces)
    if not parts:
        return {}
    deductions = Deduction.objects.filter(ligne__piece__in=tiers_des_pieces).order_by("pk")
    deduites: dict[int, list[Part]] = defaultdict(list)
    for deduction in deductions.values(*CHAMPS_DEDUCTION):
        deduites[deduction["ligne_id"]].append(en_part(deduction))
    avec_part = LignePiece.objects.filter(pk__in=parts).values("piece")
    numeros: dict[int, dict[int, int]] = defaultdict(dict)
    lignes = LignePiece.objects.filter(piece__in=avec_part).order_by("piece", "rang")
    for ligne in lignes:
        payes = numeros[ligne.piece_id]
        retenues = [*parts.get(ligne.pk, ()), *deduites.get(ligne.pk, ())]
        for versement in versements(ligne.montant_ht, ligne.montant_tgc, retenues):
            tiers = tiers_des_pieces[ligne.piece_id]
            payes[len(payes) + 1] = (versement.part or {}).get("tiers_id", tiers)
    return dict(numeros)
