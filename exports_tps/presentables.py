"""What the parapheur holds, a bordereau of ours or a file of other software, seen as one thing.

A file is a whole: it is presented, given its visas and signed at once. Its amount is that of its
largest bordereau, because a ceiling is that of a bordereau.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum

from exports_tps.models import DepotExterne, EtatFlux, Flux, PieceExterne, Presentable
from facturier.acces.models import ServiceGestionnaire
from facturier.grand_livre.models import PAS_SIGNES, Bordereau, EtatBordereau, SensPiece


@dataclass(frozen=True, slots=True)
class Part:
    """One side of an object: the directions of its pièces, whole francs TTC of a bordereau."""

    sens: str
    directions: list[str]
    montant: int


def champs_de(objet: Presentable) -> dict[str, Any]:
    """Return by which field the rows of the parapheur designate `objet`."""
    return {"bordereau": objet} if isinstance(objet, Bordereau) else {"depot": objet}


def suivi_de(objet: Presentable) -> Bordereau | Flux:
    """Return what bears the state of `objet` and the trace of its acts."""
    return objet if isinstance(objet, Bordereau) else objet.flux


def genre_de(objet: Presentable) -> str:
    """Say what kind of thing it is, for a sentence."""
    return "bordereau" if isinstance(objet, Bordereau) else "fichier"


def nommer(objet: Presentable) -> str:
    """Name it at the head of a sentence."""
    return f"Le {genre_de(objet)} {objet.reference}"


def est_presente(objet: Presentable) -> bool:
    """Whether it is in the parapheur."""
    return suivi_de(objet).etat in {EtatBordereau.PRESENTE, EtatFlux.AU_PARAPHEUR}


def est_a_signer(objet: Presentable) -> bool:
    """Whether its signature is still to come."""
    if isinstance(objet, Bordereau):
        return objet.etat in PAS_SIGNES
    ouverts = {EtatFlux.EN_CONSTITUTION, EtatFlux.AU_PARAPHEUR}
    return objet.flux.etat in ouverts and not (objet.est_signe or objet.sha256_signe)


def verrouiller(objet: Presentable) -> Any:
    """Return `objet` as it is, locked until the end of the transaction."""
    if isinstance(objet, Bordereau):
        bordereaux = Bordereau.objects.select_for_update(of=("self",))
        return bordereaux.select_related("exercice", "budget").get(pk=objet.pk)
    Flux.objects.select_for_update(of=("self",)).get(pk=objet.pk)
    return DepotExterne.objects.select_related("flux", "par").get(pk=objet.pk)


def parts_de(objet: Presentable) -> list[Part]:
    """Return each side of `objet`, the dépenses first; three queries at most."""
    if isinstance(objet, Bordereau):
        total = objet.pieces.aggregate(
            somme=Sum(F("montant_ht") + F("montant_tgc"), default=0),
        )
        return [Part(objet.sens, _directions(objet), int(total["somme"]))]
    pieces = PieceExterne.objects.filter(flux=objet.pk)
    bordereaux = pieces.order_by().values("sens", "exercice", "bordereau")
    montants: dict[str, int] = defaultdict(int)
    for groupe in bordereaux.annotate(somme=Sum("montant_ttc")):
        montants[groupe["sens"]] = max(montants[groupe["sens"]], int(groupe["somme"]))
    codes = set(pieces.order_by().values_list("sens", "code_service").distinct())
    connus = dict(
        ServiceGestionnaire.objects.filter(code__in=[code for _, code in codes]).values_list(
            "code", "direction"
        )
    )
    return [
        Part(sens, sorted({connus.get(c, "") for s, c in codes if s == sens}), montants[sens])
        for sens in SensPiece.values
        if sens in montants
    ]


def _directions(bordereau: Bordereau) -> list[str]:
    return list(
        bordereau.pieces.order_by("service__direction")
        .values_list("service__direction", flat=True)
        .distinct()
    )


def directions_de(objet: Presentable) -> list[str]:
    """Return the directions of the pièces; an unknown service has an empty one."""
    if isinstance(objet, Bordereau):
        return _directions(objet)
    return sorted({direction for part in parts_de(objet) for direction in part.directions})


def montant_de(objet: Presentable) -> int:
    """Return the whole francs TTC of a bordereau, or of the largest one of a file."""
    return max((part.montant for part in parts_de(objet)), default=0)
