"""What Hélios holds against one attachment (README §5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from exports_tps.simulateur.anomalies import DOMAINE_PJ, Anomalie, Verdict
from exports_tps.simulateur.lecture import Noeud

DEFAUT_PJ = "ERREUR_PJ"
DOMAINES_PAR_TYPE = {
    **dict.fromkeys(("003", "004", "005"), ("01",)),
    **dict.fromkeys(("002", "007", "008", "010", "011", "014"), ("02",)),
    "006": ("01", "02"),
    **dict.fromkeys(("001", "012", "013"), ("04",)),
    "009": ("06",),
}


@dataclass
class PieceJointeRecue:
    """One attachment as read; `rang` is its place among those of the file, from 1."""

    rang: int
    id_unique: str
    nom: str
    anomalies: list[Anomalie] = field(default_factory=list)

    def verdict(self) -> Verdict:
        """The verdict to answer."""
        return Verdict(DOMAINE_PJ, id_unique=self.id_unique, anomalies=self.anomalies)


def examiner_piece_jointe(noeud: Noeud, rang: int, version: str) -> PieceJointeRecue:
    """Read one PJ; `version` is the IdVer of the PES_PJ header."""
    anomalies = list(_defauts(noeud, version))
    return PieceJointeRecue(rang, noeud.valeur("IdUnique"), noeud.valeur("NomPJ"), anomalies)


def _defauts(noeud: Noeud, version: str) -> Iterator[Anomalie]:
    if version != "1":
        yield Anomalie("ERREUR_VERSION_PJ", f"version de PJ {version} inconnue")
    fichier = noeud.premier("Contenu/Fichier")
    if fichier is None or fichier.contenu is None:
        yield Anomalie(DEFAUT_PJ, "le contenu est absent")
    elif fichier.contenu.defaut:
        yield Anomalie(DEFAUT_PJ, fichier.contenu.defaut)
    if not re.fullmatch(r".+\.[A-Za-z0-9]{2,4}", noeud.valeur("NomPJ")):
        yield Anomalie(DEFAUT_PJ, f"extension de « {noeud.valeur('NomPJ')} » invalide")
    if not re.fullmatch(r"[0-9A-Za-z]{1,50}", noeud.valeur("IdUnique")):
        yield Anomalie(DEFAUT_PJ, "IdUnique\u202f: 1 à 50 lettres ou chiffres attendus")
    type_piece = noeud.valeur("TypePJ")
    for reference in noeud.tous("RefCompta"):
        domaine = reference.valeur("Domaine")
        if type_piece and domaine not in DOMAINES_PAR_TYPE.get(type_piece, (domaine,)):
            yield Anomalie(DEFAUT_PJ, f"type de PJ {type_piece} impossible au domaine {domaine}")
