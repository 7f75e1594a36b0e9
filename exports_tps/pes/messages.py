"""French typography of the messages, and the exceptions and anomalies of the format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from exports_tps.pes.libelles import LIBELLES

_FINE = "\u202f"
_PONCTUATION = {f" {signe}": _FINE + signe for signe in (":", ";", "!", "?", "»")}
_PONCTUATION["« "] = "«" + _FINE


def typographier(message: str) -> str:
    """Return `message` with narrow no-break spaces where French typography wants them."""
    for usuel, typographie in _PONCTUATION.items():
        message = message.replace(usuel, typographie)
    return message


class Niveau(StrEnum):
    """What the treasury would set aside because of an anomaly (README of the format, §10)."""

    FLUX = "flux"
    BORDEREAU = "bordereau"
    PJ = "pj"
    AVERTISSEMENT = "avertissement"


@dataclass(frozen=True, slots=True)
class Anomalie:
    """One defect found by `controler`: where (line, tag), which rule, and what to do, in French."""

    ligne: int
    balise: str
    regle: str
    message: str
    niveau: Niveau = Niveau.FLUX

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", typographier(self.message))

    @property
    def est_bloquante(self) -> bool:
        """Whether the treasury would refuse something because of it."""
        return self.niveau is not Niveau.AVERTISSEMENT

    def __str__(self) -> str:
        return f"ligne {self.ligne}, {self.balise}{_FINE}: {self.message}"


class ErreurPES(ValueError):
    """Base of what this library refuses; the text is French and can be shown as it stands."""

    def __init__(self, message: str) -> None:
        super().__init__(typographier(message))


class CaractereRefuse(ErreurPES):
    """A character that Latin-1 does not have and that has no agreed replacement."""


class ChampRefuse(ErreurPES):
    """A value that its field does not accept; `balise` and `champ` say which, the text in words."""

    def __init__(self, *, balise: str, champ: str, raison: str) -> None:
        nom = f"{LIBELLES[balise]} ({balise})" if balise in LIBELLES else f"Champ {balise}"
        super().__init__(f"{nom} : {raison}")
        self.balise = balise
        self.champ = champ


class BordereauIncoherent(ErreurPES):
    """The head of a bordereau does not agree with the pièces that were streamed after it."""


class FichierIllisible(ErreurPES):
    """A file that is not XML, or whose root is not one of the expected messages."""
