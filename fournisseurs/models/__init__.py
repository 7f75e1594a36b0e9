"""Models of suppliers and debtors, by subject."""

from fournisseurs.models.adresses import AdressePostale, Banque, ChangementReferentiel, CodePostal
from fournisseurs.models.complements import Complement
from fournisseurs.models.coordonnees import CoordonneesBancaires
from fournisseurs.models.demandes import DemandeEtablissement, EtatDemande, PassageDemande
from fournisseurs.models.doublons import (
    Doublon,
    EtatDoublon,
    EtatFusion,
    Fusion,
    PassageDoublon,
    PassageFusion,
    RaisonDoublon,
)
from fournisseurs.models.fournisseurs import (
    ROLES_GESTION,
    ROLES_LECTURE,
    Etablissement,
    EtatFournisseur,
    Fournisseur,
    MotFournisseur,
    PassageFournisseur,
)
from fournisseurs.models.habilitations import Droit, Habilitation, Representant
from fournisseurs.models.importation import (
    EtatImportation,
    Importation,
    PassageImportation,
    RejetImportation,
)
from fournisseurs.models.invitations import EtatInvitation, Invitation, PassageInvitation
from fournisseurs.models.journal import ActeJournal, EntreeJournal
from fournisseurs.models.justificatifs import Justificatif
from fournisseurs.models.modifications import (
    ETATS_OUVERTS,
    GENRES_COMPTE,
    ChampModifie,
    ContactConnu,
    ContreAppel,
    DemandeModification,
    EtatModification,
    GenreModification,
    PassageModification,
    RepresentantLegal,
    Risque,
)
from fournisseurs.models.oppositions import (
    DecisionPaiement,
    EtatOpposition,
    Opposition,
    PassageOpposition,
)
from fournisseurs.models.qualite import AnomalieTiers, ReleveQualite
from fournisseurs.models.registre import EcartRegistre, EtablissementRegistre, PreuveRegistre

__all__ = [
    "ETATS_OUVERTS",
    "GENRES_COMPTE",
    "ROLES_GESTION",
    "ROLES_LECTURE",
    "ActeJournal",
    "AdressePostale",
    "AnomalieTiers",
    "Banque",
    "ChampModifie",
    "ChangementReferentiel",
    "CodePostal",
    "Complement",
    "ContactConnu",
    "ContreAppel",
    "CoordonneesBancaires",
    "DecisionPaiement",
    "DemandeEtablissement",
    "DemandeModification",
    "Doublon",
    "Droit",
    "EcartRegistre",
    "EntreeJournal",
    "Etablissement",
    "EtablissementRegistre",
    "EtatDemande",
    "EtatDoublon",
    "EtatFournisseur",
    "EtatFusion",
    "EtatImportation",
    "EtatInvitation",
    "EtatModification",
    "EtatOpposition",
    "Fournisseur",
    "Fusion",
    "GenreModification",
    "Habilitation",
    "Importation",
    "Invitation",
    "Justificatif",
    "MotFournisseur",
    "Opposition",
    "PassageDemande",
    "PassageDoublon",
    "PassageFournisseur",
    "PassageFusion",
    "PassageImportation",
    "PassageInvitation",
    "PassageModification",
    "PassageOpposition",
    "PreuveRegistre",
    "RaisonDoublon",
    "RejetImportation",
    "ReleveQualite",
    "Representant",
    "RepresentantLegal",
    "Risque",
]
