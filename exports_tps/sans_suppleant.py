"""Who is left without a stand-in when his stand-in goes away too, and on which days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from exports_tps.models import Delegation
from facturier.acces.models import Utilisateur

UN_JOUR = timedelta(days=1)
Plage = tuple[date, date]  # first and last day, both included


@dataclass(frozen=True, slots=True)
class Manque:
    """The days on which nobody stands in for the absent person of `suppleance` any more."""

    suppleance: Delegation
    debut: date
    fin: date

    def __str__(self) -> str:
        absent, suppleant = self.suppleance.delegant, self.suppleance.delegataire
        return f"{absent}, que suppléait {suppleant}, reste sans suppléant {self.jours}."

    @property
    def jours(self) -> str:
        """The days, for a sentence."""
        if self.debut == self.fin:
            return f"le {self.debut:%d/%m/%Y}"
        return f"du {self.debut:%d/%m/%Y} au {self.fin:%d/%m/%Y}"


def suppleances_entre(debut: date, fin: date) -> QuerySet[Delegation]:
    """Return the suppléances that serve on some of these days, none of which was revoked."""
    return Delegation.objects.filter(
        nature=Delegation.Nature.SUPPLEANCE, revoquee_le=None, debut__lte=fin, fin__gte=debut
    )


def manques(suppleant: Utilisateur, debut: date, fin: date) -> list[Manque]:
    """Return who would have no stand-in if `suppleant` were away on these days, past ones aside.

    Another stand-in, on the days when he is there himself, is enough. At most three queries.
    """
    debut = max(debut, timezone.localdate())
    toutes = suppleances_entre(debut, fin)
    assurees = list(
        toutes.filter(delegataire=suppleant)
        .select_related("delegant", "delegataire")
        .order_by("debut", "pk")
    )
    autres = list(
        toutes.filter(
            delegant__in=[assuree.delegant_id for assuree in assurees],
            delegataire__is_active=True,
        ).exclude(delegataire=suppleant)
    )
    partis = list(toutes.filter(delegant__in=[autre.delegataire_id for autre in autres]))
    trouves = []
    for rang, assuree in enumerate(assurees):
        tenues = [_plage(deja) for deja in _de(assuree.delegant_id, assurees[:rang])]
        for autre in _de(assuree.delegant_id, autres):
            absences = [_plage(absence) for absence in _de(autre.delegataire_id, partis)]
            tenues += _retrancher([_plage(autre)], absences)
        restes = _retrancher([(max(assuree.debut, debut), min(assuree.fin, fin))], tenues)
        trouves += [Manque(assuree, *reste) for reste in restes]
    return trouves


def _de(personne: int, suppleances: Iterable[Delegation]) -> list[Delegation]:
    """Keep the absences of one person."""
    return [suppleance for suppleance in suppleances if suppleance.delegant_id == personne]


def _plage(suppleance: Delegation) -> Plage:
    return suppleance.debut, suppleance.fin


def _retrancher(plages: Sequence[Plage], autres: Iterable[Plage]) -> list[Plage]:
    """Return the days of `plages` that are in none of `autres`, in their order."""
    restes = list(plages)
    for premier, dernier in autres:
        coupees = []
        for debut, fin in restes:
            if fin < premier or dernier < debut:
                coupees.append((debut, fin))
                continue
            if debut < premier:
                coupees.append((debut, premier - UN_JOUR))
            if dernier < fin:
                coupees.append((dernier + UN_JOUR, fin))
        restes = coupees
    return restes
