"""Exclusive C14N while reading: an element without its signature, in flat memory.

Used for files that were not written in canonical form; what this library writes is digested from
its bytes (`verification`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from typing import Final
from xml.parsers import expat

from exports_tps.pes.signature import DS

_BLOC: Final = 1 << 16
_XML: Final = "http://www.w3.org/XML/1998/namespace"


def _attribut(valeur: str) -> str:
    remplacements = (
        ("&", "&amp;"),
        ("<", "&lt;"),
        ('"', "&quot;"),
        ("\t", "&#x9;"),
        ("\n", "&#xA;"),
        ("\r", "&#xD;"),
    )
    for avant, apres in remplacements:
        valeur = valeur.replace(avant, apres)
    return valeur


def _texte(valeur: str) -> str:
    for avant, apres in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#xD;")):
        valeur = valeur.replace(avant, apres)
    return valeur


class Omise(Enum):
    """Which ds:Signature is left out: that of the element, all of them, or none."""

    SIENNE = auto()
    TOUTES = auto()
    AUCUNE = auto()


class Canoniseur:
    """Gives the canonical form of one element fed as bytes to `prendre`, by chunks of UTF-8.

    `espaces` are the namespaces in scope around it.
    """

    def __init__(
        self,
        encodage: str,
        espaces: Mapping[str, str],
        *,
        prendre: Callable[[bytes], object],
        omise: Omise = Omise.SIENNE,
    ) -> None:
        self._prendre = prendre
        self._omise = omise
        self._morceaux: list[str] = []
        self._taille = 0
        self._portee: list[dict[str, str]] = [{"xml": _XML, **espaces}]
        self._rendus: list[dict[str, str]] = [{}]
        self._saute = 0
        self._parseur = expat.ParserCreate(encodage)
        self._parseur.ordered_attributes = True
        self._parseur.buffer_text = True
        self._parseur.StartElementHandler = self._debut
        self._parseur.EndElementHandler = self._fin
        self._parseur.CharacterDataHandler = self._caracteres

    def lire(self, octets: Iterable[bytes]) -> None:
        """Read the element to its end."""
        for morceau in octets:
            self._parseur.Parse(morceau, False)
        self._parseur.Parse(b"", True)
        self._vider()

    def _ecrire(self, texte: str) -> None:
        self._morceaux.append(texte)
        self._taille += len(texte)
        if self._taille > _BLOC:
            self._vider()

    def _vider(self) -> None:
        self._prendre("".join(self._morceaux).encode("utf-8"))
        self._morceaux.clear()
        self._taille = 0

    def _debut(self, nom: str, attributs: list[str]) -> None:
        if self._saute:
            self._saute += 1
            return
        portee, autres = dict(self._portee[-1]), []
        for attribut, valeur in zip(attributs[::2], attributs[1::2], strict=True):
            if attribut == "xmlns" or attribut.startswith("xmlns:"):
                portee[attribut[6:]] = valeur
            else:
                autres.append((attribut, valeur))
        if self._est_omise(nom, portee):
            self._saute = 1
            return
        self._portee.append(portee)
        self._ouvrir(nom, autres)

    def _est_omise(self, nom: str, portee: Mapping[str, str]) -> bool:
        prefixe, _, local = nom.rpartition(":")
        if local != "Signature" or portee.get(prefixe) != DS:
            return False
        est_enfant = len(self._portee) == 2  # noqa: PLR2004  (child of the element)
        return self._omise is Omise.TOUTES or (self._omise is Omise.SIENNE and est_enfant)

    def _ouvrir(self, nom: str, attributs: list[tuple[str, str]]) -> None:
        portee, rendus = self._portee[-1], dict(self._rendus[-1])
        utilises = {nom.rpartition(":")[0]}
        utilises.update(a.rpartition(":")[0] for a, _ in attributs if ":" in a)
        declarations = []
        for prefixe in sorted(utilises - {"xml"}):
            espace = portee.get(prefixe, "")
            if rendus.get(prefixe, "") != espace:
                rendus[prefixe] = espace
                cle = f"xmlns:{prefixe}" if prefixe else "xmlns"
                declarations.append(f' {cle}="{_attribut(espace)}"')
        self._rendus.append(rendus)
        tries = sorted(attributs, key=lambda paire: self._ordre(paire[0]))
        textes = [f' {attribut}="{_attribut(valeur)}"' for attribut, valeur in tries]
        self._ecrire(f"<{nom}{''.join(declarations)}{''.join(textes)}>")

    def _ordre(self, attribut: str) -> tuple[str, str]:
        prefixe, _, local = attribut.rpartition(":")
        return (self._portee[-1].get(prefixe, "") if prefixe else "", local)

    def _fin(self, nom: str) -> None:
        if self._saute:
            self._saute -= 1
            return
        self._portee.pop()
        self._rendus.pop()
        self._ecrire(f"</{nom}>")

    def _caracteres(self, texte: str) -> None:
        if not self._saute:
            self._ecrire(_texte(texte))


def empreinte(
    octets: Iterable[bytes],
    encodage: str,
    espaces: Mapping[str, str],
    *,
    omise: Omise = Omise.SIENNE,
) -> bytes:
    """Return the SHA-256 of the exclusive C14N of an element, in flat memory."""
    condensat = hashlib.sha256()
    Canoniseur(encodage, espaces, prendre=condensat.update, omise=omise).lire(octets)
    return condensat.digest()
