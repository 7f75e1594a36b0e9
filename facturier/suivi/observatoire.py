"""Observatoire des délais: what the public reads, never computed on fewer than N invoices."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from facturier.grand_livre.models import Parametre
from facturier.suivi.models import DelaiConstate, ReleveDelais
from facturier.suivi.prevision import quantile

SEUIL_JOURS = 30
ENSEMBLE = ""
TITRES = (
    "mois",
    "direction",
    "factures_payees",
    "mediane_jours",
    "p90_jours",
    "part_payee_en_30_jours_pct",
)


def effectif_minimal() -> int:
    """Return how many invoices a published figure rests on at least."""
    return Parametre.objects.entier("observatoire_effectif_minimal", timezone.localdate())


@transaction.atomic
def relever_delais() -> int:
    """Compute every published figure anew, the current month left out; return how many rows."""
    releves = list(_releves())
    ReleveDelais.objects.all().delete()
    ReleveDelais.objects.bulk_create(releves)
    return len(releves)


def lignes_ouvertes(releves: Iterable[ReleveDelais]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the open data, titles first."""
    yield TITRES
    for releve in releves:
        yield (
            f"{releve.mois:%Y-%m}",
            releve.direction or "Ensemble",
            releve.effectif,
            releve.mediane,
            releve.p90,
            releve.part_en_trente_jours,
        )


def _releves() -> Iterator[ReleveDelais]:
    """Yield one row a month and direction that rests on enough payments: one query."""
    histogrammes: dict[tuple[date, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    comptes = (
        DelaiConstate.objects.filter(payee_le__lt=timezone.localdate().replace(day=1))
        .annotate(mois=TruncMonth("payee_le"))
        .values_list("mois", "direction", "jours_nets")
        .annotate(nombre=Count("pk"))
        .order_by()
    )
    for mois, direction, jours, nombre in comptes:
        for cle in (direction, ENSEMBLE):
            histogrammes[mois, cle][jours] += nombre
    minimum = effectif_minimal()
    for (mois, direction), histogramme in sorted(histogrammes.items()):
        effectif = sum(histogramme.values())
        if effectif < minimum:
            continue
        jours = sorted(histogramme.items())
        a_temps = sum(nombre for duree, nombre in jours if duree <= SEUIL_JOURS)
        yield ReleveDelais(
            mois=mois,
            direction=direction,
            effectif=effectif,
            mediane=quantile(jours, 50),
            p90=quantile(jours, 90),
            part_en_trente_jours=100 * a_temps // effectif,
        )
