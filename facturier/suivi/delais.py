"""Durations of paid invoices, measured once: the day the treasury pays, for a whole batch."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.commun.insertion import inserer_sauf_connus
from facturier.suivi.etats import EtatFacture
from facturier.suivi.horloges import JOUR, durees_des_passages
from facturier.suivi.models import DelaiConstate, Facture, PassageFacture, PrevisionPaiement

LOT = 1_000


def constater_delais(factures: Collection[int] | None = None) -> int:
    """Measure the paid invoices that are not yet, among `factures` or all; return how many.

    A fixed number of statements a thousand invoices, whatever they went through.
    """
    nombre = 0
    while lot := list(_a_mesurer(factures)[:LOT]):
        nombre += _constater(lot)
    return nombre


def _a_mesurer(factures: Collection[int] | None) -> QuerySet[Facture]:
    payees: QuerySet[Facture] = Facture.objects.filter(
        etat=EtatFacture.PAYEE, delai_constate__isnull=True
    ).select_related("service")
    return payees if factures is None else payees.filter(pk__in=factures)


@transaction.atomic
def _constater(factures: list[Facture]) -> int:
    passages = _passages([facture.pk for facture in factures])
    delais = [_delai(facture, passages[facture.pk]) for facture in factures]
    inserer_sauf_connus(delais, unique="facture")
    _juger({delai.facture_id: delai for delai in delais})
    return len(delais)


def _passages(factures: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Map each invoice to the states it reached, with their moment, oldest first."""
    lus = PassageFacture.objects.filter(facture__in=factures).order_by("pk")
    par_facture: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for facture, depart, arrivee, le in lus.values_list("facture", "depart", "arrivee", "le"):
        if depart != arrivee:
            par_facture[facture].append((arrivee, le))
    return par_facture


def _delai(facture: Facture, passages: list[tuple[str, datetime]]) -> DelaiConstate:
    durees = durees_des_passages(passages)
    deposee_le = timezone.localdate(facture.deposee_le)
    payee_le: date = max(facture.payee_le or deposee_le, deposee_le)
    mandatee_le = min(timezone.localdate(durees.signature or facture.deposee_le), payee_le)
    total = (payee_le - deposee_le).days
    fournisseur = min(_jours(durees.fournisseur), total)
    return DelaiConstate(
        facture=facture,
        direction=facture.service.direction if facture.service else "",
        type_depense=facture.type_depense,
        deposee_le=deposee_le,
        mandatee_le=mandatee_le,
        payee_le=payee_le,
        jours_total=total,
        jours_fournisseur=fournisseur,
        jours_nets=total - fournisseur,
        jours_mandatement=_jours(durees.mandatement),
        jours_paiement=(payee_le - mandatee_le).days,
    )


def _juger(delais: dict[int, DelaiConstate]) -> None:
    """Keep the error of what had been foretold of these invoices.

    What was foretold at the deposit could not know how long the supplier would be waited for:
    those days move it, as they move it on the page he reads.
    """
    previsions = list(PrevisionPaiement.objects.filter(facture__in=delais, ecart_jours=None))
    for prevision in previsions:
        delai = delais[prevision.facture_id]
        est_au_depot = prevision.jalon == PrevisionPaiement.Jalon.DEPOT
        attente = delai.jours_fournisseur if est_au_depot else 0
        payee_le = delai.payee_le - attente * JOUR
        prevision.ecart_jours = (payee_le - prevision.probable).days
        prevision.est_tenue = prevision.au_plus_tot <= payee_le <= prevision.au_plus_tard
    PrevisionPaiement.objects.bulk_update(previsions, ["ecart_jours", "est_tenue"], batch_size=LOT)


def _jours(duree: timedelta) -> int:
    return duree // JOUR
