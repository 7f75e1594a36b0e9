"""Models of the payments, by subject."""

from telepaiement.models.banque import (
    AnnulationRapprochement,
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
    ContresignatureCaisse,
    EtatSession,
    PassageSessionCaisse,
    SessionCaisse,
)
from telepaiement.models.carnets import (
    Carnet,
    EtatFeuillet,
    Feuillet,
    PassageFeuillet,
)
from telepaiement.models.deficits import ComblementDeficit, ComblementVerse
from telepaiement.models.demandes import (
    DEMANDES_OUVERTES,
    ECHEANCES_MAXIMUM,
    ECHEANCES_MINIMUM,
    DemandeRedevable,
    Echeance,
    Echeancier,
    EtatDemande,
    EtatEcheancier,
    NatureDemande,
    PassageDemandeRedevable,
    PassageEcheancier,
    RelanceEcheance,
    SuiteContestation,
)
from telepaiement.models.depots import (
    ChequeVerse,
    EtatMensuel,
    EtatVersementRegie,
    PassageVersementRegie,
    SessionVersee,
    VersementRegie,
)
from telepaiement.models.encaissements import (
    MODES_PASSERELLE,
    AnnulationEncaissement,
    DelivranceQuittance,
    Encaissement,
    Mode,
    Quittance,
)
from telepaiement.models.evenements import EtatEvenement, EvenementRecu, Sujet
from telepaiement.models.internet import (
    EncaissementClos,
    SessionInternet,
)
from telepaiement.models.liens import LienPaiement
from telepaiement.models.litiges import EtatLitige, Litige, PassageLitige
from telepaiement.models.nominations import (
    EtatNomination,
    Nomination,
    PassageNomination,
)
from telepaiement.models.proces_verbaux import (
    RemiseService,
    VerificationRegie,
)
from telepaiement.models.regies import (
    Guichet,
    MouvementFonds,
    PassageRegie,
    Produit,
    Regie,
)
from telepaiement.models.remboursements import (
    ETATS_SANS_SUITE,
    EtatRemboursement,
    OrigineRemboursement,
    PassageRemboursement,
    RecuRemboursement,
    Remboursement,
)
from telepaiement.models.tarifs import Tarif
from telepaiement.models.tentatives import (
    Canal,
    EtatTentative,
    NomPasserelle,
    PassageTentative,
    Tentative,
)
from telepaiement.models.titres import TitreImporte
from telepaiement.models.ventes import (
    LigneRegularisee,
    LigneVente,
    Regularisation,
    RetourVente,
    Vente,
)
from telepaiement.models.versements import (
    EtatVersement,
    LigneVersement,
    NatureLigne,
    OrigineVersement,
    PassageVersement,
    Versement,
)
from telepaiement.models.virements import OrdreVirement

__all__ = [
    "DEMANDES_OUVERTES",
    "ECHEANCES_MAXIMUM",
    "ECHEANCES_MINIMUM",
    "ETATS_SANS_SUITE",
    "MODES_PASSERELLE",
    "AnnulationEncaissement",
    "AnnulationRapprochement",
    "Canal",
    "Carnet",
    "ChequeVerse",
    "ComblementDeficit",
    "ComblementVerse",
    "ContresignatureCaisse",
    "DelivranceQuittance",
    "DemandeRedevable",
    "Echeance",
    "Echeancier",
    "Encaissement",
    "EncaissementClos",
    "EncaissementRapproche",
    "EtatDemande",
    "EtatEcheancier",
    "EtatEvenement",
    "EtatFeuillet",
    "EtatLigneBancaire",
    "EtatLitige",
    "EtatMensuel",
    "EtatNomination",
    "EtatRemboursement",
    "EtatSession",
    "EtatTentative",
    "EtatVersement",
    "EtatVersementRegie",
    "EvenementRecu",
    "Feuillet",
    "FormatReleve",
    "Guichet",
    "LienPaiement",
    "LigneBancaire",
    "LigneRegularisee",
    "LigneVente",
    "LigneVersement",
    "Litige",
    "Mode",
    "MouvementFonds",
    "NatureDemande",
    "NatureLigne",
    "NatureRapprochement",
    "NomPasserelle",
    "Nomination",
    "OrdreVirement",
    "OrigineRemboursement",
    "OrigineVersement",
    "PassageDemandeRedevable",
    "PassageEcheancier",
    "PassageFeuillet",
    "PassageLigneBancaire",
    "PassageLitige",
    "PassageNomination",
    "PassageRegie",
    "PassageRemboursement",
    "PassageSessionCaisse",
    "PassageTentative",
    "PassageVersement",
    "PassageVersementRegie",
    "Produit",
    "Quittance",
    "RapprochementBancaire",
    "RecuRemboursement",
    "Regie",
    "Regularisation",
    "RelanceEcheance",
    "ReleveBancaire",
    "Remboursement",
    "RemiseService",
    "RetourVente",
    "SessionCaisse",
    "SessionInternet",
    "SessionVersee",
    "SuiteContestation",
    "Sujet",
    "Tarif",
    "Tentative",
    "TitreImporte",
    "Vente",
    "VerificationRegie",
    "Versement",
    "VersementRegie",
]
