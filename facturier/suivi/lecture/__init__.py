"""Reading of a deposited invoice file: what can be prefilled, and what must be refused.

`lire_facture` is the only entry. Hostile content is parsed in a child process with limits
(`isolement`), never in the process that serves people.
"""

from facturier.commun.fichiers import FichierRefuse
from facturier.suivi.lecture.entree import lire_facture, objets_embarques
from facturier.suivi.lecture.facture_lue import (
    Donnee,
    FactureLue,
    FichierJoint,
    Format,
    LigneLue,
    Origine,
    TauxLu,
    TypeDocument,
)

__all__ = [
    "Donnee",
    "FactureLue",
    "FichierJoint",
    "FichierRefuse",
    "Format",
    "LigneLue",
    "Origine",
    "TauxLu",
    "TypeDocument",
    "lire_facture",
    "objets_embarques",
]
