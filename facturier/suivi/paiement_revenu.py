"""A payment of an invoice that came back from the bank, as its supplier reads it."""

from dataclasses import dataclass
from datetime import date

from facturier.grand_livre.soldes import fonds_par_piece, reste_du, retours_par_piece
from facturier.suivi.models import Facture


@dataclass(frozen=True, slots=True)
class PaiementRevenu:
    """The last day that money came back, francs the mandat owes since, or the day it paid again."""

    dernier: date
    reste: int
    repayee_le: date


def paiement_revenu(facture: Facture) -> PaiementRevenu | None:
    """Return what came back of the payment of `facture`, repaid or not; None when nothing did."""
    mandat = facture.mandat
    if mandat is None or facture.payee_le is None:
        return None
    retours = retours_par_piece([mandat.pk])
    if mandat.pk not in retours:
        return None
    _, dernier = retours[mandat.pk]
    _, repayee_le = fonds_par_piece([mandat.pk])[mandat.pk]
    return PaiementRevenu(dernier=dernier, reste=reste_du(mandat), repayee_le=repayee_le)
