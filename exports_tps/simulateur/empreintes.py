"""Digests of the signed parts of a file, all computed in one streaming pass."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from exports_tps.simulateur.canonicalisation import Attributs, Canonicalisation, separer

PROFONDEURS_SIGNATURE = (2, 4)  # child of PES_Aller, or of a Bordereau
TAILLE_LECTURE = 1 << 16


@dataclass
class Partie:
    """A signed part to digest: the element whose Id is `identifiant` ('' is the root).

    `enveloppee` leaves out the signature of rank `signature`. After the pass, `rencontres` tells
    how many elements bear that Id and `empreinte` is the digest of the last one.
    """

    signature: int
    identifiant: str
    methode: str
    prefixes: tuple[str, ...]
    algorithme: str
    enveloppee: bool
    rencontres: int = 0
    porteur: str = ""
    empreinte: bytes = b""


@dataclass
class Signe:
    """The canonical SignedInfo of one signature, filled by the pass."""

    methode: str
    prefixes: tuple[str, ...]
    octets: bytearray = field(default_factory=bytearray)


class _Passe:
    def __init__(self, parties: list[Partie], signes: list[Signe]) -> None:
        self.parties = parties
        self.signes = signes
        self.portees: list[dict[str, str]] = [{}]
        self.pile: list[str] = []
        self.rang = -1  # of the last signature met
        self.dans_signature = False
        self.actives: list[tuple[Canonicalisation, Any, Partie | None]] = []
        self.parseur = expat.ParserCreate()
        self.parseur.ordered_attributes = True
        self.parseur.buffer_text = True
        self.parseur.buffer_size = TAILLE_LECTURE
        self.parseur.StartElementHandler = self.debut
        self.parseur.EndElementHandler = self.fin
        self.parseur.CharacterDataHandler = self.texte
        self.parseur.ProcessingInstructionHandler = self.instruction

    def debut(self, nom: str, bruts: list[str]) -> None:
        declarations, attributs = separer(bruts)
        portee = self.portees[-1]
        portee = portee | declarations if declarations else portee
        self.portees.append(portee)
        self.pile.append(nom)
        local = nom.rpartition(":")[2]
        if local == "Signature" and len(self.pile) in PROFONDEURS_SIGNATURE:
            self.rang += 1
            self.dans_signature = True
        self._ouvrir(local, attributs)
        for canonicalisation, _, _ in self.actives:
            if not self._est_sautee(canonicalisation):
                canonicalisation.debut(nom, attributs, portee)

    def fin(self, nom: str) -> None:
        for active in list(self.actives):
            canonicalisation, condense, partie = active
            if not self._est_sautee(canonicalisation) and canonicalisation.fin(nom):
                self.actives.remove(active)
                if partie:
                    partie.empreinte = condense.digest()
        if nom.rpartition(":")[2] == "Signature" and len(self.pile) in PROFONDEURS_SIGNATURE:
            self.dans_signature = False
        self.portees.pop()
        self.pile.pop()

    def texte(self, texte: str) -> None:
        for canonicalisation, _, _ in self.actives:
            if not self._est_sautee(canonicalisation):
                canonicalisation.texte(texte)

    def instruction(self, cible: str, texte: str) -> None:
        for canonicalisation, _, _ in self.actives:
            if not self._est_sautee(canonicalisation):
                canonicalisation.instruction(cible, texte)

    def _est_sautee(self, canonicalisation: Canonicalisation) -> bool:
        return self.dans_signature and canonicalisation.sauter == self.rang

    def _ouvrir(self, local: str, attributs: Attributs) -> None:
        if self.dans_signature and local == "SignedInfo" and self.rang < len(self.signes):
            signe = self.signes[self.rang]
            canonicalisation = Canonicalisation(signe.methode, signe.octets.extend, signe.prefixes)
            self.actives.append((canonicalisation, None, None))
        identifiant = next((valeur for cle, valeur in attributs if cle == "Id"), None)
        est_racine = len(self.pile) == 1
        if identifiant is None and not est_racine:
            return
        for partie in self.parties:
            if partie.identifiant == identifiant or (est_racine and not partie.identifiant):
                partie.rencontres += 1
                partie.porteur = local
                condense = hashlib.new(partie.algorithme)
                sauter = partie.signature if partie.enveloppee else None
                self.actives.append(
                    (
                        Canonicalisation(partie.methode, condense.update, partie.prefixes, sauter),
                        condense,
                        partie,
                    )
                )


def calculer(fichier: Path, *, parties: list[Partie], signes: list[Signe]) -> None:
    """Fill `parties` and `signes` (by rank of signature) from a file already found well-formed."""
    passe = _Passe(parties, signes)
    with fichier.open("rb") as flux:
        while octets := flux.read(TAILLE_LECTURE):
            passe.parseur.Parse(octets, False)
        passe.parseur.Parse(b"", True)
