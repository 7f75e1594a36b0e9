"""One streaming reader for all messages: walks a file along its tree of elements.

Built on expat: exact lines, text of documents by chunks, memory that does not grow with the file.
Every departure from the tree is told to `signaler`; records come out as they are completed.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from exports_tps.pes.cadre import Cadre
from exports_tps.pes.controle_base64 import Controle
from exports_tps.pes.evenements import Borne, Document, Evenement, Scelle, Unite
from exports_tps.pes.formes import ENCODAGE, Formes, Reprise
from exports_tps.pes.illisible import pourquoi_illisible
from exports_tps.pes.messages import Anomalie, Niveau
from exports_tps.pes.modeles import SIGNATURE, Noeud, Particule
from exports_tps.pes.noms_xml import est_espace_permis, est_nom_xml
from exports_tps.pes.signature import DS
from exports_tps.pes.types import TypeSimple

_MORCEAU: Final = 1 << 18
_MEMOIRE: Final = 64  # values of a leaf already checked: codes, dates, towns come back
_FIN_PIECE: Final = b"</Piece>"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_ATTRIBUTS_XSI: Final = frozenset({"schemaLocation", "noNamespaceSchemaLocation"})

Signaler = Callable[[Anomalie], None]


class _Arret(Exception):
    """Reading cannot go on."""


class Analyse:
    """Reads one file; see `evenements`.

    `signaler` is told each anomaly, `suivre` all the bytes that were read, as they are.
    `documents` holds those whose content was not passed yet, for `suivre` to take.
    """

    def __init__(
        self,
        racines: Mapping[tuple[str, str], Noeud],
        signaler: Signaler,
        *,
        est_tolerante: bool = False,
        suivre: Callable[[bytes], None] | None = None,
    ) -> None:
        self._racines = racines
        self._signaler = signaler
        self._suivre = suivre
        self._est_tolerante = est_tolerante
        self._pile: list[Cadre] = []
        self._attente: list[Evenement | Reprise] = []
        self._espaces: list[tuple[int, dict[str, str]]] = [(0, {})]
        self._profondeur = 0
        self._ignore = 0
        self._feuille = ""
        self._scelle: Scelle | None = None
        self._document: Document | None = None
        self._controle: Controle | None = None
        self._est_valide = True
        self._est_dans_unite = False
        self._lignes: list[int] = []
        self._identifiants: set[str] = set()
        self._formes = Formes()
        self._reste = b""  # start of a pièce whose end was not read yet
        self._donnes = 0  # bytes that expat has seen, and those it was spared
        self._omis = 0
        self._lignes_omises = 0
        self._jonction = -1  # where the last pièce ends, for expat
        self.documents: deque[Document] = deque()
        self.racine: tuple[str, str] | None = None
        self.encodage = ""
        self._parseur = self._preparer()

    def _preparer(self) -> expat.XMLParserType:
        parseur = expat.ParserCreate()
        parseur.ordered_attributes = True
        parseur.buffer_text = True
        parseur.buffer_size = _MORCEAU
        parseur.StartElementHandler = self._debut
        parseur.EndElementHandler = self._fin
        parseur.CharacterDataHandler = self._texte
        parseur.StartDoctypeDeclHandler = self._doctype
        parseur.ProcessingInstructionHandler = self._instruction
        parseur.XmlDeclHandler = self._declaration
        return parseur

    def evenements(self, fichier: BinaryIO) -> Iterator[Evenement | Reprise]:
        """Yield what the file holds, in its order; stops at the first thing that is not XML."""
        try:
            while morceau := fichier.read(_MORCEAU):
                self._avancer(self._reste + morceau)
                yield from self._attente
                self._attente.clear()
            self._nourrir(self._reste)
            self._parseur.Parse(b"", True)
            self._montrer(self._reste)
        except expat.ExpatError:
            self._anomalie("xml", "XML", pourquoi_illisible(fichier))
        except _Arret:
            pass
        except ValueError:
            self._anomalie("xml", "XML", "XML mal formé : encodage illisible.")
        yield from self._attente
        self._attente.clear()

    @property
    def _ligne(self) -> int:
        return self._parseur.CurrentLineNumber + self._lignes_omises

    @property
    def _decalage(self) -> int:
        return self._parseur.CurrentByteIndex + self._omis

    # --- pièces of a known shape ----------------------------------------------------------------

    def _avancer(self, octets: bytes) -> None:
        """Read pièce by pièce; what begins after a pièce waits for its end, within a chunk."""
        debut = 0
        while (fin := octets.find(_FIN_PIECE, debut)) >= 0:
            fin += len(_FIN_PIECE)
            self._lire_piece(octets[debut:fin])
            debut = fin
        self._reste = octets[debut:]
        if self._donnes != self._jonction or len(self._reste) > _MORCEAU:
            self._nourrir(self._reste)
            self._reste = b""
        self._montrer(octets[: len(octets) - len(self._reste)])

    def _montrer(self, octets: bytes) -> None:
        if self._suivre is not None:
            self._suivre(octets)

    def _nourrir(self, octets: bytes) -> None:
        self._donnes += len(octets)
        self._parseur.Parse(octets, False)

    def _lire_piece(self, octets: bytes) -> None:
        """Read bytes that end a pièce: by its shape when they also begin one, by expat if not."""
        if self._donnes != self._jonction or self.encodage != ENCODAGE:
            self._nourrir(octets)
            return
        parent, ligne = self._pile[-1].noeud, self._ligne
        texte = octets.decode(ENCODAGE)
        reprise = self._formes.lire(parent, texte, ligne)
        if reprise is not None:
            self._attente.append(reprise)
            self._omis += len(octets)
            self._lignes_omises += reprise.hauteur
            return
        self._nourrir(octets)
        unite = self._attente[-1] if self._attente else None
        if self._donnes == self._jonction and self._est_valide and isinstance(unite, Unite):
            lignes = tuple(rang - ligne for rang in unite.lignes)
            self._formes.apprendre(parent, texte, unite.objet, unite.ligne - ligne, lignes)

    def _anomalie(
        self, regle: str, balise: str, message: str, niveau: Niveau = Niveau.FLUX
    ) -> None:
        self._est_valide = False
        self._signaler(Anomalie(self._ligne, balise, regle, message, niveau))

    # --- expat handlers -------------------------------------------------------------------------

    def _declaration(self, version: str, encodage: str | None, autonome: int) -> None:
        self.encodage = (encodage or "utf-8").lower()
        if self._decalage == len(codecs.BOM_UTF8) and self.encodage != "utf-8":
            self._anomalie("xml", "XML", f"octets de l’UTF-8 en tête, mais {encodage} annoncé.")
        if version != "1.0":
            self._anomalie("xml", "XML", f"version de XML « {version} » refusée : 1.0 attendue.")
        try:
            codecs.lookup(self.encodage)
        except LookupError:
            self._anomalie("xml", "XML", f"encodage « {encodage} » inconnu.")
            raise _Arret from None

    def _doctype(self, *_: Any) -> None:
        self._anomalie("doctype", "DOCTYPE", "une déclaration DOCTYPE est refusée.")
        raise _Arret

    def _instruction(self, cible: str, donnees: str) -> None:
        self._anomalie("instruction", cible, "une instruction de traitement est refusée.")

    def _debut(self, nom: str, attributs: list[str]) -> None:
        self._profondeur += 1
        if self._pile and not (self._ignore or self._feuille or self._controle):
            cadre = self._pile[-1]
            particule = cadre.noeud.indices.get(nom)
            if particule is not None and particule.noeud.type_simple is not None:
                self._lire_feuille(cadre, particule, particule.noeud.type_simple, attributs)
            else:
                self._ouvrir(nom, attributs)
        else:
            self._debut_rare(nom, attributs)

    def _debut_rare(self, nom: str, attributs: list[str]) -> None:
        """Start of the root, or of an element that is not looked into."""
        if self._ignore:
            self._ignore += 1
            if self._scelle is not None:
                self._noter_identifiants(nom, attributs)
        elif self._feuille or self._controle is not None:
            self._refuser(nom, f"« {nom} » n’a pas sa place dans « {self._feuille or 'Fichier'} ».")
        else:
            self._ouvrir_racine(nom, attributs)

    def _lire_feuille(
        self, cadre: Cadre, particule: Particule, type_simple: TypeSimple, attributs: list[str]
    ) -> None:
        """Read a leaf `<nom V="…">`."""
        cadre.placer(particule, self._anomalie)
        self._feuille = nom = particule.noeud.balise
        if len(attributs) != 2 or attributs[0] != "V":  # noqa: PLR2004
            self._attributs_de_feuille(nom, attributs)
            return
        valeur = attributs[1]
        lues = particule.noeud.lues
        if valeur in lues:
            cadre.affecter(particule, lues[valeur], self._anomalie)
        elif type_simple.accepte(valeur):
            lue = type_simple.lire(valeur)
            if len(lues) < _MEMOIRE:
                lues[valeur] = lue
            cadre.affecter(particule, lue, self._anomalie)
        else:
            self._anomalie("type", nom, type_simple.refus(valeur))

    def _attributs_de_feuille(self, nom: str, attributs: list[str]) -> None:
        if "V" not in (noms := attributs[::2]):
            self._anomalie("attribut", nom, f"« {nom} » doit porter sa valeur dans l’attribut V.")
        for inconnu in (attribut for attribut in noms if attribut != "V"):
            self._anomalie("attribut", nom, f"attribut « {inconnu} » inattendu.")

    def _fin(self, nom: str) -> None:
        self._profondeur -= 1
        if self._ignore:
            self._ignore -= 1
            if not self._ignore and self._scelle is not None:
                self._fermer_scelle()
        elif self._feuille:
            self._feuille = ""
        elif self._document is not None and self._controle is not None:
            self._fermer_document()
        else:
            self._fermer()
        if self._espaces[-1][0] > self._profondeur:
            self._espaces.pop()

    def _texte(self, texte: str) -> None:
        if self._ignore:
            return
        if self._controle is not None:
            self._controle.lire(texte)
        elif self._feuille or texte.strip(" \t\r\n"):
            balise = self._feuille or (self._pile[-1].noeud.balise if self._pile else "XML")
            self._anomalie("texte", balise, f"du texte n’a pas sa place dans « {balise} ».")

    # --- blocks ---------------------------------------------------------------------------------

    def _resoudre(self, nom: str) -> tuple[str, str]:
        prefixe, _, local = nom.rpartition(":")
        return self._espaces[-1][1].get(prefixe, ""), local

    def _declarer(self, attributs: list[str]) -> list[tuple[str, str]]:
        """Take the namespace declarations out of `attributs`; return the others."""
        autres, espaces = [], {}
        for attribut, valeur in zip(attributs[::2], attributs[1::2], strict=True):
            if attribut == "xmlns" or attribut.startswith("xmlns:"):
                espaces[attribut[6:]] = valeur
                self._controler_espace(attribut, valeur)
            else:
                autres.append((attribut, valeur))
        if espaces:
            self._espaces.append((self._profondeur, self._espaces[-1][1] | espaces))
        return autres

    def _controler_espace(self, attribut: str, espace: str) -> None:
        if not est_espace_permis(attribut, espace):
            self._anomalie("espace", attribut, f"espace de noms « {espace} » refusé.")

    def _refuser(self, nom: str, message: str) -> None:
        self._anomalie("balise", nom, message)
        self._ignore = 1

    def _ouvrir_racine(self, nom: str, attributs: list[str]) -> None:
        autres = self._declarer(attributs)
        self.racine = self._resoudre(nom)
        noeud = self._racines.get(self.racine) or self._racine_voisine(nom)
        if noeud is None:
            self._anomalie("racine", nom, f"« {nom} » n’est pas un message PES V2 connu.")
            raise _Arret
        self._controler_attributs(noeud, autres, est_racine=True)
        self._empiler(noeud, None, autres)

    def _racine_voisine(self, nom: str) -> Noeud | None:
        """A tolerant reading knows a root by its name, whatever its namespace, and says so."""
        espace, local = self._resoudre(nom)
        noeud = next((n for (_, connu), n in self._racines.items() if connu == local), None)
        if noeud is not None and self._est_tolerante:
            self._anomalie("espace", nom, f"espace de noms « {espace} » inattendu.")
        return noeud if self._est_tolerante else None

    def _ouvrir(self, nom: str, attributs: list[str]) -> None:
        cadre = self._pile[-1]
        autres = self._declarer(attributs)
        espace, local = self._resoudre(nom)
        est_signature = (espace, local) == (DS, "Signature")
        balise = SIGNATURE if est_signature else nom
        particule = cadre.noeud.indices.get(balise)
        if particule is None or (espace and not est_signature):
            self._refuser(nom, f"« {nom} » n’a pas sa place dans « {cadre.noeud.balise} ».")
            return
        cadre.placer(particule, self._anomalie)
        if est_signature:
            self._ouvrir_scelle(nom, attributs)
            return
        self._controler_attributs(particule.noeud, autres)
        if particule.noeud.est_contenu:
            self._ouvrir_document(autres)
        else:
            self._empiler(particule.noeud, particule, autres)

    def _empiler(
        self, noeud: Noeud, particule: Particule | None, attributs: list[tuple[str, str]]
    ) -> None:
        ligne = self._ligne
        if est_enveloppe := noeud.classe is None and self._est_dans_unite:
            parent = self._pile[-1]
            cadre = Cadre(noeud, ligne, parent.champs, particule, presents=parent.presents)
        else:
            cadre = Cadre(noeud, ligne, {}, particule, presents=set() if noeud.choix else None)
        self._pile.append(cadre)
        if noeud.est_unite:
            self._est_valide = self._est_dans_unite = True
            self._lignes = []
        elif noeud.balise == "LigneDePiece":
            self._lignes.append(ligne)
        elif noeud.classe is None and not est_enveloppe:
            identifiant = dict(attributs).get("Id", "")
            decalage = self._decalage
            self._attente.append(Borne(noeud.balise, True, ligne, decalage, identifiant))

    def _fermer(self) -> None:
        cadre = self._pile.pop()
        noeud = cadre.noeud
        for balise in noeud.manquants(cadre.position, len(noeud.particules)):
            self._anomalie(
                "cardinalite", balise, f"il manque « {balise} » dans « {noeud.balise} »."
            )
        for choix in noeud.choix:
            if raison := choix.refus(frozenset(cadre.presents or ())):
                self._anomalie("choix", noeud.balise, raison)
        if noeud.classe is not None:
            self._fermer_enregistrement(cadre)
        elif not self._est_dans_unite:
            self._attente.append(Borne(noeud.balise, False, self._ligne, self._decalage))

    def _fermer_enregistrement(self, cadre: Cadre) -> None:
        est_permis = self._est_valide or self._est_tolerante
        objet = cadre.construire(est_tolerant=self._est_tolerante) if est_permis else None
        if cadre.noeud.est_unite:
            self._est_dans_unite = False
            lignes = tuple(self._lignes)
            self._attente.append(Unite(cadre.noeud.balise, objet, cadre.ligne, lignes))
            if cadre.noeud.balise == "Piece":
                self._jonction = self._parseur.CurrentByteIndex + len(_FIN_PIECE)
        elif cadre.particule is not None:
            self._pile[-1].affecter(cadre.particule, objet, self._anomalie)

    def _controler_attributs(
        self, noeud: Noeud, attributs: list[tuple[str, str]], *, est_racine: bool = False
    ) -> None:
        for nom, valeur in attributs:
            espace, local = self._resoudre(nom) if ":" in nom else ("", nom)
            if est_racine and espace == _XSI and local in _ATTRIBUTS_XSI:
                continue
            if nom == "Id" and noeud.est_identifie:
                self._noter_identifiant(noeud.balise, valeur)
            elif not (nom == "MIMEType" and noeud.est_contenu):
                self._anomalie("attribut", noeud.balise, f"attribut « {nom} » inattendu.")

    def _noter_identifiant(self, balise: str, identifiant: str) -> None:
        if not est_nom_xml(identifiant):
            self._anomalie("identifiant", balise, f"Id « {identifiant} » refusé : lettre en tête.")
        if identifiant in self._identifiants:
            self._anomalie(
                "identifiant", balise, f"Id « {identifiant} » en double dans le fichier."
            )
        self._identifiants.add(identifiant)

    # --- signatures and documents ---------------------------------------------------------------

    def _noter_identifiants(self, nom: str, attributs: list[str]) -> None:
        for attribut, valeur in zip(attributs[::2], attributs[1::2], strict=True):
            if attribut == "Id":
                self._noter_identifiant(nom, valeur)

    def _ouvrir_scelle(self, nom: str, attributs: list[str]) -> None:
        self._noter_identifiants(nom, attributs)
        ligne = self._ligne
        espaces = self._espaces[-1][1]
        self._scelle = Scelle(self._decalage, 0, ligne, espaces)
        self._ignore = 1

    def _fermer_scelle(self) -> None:
        if self._scelle is not None:
            self._scelle.fin = self._decalage
            self._attente.append(self._scelle)
        self._scelle = None

    def _ouvrir_document(self, attributs: list[tuple[str, str]]) -> None:
        mime = dict(attributs).get("MIMEType")
        if mime is None:
            self._anomalie("attribut", "Fichier", "il manque l’attribut « MIMEType ».")
        self._document = Document(self._decalage, self._ligne)
        if ">" not in (mime or ""):
            self.documents.append(self._document)
        self._controle = Controle()

    def _fermer_document(self) -> None:
        document, controle = self._document, self._controle
        self._document = self._controle = None
        if document is None or controle is None:
            return
        document.fin = self._decalage
        document.est_vide = controle.est_vide
        document.est_gzip = controle.est_gzip
        if not controle.est_valide():
            self._anomalie("type", "Fichier", "le contenu n’est pas du base64.")
        self._attente.append(document)
