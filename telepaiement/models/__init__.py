"""Models of the payments, by subject."""

from telepaiement.models.caisse import (
    EtatSession,
    PassageSessionCaisse,
    SessionCaisse,
)
from telepaiement.models.encaissements import (
    AnnulationEncaissement,
    Encaissement,
    Mode,
    Quittance,
)
from telepaiement.models.evenements import EtatEvenement, EvenementRecu
from telepaiement.models.regies import Guichet, Produit, Regie
from telepaiement.models.tentatives import (
    Canal,
    EtatTentative,
    PassageTentative,
    Tentative,
)
from telepaiement.models.titres import TitreImporte

__all__ = [
    "AnnulationEncaissement",
    "Canal",
    "Encaissement",
    "EtatEvenement",
    "EtatSession",
    "EtatTentative",
    "EvenementRecu",
    "Guichet",
    "Mode",
    "PassageSessionCaisse",
    "PassageTentative",
    "Produit",
    "Quittance",
    "Regie",
    "SessionCaisse",
    "Tentative",
    "TitreImporte",
]
