"""Models of suppliers and debtors, by subject."""

from fournisseurs.models.adresses import AdressePostale, Banque, CodePostal
from fournisseurs.models.coordonnees import CoordonneesBancaires
from fournisseurs.models.demandes import DemandeEtablissement, EtatDemande, PassageDemande
from fournisseurs.models.fournisseurs import (
    ROLES_GESTION,
    Etablissement,
    EtatFournisseur,
    Fournisseur,
    MotFournisseur,
    PassageFournisseur,
)
from fournisseurs.models.habilitations import Droit, Habilitation, Representant
from fournisseurs.models.justificatifs import ConsultationDonnees, Justificatif

__all__ = [
    "ROLES_GESTION",
    "AdressePostale",
    "Banque",
    "CodePostal",
    "ConsultationDonnees",
    "CoordonneesBancaires",
    "DemandeEtablissement",
    "Droit",
    "Etablissement",
    "EtatDemande",
    "EtatFournisseur",
    "Fournisseur",
    "Habilitation",
    "Justificatif",
    "MotFournisseur",
    "PassageDemande",
    "PassageFournisseur",
    "Representant",
]
