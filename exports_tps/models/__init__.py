"""What was sent to the treasury, and what it answered."""

from exports_tps.models.archives import ArchiveTPS
from exports_tps.models.depots import DepotExterne, DocumentExterne, PieceExterne
from exports_tps.models.documents import RemplacementDocument
from exports_tps.models.flux import (
    EtatFlux,
    Flux,
    LigneFlux,
    NouveauDepot,
    PassageFlux,
    ProfilExport,
    Releve,
    Transmission,
)
from exports_tps.models.messages import EtatMessage, GenreMessage, MessageTPS, Verdict
from exports_tps.models.parapheur import (
    AnnonceParapheur,
    CertificatSignataire,
    Circuit,
    Delegation,
    EtapeCircuit,
    LectureBordereau,
    Presentable,
    Presentation,
    RelanceParapheur,
    SignatureBordereau,
    VisaParapheur,
    qualite,
)
from exports_tps.models.recettes import (
    AnnulationRegularisation,
    RecettePercue,
    RegularisationRecette,
)
from exports_tps.models.requisitions import Requisition
from exports_tps.models.reserves import Reserve, TraitementReserve
from exports_tps.models.verifications import VerificationSignatures

__all__ = [
    "AnnonceParapheur",
    "AnnulationRegularisation",
    "ArchiveTPS",
    "CertificatSignataire",
    "Circuit",
    "Delegation",
    "DepotExterne",
    "DocumentExterne",
    "EtapeCircuit",
    "EtatFlux",
    "EtatMessage",
    "Flux",
    "GenreMessage",
    "LectureBordereau",
    "LigneFlux",
    "MessageTPS",
    "NouveauDepot",
    "PassageFlux",
    "PieceExterne",
    "Presentable",
    "Presentation",
    "ProfilExport",
    "RecettePercue",
    "RegularisationRecette",
    "RelanceParapheur",
    "Releve",
    "RemplacementDocument",
    "Requisition",
    "Reserve",
    "SignatureBordereau",
    "TraitementReserve",
    "Transmission",
    "Verdict",
    "VerificationSignatures",
    "VisaParapheur",
    "qualite",
]
