"""A PES_Aller made elsewhere, completed: its bordereaux signed, documents added, nothing else.

Every other byte is copied as it is, in flat memory: what another program wrote stays what it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from exports_tps.pes.canonique import empreinte
from exports_tps.pes.controle import apres_balise
from exports_tps.pes.flux import ecrire_documents
from exports_tps.pes.illisible import pourquoi_illisible
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.pieces_jointes import PieceJointe
from exports_tps.pes.signature import Signature, sceller

_MORCEAU: Final = 1 << 18
_DEMATERIALISEE: Final = b'<InfoDematerialisee V="1"/>'
_PROFONDEUR_RACINE: Final = 1


@dataclass(slots=True)
class _Element:
    """An element of the skeleton, by offsets: of its start tag, of its end tag."""

    debut: int
    identifiant: str = ""
    fin: int = 0


@dataclass(slots=True)
class _Plan:
    """What of a file has to be known before it is completed.

    `versions` are the IdVer of heads that do not say whether their bordereaux are signed.
    """

    encodage: str = "utf-8"
    espaces: dict[str, str] = field(default_factory=dict)
    bordereaux: list[_Element] = field(default_factory=list)
    versions: list[_Element] = field(default_factory=list)
    annonces: list[_Element] = field(default_factory=list)
    signatures: list[_Element] = field(default_factory=list)
    documents: _Element | None = None
    fin_racine: int = 0
    est_signe_en_entier: bool = False


class _Lecture:
    """Reads the skeleton of a file with expat."""

    def __init__(self) -> None:
        self.plan = _Plan()
        self._pile: list[tuple[str, _Element | None]] = []
        self._parseur = expat.ParserCreate()
        self._parseur.XmlDeclHandler = self._declaration
        self._parseur.StartElementHandler = self._debut
        self._parseur.EndElementHandler = self._fin

    def lire(self, fichier: BinaryIO) -> _Plan:
        fichier.seek(0)
        try:
            while morceau := fichier.read(_MORCEAU):
                self._parseur.Parse(morceau, False)
            self._parseur.Parse(b"", True)
        except expat.ExpatError as erreur:
            raison = pourquoi_illisible(fichier)
            raise ErreurPES(f"Ce fichier ne se lit pas : {raison}") from erreur
        return self.plan

    def _declaration(self, version: str, encodage: str | None, autonome: int) -> None:
        self.plan.encodage = (encodage or "utf-8").lower()

    def _debut(self, nom: str, attributs: dict[str, str]) -> None:
        element = _Element(self._parseur.CurrentByteIndex, attributs.get("Id", ""))
        parent = self._pile[-1][0] if self._pile else ""
        local = nom.rpartition(":")[2]
        garde = True
        if not self._pile:
            self.plan.espaces = {
                cle.partition(":")[2]: valeur
                for cle, valeur in attributs.items()
                if cle == "xmlns" or cle.startswith("xmlns:")
            }
        elif local == "Bordereau" and parent.endswith("Aller"):
            self.plan.bordereaux.append(element)
        elif local == "IdVer" and parent in {"EnTeteDepense", "EnTeteRecette"}:
            self.plan.versions.append(element)
        elif local == "InfoDematerialisee":
            self.plan.annonces.append(element)
            self.plan.versions.pop()  # its head says it: nothing to add after IdVer
        elif local == "Signature" and parent in {"Bordereau", self._pile[0][0]}:
            self.plan.signatures.append(element)
            self.plan.est_signe_en_entier |= len(self._pile) == _PROFONDEUR_RACINE
        elif local == "PES_PJ" and len(self._pile) == _PROFONDEUR_RACINE:
            self.plan.documents = element
        else:
            garde = False
        self._pile.append((nom if not self._pile else local, element if garde else None))

    def _fin(self, nom: str) -> None:
        _, element = self._pile.pop()
        if element is not None:
            element.fin = self._parseur.CurrentByteIndex
        if not self._pile:
            self.plan.fin_racine = self._parseur.CurrentByteIndex


def est_signe(fichier: BinaryIO) -> bool:
    """Whether a PES_Aller holds a signature. Raises ErreurPES when it is not XML."""
    return bool(_Lecture().lire(fichier).signatures)


def apposer(
    source: BinaryIO,
    sortie: BinaryIO,
    *,
    signature: Signature | None = None,
    pieces_jointes: Iterable[PieceJointe] = (),
) -> None:
    """Copy `source` to `sortie`, each bordereau signed by `signature`, and documents added.

    Raises:
        ErreurPES: signed already, or signed as a whole, which lets nothing be added.
    """
    plan = _Lecture().lire(source)
    if signature is not None and plan.signatures:
        raise ErreurPES("Ce fichier est déjà signé : il ne se signe pas une seconde fois.")
    ajouts = list(pieces_jointes)
    if ajouts and plan.est_signe_en_entier:
        raise ErreurPES(
            "Ce fichier est signé en entier : rien ne peut y être ajouté. Joignez les documents "
            "avant de le signer, ou faites signer chaque bordereau."
        )
    retouches = list(_annoncer(source, plan)) if signature is not None else []
    if signature is not None:
        retouches += _signer(source, plan, signature)
    if ajouts:
        retouches.append(_joindre(source, plan, ajouts))
    _recopier(source, sortie, sorted(retouches, key=lambda retouche: retouche[0]))


_Retouche = tuple[int, int, Any]  # from, to, the bytes (or their writer) that come instead


def _annoncer(source: BinaryIO, plan: _Plan) -> Iterator[_Retouche]:
    """Say that the bordereaux are signed: in place of what is said, or after IdVer."""
    for element in plan.annonces:
        yield element.debut, _apres(source, element), _DEMATERIALISEE
    for version in plan.versions:
        apres = _apres(source, version)
        yield apres, apres, _DEMATERIALISEE


def _signer(source: BinaryIO, plan: _Plan, signature: Signature) -> Iterator[_Retouche]:
    for rang, bordereau in enumerate(plan.bordereaux, start=1):
        identifiant = bordereau.identifiant or f"bordereau-{rang}"
        debut = bordereau.debut + len(b"<Bordereau")
        attribut = b"" if bordereau.identifiant else f' Id="{identifiant}"'.encode()
        if attribut:
            yield debut, debut, attribut
        octets = (
            b"<Bordereau",
            attribut,
            *_octets(source, debut, apres_balise(source, bordereau.fin)),
        )
        condensat = empreinte(octets, plan.encodage, plan.espaces)
        scelle = sceller(signature, cible=identifiant, empreinte=condensat)
        octets_scelles = scelle.encode(plan.encodage, "xmlcharrefreplace")
        yield bordereau.fin, bordereau.fin, octets_scelles


def _joindre(source: BinaryIO, plan: _Plan, ajouts: list[PieceJointe]) -> _Retouche:
    """Add documents at the end of PES_PJ, or in one of their own at the end of the file."""
    section = plan.documents
    ou = section.fin if section is not None else plan.fin_racine
    return ou, ou, lambda sortie: ecrire_documents(sortie, ajouts, est_dans_pj=section is not None)


def _recopier(source: BinaryIO, sortie: BinaryIO, retouches: list[_Retouche]) -> None:
    position = 0
    for debut, fin, quoi in retouches:
        for morceau in _octets(source, position, debut):
            sortie.write(morceau)
        if callable(quoi):
            quoi(sortie)
        else:
            sortie.write(quoi)
        position = fin
    source.seek(position)
    while morceau := source.read(_MORCEAU):
        sortie.write(morceau)


def _apres(source: BinaryIO, element: _Element) -> int:
    """Return the offset that follows an element, closed by itself or not."""
    fin_de_balise = apres_balise(source, element.debut)
    source.seek(fin_de_balise - 2)
    return fin_de_balise if source.read(1) == b"/" else apres_balise(source, element.fin)


def _octets(source: BinaryIO, debut: int, fin: int) -> Iterator[bytes]:
    source.seek(debut)
    while debut < fin and (morceau := source.read(min(_MORCEAU, fin - debut))):
        debut += len(morceau)
        yield morceau
