"""Does each mandat of a bordereau pay who it must, on the day of signing (GBCP, art. 20, 5°)?

What is in force that day is compared with what was decided at the issue: an opposition notified
since, lifted since, or not validated yet keeps the bordereau from being signed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from facturier.grand_livre.models import PartCedee, Piece
from fournisseurs.models import (
    CoordonneesBancaires,
    DecisionPaiement,
    EtatOpposition,
    Opposition,
)
from fournisseurs.models.oppositions import VIVANTES
from fournisseurs.retenues import disponibles

REMEDE = "annulez le mandat et émettez-le de nouveau."


def manquements(pieces: QuerySet[Piece], au: date) -> dict[int, str]:
    """Return, by key of mandat, why it does not pay who it must; at most six queries."""
    concernes = list(_concernes(pieces))
    if not concernes:
        return {}
    cles = [piece["pk"] for piece in concernes]
    oppositions = _a_servir({piece["racine"] for piece in concernes})
    decisions = _decisions(cles)
    sans_compte = _parts_sans_compte(cles)
    trouves = {}
    for piece in concernes:
        atteintes = [
            o
            for o in oppositions[piece["racine"]]
            if o.etablissement is None or o.etablissement.ridet == piece["ridet"]
        ]
        raisons = [
            *_non_servies(atteintes, decisions[piece["pk"]], au),
            *_servies_a_tort(decisions[piece["pk"]], au),
            *sans_compte[piece["pk"]],
        ]
        if raisons:
            trouves[piece["pk"]] = " ".join(raisons)
    return trouves


def _concernes(pieces: QuerySet[Piece]) -> Iterable[Any]:
    """Return the mandats whose tiers is under opposition, or that pay others; two queries."""
    ouvertes = list(_ouvertes().order_by().values_list("racine", flat=True).distinct())
    decisions = DecisionPaiement.objects.filter(mandat=OuterRef("pk"))
    parts = PartCedee.objects.filter(ligne__piece=OuterRef("pk"))
    return (
        pieces.annotate(racine=Coalesce("tiers__absorbe_par", "tiers"))
        .filter(Q(racine__in=ouvertes) | Exists(decisions) | Exists(parts))
        .values("pk", "racine", "ridet")
    )


def _ouvertes() -> Any:
    """Return what binds, or may bind, by the tiers into which that of the act was merged."""
    return Opposition.objects.filter(etat__in=[EtatOpposition.A_VALIDER, *VIVANTES]).annotate(
        racine=Coalesce("fournisseur__tiers__absorbe_par", "fournisseur__tiers")
    )


def _a_servir(racines: Iterable[int]) -> dict[int, list[Any]]:
    """Return what may have to be served by tiers: exhausted ones are left out."""
    ouvertes = _ouvertes().filter(racine__in=racines).select_related("etablissement")
    trouvees = list(ouvertes.order_by("notifiee_le", "pk"))
    restes = disponibles(trouvees)
    groupes: dict[int, list[Any]] = defaultdict(list)
    for opposition in trouvees:
        if restes[opposition.pk] != 0:
            groupes[opposition.racine].append(opposition)
    return groupes


def _decisions(mandats: Iterable[int]) -> dict[int, list[DecisionPaiement]]:
    groupes: dict[int, list[DecisionPaiement]] = defaultdict(list)
    for decision in DecisionPaiement.objects.filter(mandat__in=mandats).select_related(
        "opposition__beneficiaire__tiers"
    ):
        groupes[decision.mandat_id].append(decision)
    return groupes


def _parts_sans_compte(mandats: Iterable[int]) -> dict[int, list[str]]:
    """Say which payees are nobody's verified account."""
    parts = PartCedee.objects.filter(~Exists(comptes_verifies()), ligne__piece__in=mandats)
    groupes: dict[int, list[str]] = defaultdict(list)
    for piece, nom in parts.values_list("ligne__piece", "nom_tiers"):
        groupes[piece].append(f"le compte payé à {nom} n’est vérifié pour personne ; {REMEDE}")
    return groupes


def comptes_verifies() -> QuerySet[CoordonneesBancaires]:
    """Return, for the row around, the verified account of its tiers, merged or not."""
    trouves: QuerySet[CoordonneesBancaires] = CoordonneesBancaires.objects.filter(
        Q(fournisseur__tiers=OuterRef("tiers"))
        | Q(fournisseur__tiers=OuterRef("tiers__absorbe_par")),
        iban=OuterRef("iban"),
    )
    return trouves


def _non_servies(
    oppositions: Iterable[Opposition], decisions: Iterable[DecisionPaiement], au: date
) -> Iterator[str]:
    decidees = {decision.opposition_id for decision in decisions}
    for opposition in oppositions:
        dite = f"« {opposition} », notifiée le {opposition.notifiee_le:%d/%m/%Y},"
        if opposition.etat == EtatOpposition.A_VALIDER:
            yield f"{dite} attend sa validation : validez-la ou écartez-la d’abord."
        elif opposition.pk not in decidees and est_a_servir(opposition, au):
            yield f"{dite} n’est pas servie : {REMEDE}"


def _servies_a_tort(decisions: Iterable[DecisionPaiement], au: date) -> Iterator[str]:
    for decision in decisions:
        opposition = decision.opposition
        if decision.montant_retenu and not est_a_servir(opposition, au):
            yield (
                f"« {opposition} » n’est plus à servir ({opposition.get_etat_display().lower()}), "
                f"mais le mandat paie {opposition.beneficiaire} : {REMEDE}"
            )


def est_a_servir(opposition: Opposition, au: date) -> bool:
    """Whether `opposition` is in force on day `au`, its amount aside."""
    est_finie = opposition.date_fin is not None and opposition.date_fin < au
    return opposition.est_vivante and opposition.date_debut <= au and not est_finie
