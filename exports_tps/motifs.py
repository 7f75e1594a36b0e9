"""Reasons of ObsEtat for mandats (pes_v2, §8); those of titres are quoted by their code."""

from collections.abc import Sequence
from typing import Final

from facturier.grand_livre.models import SensPiece

MOTIFS_DEPENSE: Final = {
    "01": "pièces justificatives absentes",
    "02": "pièces justificatives insuffisantes",
    "03": "crédits insuffisants",
    "04": "erreur de liquidation",
    "05": "service fait non justifié",
    "06": "autre motif",
    "07": "double paiement",
    "09": "domiciliation bancaire erronée",
    "10": "avance",
    "11": "donneur d’ordre",
    "13": "prescription",
    "16": "créancier erroné",
    "23": "imputation erronée",
    "24": "motif technique",
}


def libelle_motifs(sens: str, codes: Sequence[str]) -> str:
    """Return the reasons as people read them."""
    connus = MOTIFS_DEPENSE if sens == SensPiece.DEPENSE else {}
    textes = [connus.get(code, f"motif {code}") for code in codes]
    phrase = ", ".join(textes)
    return f"{phrase[:1].upper()}{phrase[1:]}." if phrase else ""
