"""The official schemas walked as they are written: what an element holds, what a leaf takes."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from exports_tps.pes.modeles import SIGNATURE
from exports_tps.pes.schemas import ENTREES

XS = "{http://www.w3.org/2001/XMLSchema}"
ILLIMITE = None


@dataclass
class Attendu:
    """One element allowed at one place: how often, and its type."""

    balise: str
    est_obligatoire: bool
    maximum: int | None
    type: object = None


@dataclass
class Schema:
    """The definitions that one entry point reaches."""

    types: dict[tuple[str, str], tuple[Any, str]] = field(default_factory=dict)
    racines: dict[tuple[str, str], tuple[Any, str]] = field(default_factory=dict)
    _lus: set[tuple[Path, str]] = field(default_factory=set)

    def charger(self, fichier, espace=""):
        """Read a file and those that it includes (in its own namespace) or imports."""
        racine = etree.parse(fichier).getroot()
        espace = racine.get("targetNamespace", espace)
        if (fichier, espace) in self._lus:
            return self
        self._lus.add((fichier, espace))
        for element in racine:
            nom = element.get("name")
            if element.tag in {XS + "complexType", XS + "simpleType"}:
                self.types[espace, nom] = (element, espace)
            elif element.tag == XS + "element":
                self.racines[espace, nom] = (element, espace)
            elif element.tag in {XS + "include", XS + "import"} and element.get("schemaLocation"):
                autre = (fichier.parent / element.get("schemaLocation")).resolve()
                self.charger(autre, espace if element.tag == XS + "include" else "")
        return self

    def resoudre(self, nom, element, espace):
        """Return the definition that `nom` has where it is written; None for a type of XML."""
        prefixe, _, local = nom.rpartition(":")
        vise = element.nsmap.get(prefixe or None) or espace
        return self.types.get((vise, local)) or self.types.get((espace, local))

    def type_de(self, element, espace):
        """Return the complex type of an element: named, or written inside."""
        if element.get("type"):
            return self.resoudre(element.get("type"), element, espace)
        return (element.find(XS + "complexType"), espace)

    def enfants(self, definition):
        """Return what a complex type holds, in its order, choices side by side."""
        element, espace = definition
        extension = element.find(f"{XS}complexContent/{XS}extension")
        if extension is not None:
            return self.enfants(self.resoudre(extension.get("base"), extension, espace))
        trouves: list[Attendu] = []
        for groupe in ("sequence", "choice"):
            for particule in element.iterfind(XS + groupe):
                self._parcourir(particule, espace, trouves, est_obligatoire=True)
        return trouves

    def _parcourir(self, groupe, espace, trouves, *, est_obligatoire):
        est_obligatoire &= groupe.get("minOccurs") != "0" and groupe.tag != XS + "choice"
        for particule in groupe:
            if particule.tag in {XS + "sequence", XS + "choice"}:
                self._parcourir(particule, espace, trouves, est_obligatoire=est_obligatoire)
                continue
            obligatoire = est_obligatoire and particule.get("minOccurs", "1") != "0"
            if particule.tag == XS + "group":
                trouves.append(Attendu(SIGNATURE, obligatoire, 1))
                continue
            brut = particule.get("maxOccurs", "1")
            trouves.append(
                Attendu(
                    particule.get("name"),
                    obligatoire,
                    ILLIMITE if brut == "unbounded" else int(brut),
                    self.type_de(particule, espace),
                )
            )

    def valeur(self, definition):
        """Return the facets of attribute V, those nearest to it first; None for a block."""
        element, espace = definition
        attribut = element.find(f"{XS}attribute[@name='V']")
        if attribut is None:
            return None
        simple = (attribut.find(XS + "simpleType"), espace)
        if attribut.get("type"):
            simple = self.resoudre(attribut.get("type"), attribut, espace)
        facettes = []
        while simple and simple[0] is not None:
            restriction = simple[0].find(XS + "restriction")
            facettes += [(f.tag.removeprefix(XS), f.get("value")) for f in restriction]
            simple = self.resoudre(restriction.get("base"), restriction, simple[1])
        return facettes


@cache
def schema_officiel(fichier: Path):
    """Return the definitions reached from one entry point."""
    return Schema().charger(fichier.resolve())


def schema_de(racine, schemas):
    """Return the official schema of a document, by its root."""
    nom = etree.QName(racine)
    return _compile((schemas / ENTREES[nom.namespace, nom.localname]).resolve())


@cache
def _compile(fichier):
    return etree.XMLSchema(etree.parse(fichier))
