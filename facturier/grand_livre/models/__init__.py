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
from facturier.grand_livre.models.parts import Deduction, PartCedee, Precompte
from facturier.grand_livre.models.pieces import (
    PIECES_SANS_EFFET,
    Bordereau,
    EtatBordereau,
    EtatPiece,
    LignePiece,
    Mandat,
    PassageBordereau,
    PassagePiece,
    Piece,
    PieceJustificative,
    RattachementPiece,
    SensPiece,
    Titre,
)
from facturier.grand_livre.models.sens import Sens
from facturier.grand_livre.models.tiers import CategorieTiers, NatureJuridique, Tiers

__all__ = [
    "PIECES_SANS_EFFET",
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
    "Scellement",
    "SchemaComptable",
    "Sens",
    "SensPiece",
    "Solde",
    "Tiers",
    "Titre",
]
