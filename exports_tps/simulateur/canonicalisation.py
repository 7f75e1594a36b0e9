"""Canonical XML as a stream: the digests of signed parts, without building a document.

Exclusive C14N 1.0 and inclusive C14N 1.0 / 1.1, without comments (W3C xml-exc-c14n, xml-c14n).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVES = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
)
METHODES = (EXCLUSIVE, *INCLUSIVES)
ESPACE_XML = "http://www.w3.org/XML/1998/namespace"

_TEXTE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUT = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)

Attributs: TypeAlias = list[tuple[str, str]]


def separer(attributs: list[str]) -> tuple[dict[str, str], Attributs]:
    """Split expat's ordered attributes into namespace declarations and the others."""
    declarations: dict[str, str] = {}
    autres: Attributs = []
    for nom, valeur in zip(attributs[::2], attributs[1::2], strict=True):
        if nom == "xmlns":
            declarations[""] = valeur
        elif nom.startswith("xmlns:"):
            declarations[nom[6:]] = valeur
        else:
            autres.append((nom, valeur))
    return declarations, autres


def prefixe(nom: str) -> str:
    """The prefix of a qualified name, '' when it has none."""
    return nom.rpartition(":")[0]


@dataclass
class Canonicalisation:
    """One signed part being written out: from the start of its top element to its end.

    `ecrire` receives canonical UTF-8 bytes. `sauter` is the rank of the Signature to leave out
    (enveloped-signature transform), or None.
    """

    methode: str
    ecrire: Callable[[bytes], object]
    prefixes: tuple[str, ...] = ()
    sauter: int | None = None
    rendus: list[dict[str, str]] = field(default_factory=list)

    def debut(self, nom: str, attributs: Attributs, portee: dict[str, str]) -> None:
        """Write a start tag; `portee` holds every namespace in scope, by prefix."""
        rendu = self.rendus[-1] if self.rendus else {}
        nouveaux = {
            nom_prefixe: uri
            for nom_prefixe, uri in self._candidats(nom, attributs, portee).items()
            if rendu.get(nom_prefixe, "") != uri
        }
        balise = [f"<{nom}"]
        for nom_prefixe in sorted(nouveaux):
            declaration = f"xmlns:{nom_prefixe}" if nom_prefixe else "xmlns"
            balise.append(f' {declaration}="{nouveaux[nom_prefixe].translate(_ATTRIBUT)}"')
        for cle, valeur in sorted(attributs, key=lambda paire: _ordre(paire[0], portee)):
            balise.append(f' {cle}="{valeur.translate(_ATTRIBUT)}"')
        balise.append(">")
        self.ecrire("".join(balise).encode())
        self.rendus.append(rendu | nouveaux)

    def texte(self, texte: str) -> None:
        """Write character data."""
        self.ecrire(texte.translate(_TEXTE).encode())

    def instruction(self, cible: str, texte: str) -> None:
        """Write a processing instruction."""
        self.ecrire(f"<?{cible} {texte}?>".encode() if texte else f"<?{cible}?>".encode())

    def fin(self, nom: str) -> bool:
        """Write an end tag; True when the part is complete."""
        self.ecrire(f"</{nom}>".encode())
        self.rendus.pop()
        return not self.rendus

    def _candidats(self, nom: str, attributs: Attributs, portee: dict[str, str]) -> dict[str, str]:
        if self.methode != EXCLUSIVE:
            return portee | {"": portee.get("", "")}
        utiles = {prefixe(nom)} | {prefixe(cle) for cle, _ in attributs if ":" in cle}
        utiles |= {cle for cle in self.prefixes if cle in portee}
        return {cle: portee.get(cle, "") for cle in utiles if cle != "xml"}


def _ordre(nom: str, portee: dict[str, str]) -> tuple[str, str]:
    """Attributes sort by namespace, then local name; those without prefix have no namespace."""
    espace, _, local = nom.rpartition(":")
    if not espace:
        return "", local
    return (ESPACE_XML if espace == "xml" else portee.get(espace, "")), local
