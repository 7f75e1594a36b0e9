"""What was sent to the treasury, and what it answered."""

from exports_tps.models.flux import (
    EtatFlux,
    Flux,
    LigneFlux,
    PassageFlux,
    ProfilExport,
    Releve,
    Transmission,
)
from exports_tps.models.messages import EtatMessage, GenreMessage, MessageTPS, Verdict
from exports_tps.models.requisitions import Requisition

__all__ = [
    "EtatFlux",
    "EtatMessage",
    "Flux",
    "GenreMessage",
    "LigneFlux",
    "MessageTPS",
    "PassageFlux",
    "ProfilExport",
    "Releve",
    "Requisition",
    "Transmission",
    "Verdict",
]
