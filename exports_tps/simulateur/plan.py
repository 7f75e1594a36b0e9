"""The fault plan: what the simulated treasury must refuse, delay, repeat or spoil (TOML)."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, ClassVar

from exports_tps.simulateur.anomalies import CODES

TOUTES = "toutes"
REPONSES = (
    "acquit",
    "prise_en_charge",
    "rejet",
    "instance",
    "annulation",
    "paiement",
    "encaissement",
    "retour_fonds",
    TOUTES,
)
CHAMPS_OBJET = {"flux", "sens", "exercice", "bordereau"}
CHAMPS_REPONSE = CHAMPS_OBJET | {"reponse", "passes"}
CHAMPS_ALTERATION = CHAMPS_OBJET | {"reponse", "reemettre"}
ACTES: dict[str, set[str]] = {
    "refuser_flux": {"flux", "anomalie", "libelle"},
    "refuser_bordereau": CHAMPS_OBJET | {"piece", "ligne", "anomalie", "libelle"},
    "refuser_pj": {"flux", "pj", "rang", "anomalie", "libelle"},
    "rejeter_piece": CHAMPS_OBJET | {"piece", "motifs", "commentaire"},
    "suspendre_piece": CHAMPS_OBJET | {"piece", "motifs", "commentaire", "passes"},
    "annuler_prise_en_charge": CHAMPS_OBJET | {"piece", "motifs", "commentaire"},
    "payer_en_deux_fois": CHAMPS_OBJET | {"piece", "sans_rappel"},
    "encaisser_titre": CHAMPS_OBJET - {"sens"} | {"piece"},
    "rejeter_paiement": CHAMPS_OBJET | {"piece", "passes"},
    "retarder": CHAMPS_REPONSE,
    "taire": CHAMPS_OBJET | {"reponse"},
    "desordonner": CHAMPS_REPONSE,
    "repeter": CHAMPS_REPONSE,
    "tronquer": CHAMPS_ALTERATION,
    "invalider": CHAMPS_ALTERATION,
    "tromper_collectivite": CHAMPS_ALTERATION | {"collectivite"},
}
PASSES_MAXIMUM = 1_000_000
ACTES_PIECE = {
    "rejeter_piece",
    "suspendre_piece",
    "annuler_prise_en_charge",
    "payer_en_deux_fois",
    "encaisser_titre",
    "rejeter_paiement",
}
SENS_IMPOSE = {"encaisser_titre": "recette"}
OBLIGATOIRES = {
    "refuser_bordereau": {"bordereau"},
    "rejeter_piece": {"piece"},
    "suspendre_piece": {"piece"},
    "annuler_prise_en_charge": {"piece"},
}


class PlanInvalide(Exception):
    """The plan cannot be read; the message says which fault and which key."""


@dataclass(frozen=True, slots=True)
class Defaut:
    """One planned fault. Empty selectors match everything; `flux` is a pattern on NomFic."""

    acte: str
    flux: str = "*"
    sens: str = ""
    exercice: int = 0
    bordereau: int = 0
    piece: int = 0
    ligne: int = 0
    pj: str = ""
    rang: int = 0
    anomalie: str = "ERREUR_AUTRE"
    libelle: str = "Refus demandé par le plan de simulation"
    motifs: tuple[str, ...] = ("06",)
    commentaire: str = "Décision du comptable (simulation)"
    reponse: str = TOUTES
    passes: int = 0
    collectivite: str = "999"
    reemettre: bool = False
    sans_rappel: bool = False

    VALEURS: ClassVar[dict[str, tuple[str, ...]]] = {
        "sens": ("depense", "recette"),
        "reponse": REPONSES,
        "anomalie": CODES,
    }

    def vise_flux(self, nom_fic: str) -> bool:
        """True when the fault may touch the flux of that NomFic."""
        return fnmatchcase(nom_fic, self.flux)

    def vise_bordereau(self, *, sens: str, exercice: str, numero: str) -> bool:
        """True when the fault may touch that bordereau."""
        return (
            self.sens in {"", sens}
            and (not self.exercice or str(self.exercice) == exercice)
            and (not self.bordereau or str(self.bordereau) == numero)
        )

    def vise_piece(self, numero: str) -> bool:
        """True when the fault may touch the pièce of that number."""
        return not self.piece or str(self.piece) == numero.lstrip("0")

    def vise_pj(self, *, rang: int, id_unique: str, nom: str) -> bool:
        """True when the fault may touch that attachment (name, IdUnique or rank)."""
        return (not self.rang or self.rang == rang) and self.pj in {"", id_unique, nom}


class Plan:
    """The faults, in the order of the file."""

    def __init__(self, defauts: Sequence[Defaut] = ()) -> None:
        self.defauts = tuple(defauts)

    def pour(self, nom_fic: str, *actes: str) -> Iterator[Defaut]:
        """The faults of these acts that may touch that flux."""
        for defaut in self.defauts:
            if defaut.acte in actes and defaut.vise_flux(nom_fic):
                yield defaut


def lire_plan(fichier: Path) -> Plan:
    """Read a TOML plan: `[[defaut]]` tables. Raises PlanInvalide, in one French line."""
    try:
        donnees = tomllib.loads(fichier.read_text(encoding="utf-8"))
    except OSError as erreur:
        raise PlanInvalide(f"Le plan {fichier} est introuvable ou illisible.") from erreur
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as erreur:
        raise PlanInvalide(
            f"Le plan {fichier} n’est pas un fichier TOML\u202f: {erreur}"
        ) from erreur
    tables = donnees.pop("defaut", [])
    if donnees or not isinstance(tables, list):
        raise PlanInvalide(f"Le plan {fichier} ne doit contenir que des tables [[defaut]].")
    return Plan([_defaut(rang, table) for rang, table in enumerate(tables, start=1)])


def _defaut(rang: int, table: dict[str, Any]) -> Defaut:
    lieu = f"Plan, défaut n°\u202f{rang}"
    acte = table.get("acte")
    if acte not in ACTES:
        raise PlanInvalide(
            f"{lieu}\u202f: acte inconnu ({acte})\u202f; admis\u202f: {', '.join(ACTES)}."
        )
    for cle in table.keys() - {"acte"}:
        if cle not in ACTES[acte]:
            raise PlanInvalide(f"{lieu}\u202f: la clé « {cle} » ne convient pas à {acte}.")
    manquantes = OBLIGATOIRES.get(acte, set()) - table.keys()
    if manquantes:
        raise PlanInvalide(f"{lieu}\u202f: il manque {', '.join(sorted(manquantes))}.")
    if acte == "refuser_pj" and not table.keys() & {"pj", "rang"}:
        raise PlanInvalide(f"{lieu}\u202f: il manque pj (nom ou IdUnique) ou rang.")
    _verifier_valeurs(lieu, table)
    if "motifs" in table:
        table = {**table, "motifs": tuple(table["motifs"])}
    if acte in SENS_IMPOSE:
        table = {**table, "sens": SENS_IMPOSE[acte]}
    return Defaut(**table)


def _verifier_valeurs(lieu: str, table: dict[str, Any]) -> None:
    types: dict[str, type] = {
        champ.name: type(champ.default) for champ in fields(Defaut) if champ.name != "acte"
    }
    for cle, valeur in table.items():
        attendu = list if types.get(cle) is tuple else types.get(cle, str)
        if type(valeur) is not attendu:
            raise PlanInvalide(f"{lieu}\u202f: la valeur de « {cle} » n’a pas le bon type.")
        if cle in Defaut.VALEURS and valeur not in Defaut.VALEURS[cle]:
            admises = ", ".join(Defaut.VALEURS[cle])
            raise PlanInvalide(
                f"{lieu}\u202f: « {cle} » vaut {valeur}\u202f; admis\u202f: {admises}."
            )
        if isinstance(valeur, int) and valeur < 0:
            raise PlanInvalide(f"{lieu}\u202f: « {cle} » doit être positif.")
        if cle == "passes" and isinstance(valeur, int) and valeur > PASSES_MAXIMUM:
            raise PlanInvalide(
                f"{lieu}\u202f: « passes » vaut {PASSES_MAXIMUM} au plus\u202f; une réponse qui ne "
                "vient jamais se demande par l’acte « taire »."
            )
    motifs = table.get("motifs", ["06"])
    if not motifs or not all(isinstance(motif, str) for motif in motifs):
        raise PlanInvalide(f'{lieu}\u202f: « motifs » est une liste de codes comme ["02", "05"].')
