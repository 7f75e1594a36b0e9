"""What oppositions and cessions take from a payment: pure sharing, and what was served already.

They are served in the order of their notification, each up to what is left of its amount, out of
the debts within its limits; the supplier keeps the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from facturier.commun.montants import afficher
from facturier.grand_livre.models import PIECES_SANS_EFFET, PartCedee
from fournisseurs.models import EtatOpposition, Fournisseur, Opposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Dette:
    """One debt about to be paid, in whole francs: its établissement, its order or contract."""

    etablissement: int | None
    commande: str
    montant: int


@dataclass(frozen=True, slots=True)
class Retenue:
    """What one opposition takes from each debt, and what it might still take in all.

    `vise_autre_chose`: it is limited to an order or contract that none of the debts quotes; nothing
    is proposed then, an agent decides.
    """

    opposition: Opposition
    par_dette: tuple[int, ...]
    disponible: int | None
    vise_autre_chose: bool = False

    @property
    def montant(self) -> int:
        """Francs taken in all."""
        return sum(self.par_dette)

    @property
    def est_primee(self) -> bool:
        """Whether those notified before leave it nothing."""
        return self.montant == 0 and not self.vise_autre_chose


class RetenueImpossible(ValueError):
    """An amount asked for does not fit; the message, in French, says what to do."""


def deja_servi(oppositions: Iterable[Opposition]) -> dict[int, int]:
    """Return the francs that the ledger holds for each opposition, by key; one query.

    Mandats rejected or cancelled do not count: their entry is reversed.
    """
    cles = {opposition.numero: opposition.pk for opposition in oppositions}
    totaux = (
        PartCedee.objects.filter(creance__in=cles)
        .exclude(ligne__piece__etat__in=PIECES_SANS_EFFET)
        .order_by()
        .values_list("creance")
        .annotate(total=Sum("montant"))
    )
    servis = dict.fromkeys(cles.values(), 0)
    return servis | {cles[creance]: total for creance, total in totaux}


def disponibles(oppositions: Sequence[Opposition]) -> dict[int, int | None]:
    """Return what each opposition may still take, by key; None stands for the whole debt."""
    servis = deja_servi(oppositions)
    return {
        o.pk: None if o.plafond is None else max(o.plafond - servis[o.pk], 0) for o in oppositions
    }


def oppositions_a_servir(
    fournisseur: Fournisseur, au: date, *, verrouiller: bool = False
) -> list[tuple[Opposition, int | None]]:
    """Return those in force on day `au` with what each may still take, in the order of rank.

    Args:
        verrouiller: lock them until the end of the transaction: of two mandats issued at once, the
            second sees what the first took.
    """
    vivantes = Opposition.objects.contre(fournisseur).vivantes(au)
    vivantes = vivantes.select_related(
        "beneficiaire__tiers__absorbe_par__fournisseur__tiers", "etablissement", "justificatif"
    )
    if verrouiller:
        vivantes = vivantes.select_for_update(of=("self",))
    trouvees = list(vivantes)
    restes = disponibles(trouvees)
    return [(o, restes[o.pk]) for o in trouvees if restes[o.pk] != 0]


def en_attente(fournisseur: Fournisseur, dettes: Sequence[Dette]) -> list[Opposition]:
    """Return those notified, within whose limits these debts are, that nobody validated yet."""
    saisies = Opposition.objects.contre(fournisseur).filter(etat=EtatOpposition.A_VALIDER)
    return [o for o in saisies.order_by("pk") if any(o.atteint(d.etablissement) for d in dettes)]


def partager(
    dettes: Sequence[Dette],
    oppositions: Sequence[tuple[Opposition, int | None]],
    *,
    choix: Mapping[int, int] | None = None,
) -> list[Retenue]:
    """Share `dettes` among `oppositions`, in their order; those they do not concern are left out.

    Args:
        choix: the francs that an agent decided for some, by key of opposition; the others take all
            they may.

    Raises:
        RetenueImpossible: an amount decided exceeds what is left of the debts, or of the ceiling.
    """
    restes = [dette.montant for dette in dettes]
    retenues = []
    for opposition, disponible in oppositions:
        atteintes = [r for r, d in enumerate(dettes) if opposition.atteint(d.etablissement)]
        visees = [rang for rang in atteintes if opposition.vise(dettes[rang].commande)]
        if not atteintes:
            continue
        propose, possible = (_plafonner(restes, rangs, disponible) for rangs in (visees, atteintes))
        voulu = propose if choix is None else choix.get(opposition.pk, propose)
        if not 0 <= voulu <= possible:
            raise RetenueImpossible(
                f"{opposition} : le montant doit être compris entre 0 et {afficher(possible)}."
            )
        ordre = [*visees, *(rang for rang in atteintes if rang not in visees)]
        pris = _prelever(restes, ordre, voulu)
        retenues.append(Retenue(opposition, pris, disponible, not visees))
    return retenues


def _plafonner(restes: Sequence[int], rangs: Sequence[int], disponible: int | None) -> int:
    total = sum(restes[rang] for rang in rangs)
    return total if disponible is None else min(total, disponible)


def _prelever(restes: list[int], rangs: Sequence[int], voulu: int) -> tuple[int, ...]:
    """Take `voulu` from the debts of `rangs`, the first ones first; lower `restes` by as much."""
    pris = [0] * len(restes)
    for rang in rangs:
        pris[rang] = min(restes[rang], voulu)
        restes[rang] -= pris[rang]
        voulu -= pris[rang]
    return tuple(pris)
