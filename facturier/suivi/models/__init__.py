"""Models of invoice tracking, by subject."""

from facturier.suivi.etats import EtatFacture
from facturier.suivi.models.attestations import Attestation, DecisionInterets
from facturier.suivi.models.commandes import BonCommande
from facturier.suivi.models.delais import DelaiConstate, PrevisionPaiement, ReleveDelais
from facturier.suivi.models.echanges import (
    Abonnement,
    Avis,
    EnvoiAvis,
    Message,
    RetourFournisseur,
    ServiceFait,
    TypeAvis,
)
from facturier.suivi.models.factures import (
    Document,
    Facture,
    LigneFacture,
    PassageFacture,
    RepartitionTaxe,
    normaliser_numero,
)
from facturier.suivi.models.liquidations import (
    Avance,
    LiberationGarantie,
    LigneLiquidation,
    Liquidation,
    ReductionParAvoir,
)
from facturier.suivi.models.motifs import ExigencePiece, MotifRetour, RangPaiement, TypeDepense
from facturier.suivi.models.quarantaine import DepotEnAttente, Quarantaine
from facturier.suivi.models.receptions import LigneCommande, LigneReception, Reception
from facturier.suivi.models.regles import ConstatRegle, RegleApprise
from facturier.suivi.models.reprises import ROLES_DES_BUREAUX, Bureau, RepriseRejet
from facturier.suivi.models.vues import VueEnregistree

__all__ = [
    "ROLES_DES_BUREAUX",
    "Abonnement",
    "Attestation",
    "Avance",
    "Avis",
    "BonCommande",
    "Bureau",
    "ConstatRegle",
    "DecisionInterets",
    "DelaiConstate",
    "DepotEnAttente",
    "Document",
    "EnvoiAvis",
    "EtatFacture",
    "ExigencePiece",
    "Facture",
    "LiberationGarantie",
    "LigneCommande",
    "LigneFacture",
    "LigneLiquidation",
    "LigneReception",
    "Liquidation",
    "Message",
    "MotifRetour",
    "PassageFacture",
    "PrevisionPaiement",
    "Quarantaine",
    "RangPaiement",
    "Reception",
    "ReductionParAvoir",
    "RegleApprise",
    "ReleveDelais",
    "RepartitionTaxe",
    "RepriseRejet",
    "RetourFournisseur",
    "ServiceFait",
    "TypeAvis",
    "TypeDepense",
    "VueEnregistree",
    "normaliser_numero",
]
