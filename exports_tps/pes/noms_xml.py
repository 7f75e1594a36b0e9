"""What XML itself allows in a name or in a declaration of namespace."""

from __future__ import annotations

import re
from typing import Final

_LETTRES: Final = "A-Za-z_À-ÖØ-öø-ÿ"  # of Latin-1, which files are written in
_NOM: Final = re.compile(rf"[{_LETTRES}][{_LETTRES}0-9.·-]*")
_PREFIXES_DE_XML: Final = frozenset({"xmlns:xml", "xmlns:xmlns"})
_ESPACES_DE_XML: Final = frozenset(
    {"http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"}
)


def est_nom_xml(identifiant: str) -> bool:
    """Whether `identifiant` can be an xs:ID: no colon, no digit in front, no blank."""
    return _NOM.fullmatch(identifiant) is not None


def est_espace_permis(attribut: str, espace: str) -> bool:
    """Whether a prefix may mean `espace`: neither nothing nor what XML keeps for itself."""
    est_vide = attribut != "xmlns" and not espace
    return not (est_vide or attribut in _PREFIXES_DE_XML or espace in _ESPACES_DE_XML)
