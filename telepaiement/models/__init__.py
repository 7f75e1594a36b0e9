"""Models of the payments, by subject."""

from telepaiement.models.banque import (
    EncaissementRapproche,
    EtatLigneBancaire,
    FormatReleve,
    LigneBancaire,
    NatureRapprochement,
    PassageLigneBancaire,
    RapprochementBancaire,
    ReleveBancaire,
)
from telepaiement.models.caisse import (
    EtatSession,
    PassageSessionCaisse,
    SessionCaisse,
)
from telepaiement.models.encaissements import (
    MODES_PASSERELLE,
    AnnulationEncaissement,
    Encaissement,
    Mode,
    Quittance,
)
from telepaiement.models.evenements import EtatEvenement, EvenementRecu, Sujet
from telepaiement.models.litiges import EtatLitige, Litige, PassageLitige
from telepaiement.models.regies import Guichet, Produit, Regie
from telepaiement.models.remboursements import (
    ETATS_SANS_SUITE,
    EtatRemboursement,
    OrigineRemboursement,
    PassageRemboursement,
    RecuRemboursement,
    Remboursement,
)
from telepaiement.models.tentatives import (
    Canal,
    EtatTentative,
    PassageTentative,
    Tentative,
)
from telepaiement.models.titres import TitreImporte
from telepaiement.models.versements import (
    EtatVersement,
    LigneVersement,
    NatureLigne,
    PassageVersement,
    Versement,
)

__all__ = [
    "ETATS_SANS_SUITE",
    "MODES_PASSERELLE",
    "AnnulationEncaissement",
    "Canal",
    "Encaissement",
    "EncaissementRapproche",
    "EtatEvenement",
    "EtatLigneBancaire",
    "EtatLitige",
    "EtatRemboursement",
    "EtatSession",
    "EtatTentative",
    "EtatVersement",
    "EvenementRecu",
    "FormatReleve",
    "Guichet",
    "LigneBancaire",
    "LigneVersement",
    "Litige",
    "Mode",
    "NatureLigne",
    "NatureRapprochement",
    "OrigineRemboursement",
    "PassageLigneBancaire",
    "PassageLitige",
    "PassageRemboursement",
    "PassageSessionCaisse",
    "PassageTentative",
    "PassageVersement",
    "Produit",
    "Quittance",
    "RapprochementBancaire",
    "RecuRemboursement",
    "Regie",
    "ReleveBancaire",
    "Remboursement",
    "SessionCaisse",
    "Sujet",
    "Tentative",
    "TitreImporte",
    "Versement",
]
