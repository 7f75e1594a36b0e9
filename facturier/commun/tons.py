"""The tone of a state: how a badge looks, never what it means.

A model may say `TONS = {"deposee": Ton.COURS, …}`; the codes it leaves out follow the convention
below, read from the code itself (`style.md`, states are past participles).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Ton(StrEnum):
    """Five tones; each has an icon, so that colour is never alone."""

    NEUTRE = "neutre"
    COURS = "cours"
    ATTENTE = "attente"
    SUCCES = "succes"
    REFUS = "refus"


ICONES: Mapping[str, str] = MappingProxyType(
    {
        Ton.NEUTRE: "point",
        Ton.COURS: "progression",
        Ton.ATTENTE: "horloge",
        Ton.SUCCES: "coche",
        Ton.REFUS: "croix",
    }
)
RADICAUX: Mapping[Ton, tuple[str, ...]] = MappingProxyType(
    {
        Ton.REFUS: ("rejet", "refus", "annul", "echou", "echec", "erreur", "bloqu", "invalid"),
        Ton.ATTENTE: ("attente", "suspend", "a_", "retourn", "completer", "contest", "litige"),
        Ton.SUCCES: (
            "paye",
            "encaiss",
            "solde",
            "actif",
            "active",
            "reussi",
            "accept",
            "acquitt",
            "valid",
        ),
        Ton.COURS: (
            "depos",
            "recu",
            "certifi",
            "service_fait",
            "liquid",
            "mandat",
            "sign",
            "transmis",
            "constitu",
            "control",
            "emis",
            "pris",
            "cours",
            "ouvert",
        ),
    }
)


def ton_de(objet: Any, etat: str | None = None) -> Ton:
    """Return the tone of `etat` (by default the state of `objet`) for the model of `objet`."""
    code = objet.etat if etat is None else etat
    return getattr(objet, "TONS", {}).get(code) or ton_par_convention(code)


def ton_par_convention(code: str) -> Ton:
    """Return the tone that the beginning of one word of a state code suggests, else neutral."""
    bornes = f"_{code}"
    for ton, radicaux in RADICAUX.items():
        if any(f"_{radical}" in bornes for radical in radicaux):
            return ton
    return Ton.NEUTRE
