"""What the reader tells as it goes along a file: records, bounds of the skeleton, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Unite:
    """A record read: `objet` is None when its structure was refused."""

    balise: str
    objet: Any
    ligne: int
    lignes: tuple[int, ...] = ()


@dataclass(slots=True)
class Borne:
    """Start or end of an element of the skeleton; `decalage` is its offset in bytes."""

    balise: str
    est_debut: bool
    ligne: int
    decalage: int
    identifiant: str = ""


@dataclass(slots=True)
class Scelle:
    """A ds:Signature: its offsets, and the namespaces in scope around it."""

    debut: int
    fin: int
    ligne: int
    espaces: Mapping[str, str]


@dataclass(slots=True)
class Document:
    """Content of a PJ: offsets of its start tag, of its first byte, of its end; 0 = not known."""

    debut: int
    ligne: int
    contenu: int = 0
    fin: int = 0
    est_vide: bool = True
    est_gzip: bool = True


Evenement = Unite | Borne | Scelle | Document
