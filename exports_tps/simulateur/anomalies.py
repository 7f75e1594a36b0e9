"""What the treasury has to say: an anomaly, and the verdict on one object of the flux."""

from dataclasses import dataclass, field
from typing import Any

DOMAINE_TECHNIQUE = "0"
DOMAINE_SIGNATURE_GLOBALE = "2"
DOMAINE_SIGNATURE_BORDEREAU = "3"
DOMAINE_PJ = "4"
DOMAINES = {"depense": "5", "recette": "6"}

# NumAnoAck, as listed in CommunAck.xsd.
CODES = (
    "ERREUR_CONNECTION_IMPOSSIBLE_A_LA_BASE",
    "ERREUR_ENCODING",
    "ERREUR_FLUX_VIDE",
    "ERREUR_SCHEMA_INCOMPLET",
    "ERREUR_CODIFICATION",
    "ERREUR_CODIQUE",
    "ERREUR_SIRET",
    "ERREUR_CODE_COLLECTIVITE_BUDGET",
    "ERREUR_VERSION_PES",
    "ERREUR_VERSION_PJ",
    "ERREUR_SIGNATURE_INVALIDE",
    "ERREUR_SIGNATURE_ILLISIBLE",
    "ERREUR_SIGNATURE_INCOMPLETE",
    "ERREUR_DOUBLON_BORDEREAU",
    "ERREUR_DOUBLON_PIECE",
    "ERREUR_DOUBLON_LIGNE",
    "ERREUR_DOUBLON_PJ",
    "ERREUR_PES_PARAM",
    "ERREUR_PES_SIGNATURE",
    "ERREUR_PES_PARAM_SIGNATURE",
    "ERREUR_CERTIFICAT",
    "ERREUR_TIMEOUT",
    "ERREUR_TAILLE_BORDEREAUX",
    "ERREUR_TAILLE_PIECE",
    "ERREUR_TAILLE_LIGNE",
    "ERREUR_PJ_SIGNEE",
    "ERREUR_SIGNATURE_EXTERNE",
    "ERREUR_AUTRE",
    "ERREUR_SIGNATURE_BORDEREAU_INVALIDE",
    "ERREUR_MONTANT_TVA_ZERO_NEGATIF",
    "ERREUR_PJ",
    "ERREUR_CUMUL_MONTANTS",
    "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE",
    "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE",
)


@dataclass(frozen=True, slots=True)
class Anomalie:
    """One defect: code of `CommunAck.xsd`, French label, and where (pièce and its line)."""

    code: str
    libelle: str
    piece: str = ""
    ligne_piece: str = ""

    @property
    def phrase(self) -> str:
        """The label, preceded by the pièce it speaks of."""
        lieu = f"pièce {self.piece}" if self.piece else ""
        lieu += f", ligne {self.ligne_piece}" if self.piece and self.ligne_piece else ""
        return f"{lieu}\u202f: {self.libelle}" if lieu else self.libelle


@dataclass(slots=True)
class Verdict:
    """What is answered for one object: a flux, a bordereau (`numero`, `exercice`) or a PJ."""

    domaine: str
    numero: str = ""
    exercice: str = ""
    id_unique: str = ""
    anomalies: list[Anomalie] = field(default_factory=list)

    @property
    def est_accepte(self) -> bool:
        """True when nothing is held against the object."""
        return not self.anomalies

    @property
    def objet(self) -> str:
        """The object, as an agent calls it."""
        if self.id_unique:
            return f"PJ {self.id_unique}"
        return f"bordereau {self.exercice}/{self.numero}" if self.numero else "flux"


def vers_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain data, for the state file."""
    return {
        "domaine": verdict.domaine,
        "numero": verdict.numero,
        "exercice": verdict.exercice,
        "id_unique": verdict.id_unique,
        "anomalies": [
            [anomalie.code, anomalie.libelle, anomalie.piece, anomalie.ligne_piece]
            for anomalie in verdict.anomalies
        ],
    }


def depuis_json(donnees: dict[str, Any]) -> Verdict:
    """The inverse of `vers_json`."""
    anomalies = [Anomalie(*champs) for champs in donnees["anomalies"]]
    return Verdict(**{**donnees, "anomalies": anomalies})
