"""Models of the ledger, by subject."""

from facturier.grand_livre.models.comptes import (
    Budget,
    Compte,
    Compteur,
    Exercice,
    Journal,
    Parametre,
    SchemaComptable,
)
from facturier.grand_livre.models.credits import CreditOuvert
from facturier.grand_livre.models.ecritures import (
    AttenteScellement,
    Ecriture,
    Lettrage,
    LigneEcriture,
    LigneLettrage,
    Scellement,
    Solde,
)
from facturier.grand_livre.models.justificatifs import PieceJustificative
from facturier.grand_livre.models.parts import Deduction, PartCedee, Precompte
from facturier.grand_livre.models.pieces import (
    APRES_ENCAISSEMENT,
    CORRECTIF,
    EXERCICE_ANTERIEUR,
    PAS_SIGNES,
    PIECES_SANS_EFFET,
    VISEURS,
    Bordereau,
    EtatBordereau,
    EtatPiece,
    LignePiece,
    Mandat,
    PassageBordereau,
    PassagePiece,
    Piece,
    RattachementPiece,
    SensPiece,
    Titre,
)
from facturier.grand_livre.models.presentations import RemiseEnPreparation
from facturier.grand_livre.models.sens import Sens
from facturier.grand_livre.models.tiers import CategorieTiers, NatureJuridique, Tiers

__all__ = [
    "APRES_ENCAISSEMENT",
    "CORRECTIF",
    "EXERCICE_ANTERIEUR",
    "PAS_SIGNES",
    "PIECES_SANS_EFFET",
    "VISEURS",
    "AttenteScellement",
    "Bordereau",
    "Budget",
    "CategorieTiers",
    "Compte",
    "Compteur",
    "CreditOuvert",
    "Deduction",
    "Ecriture",
    "EtatBordereau",
    "EtatPiece",
    "Exercice",
    "Journal",
    "Lettrage",
    "LigneEcriture",
    "LigneLettrage",
    "LignePiece",
    "Mandat",
    "NatureJuridique",
    "Parametre",
    "PartCedee",
    "PassageBordereau",
    "PassagePiece",
    "Piece",
    "PieceJustificative",
    "Precompte",
    "RattachementPiece",
    "RemiseEnPreparation",
    "Scellement",
    "SchemaComptable",
    "Sens",
    "SensPiece",
    "Solde",
    "Tiers",
    "Titre",
]
