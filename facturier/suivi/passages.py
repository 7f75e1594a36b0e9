"""The trace of the acts that leave an invoice in its state."""

from collections.abc import Iterable

from facturier.acces.models import Utilisateur
from facturier.suivi.models import Facture, PassageFacture


def tracer(factures: Iterable[Facture], acte: str, motif: str, par: Utilisateur) -> None:
    """Write one passage an invoice, in one statement; its state is the same before and after."""
    PassageFacture.objects.bulk_create(
        PassageFacture(
            facture=facture,
            acte=acte,
            depart=facture.etat,
            arrivee=facture.etat,
            par=par,
            motif=motif,
        )
        for facture in factures
    )
