"""`controler`: every anomaly of a PES file, ours or not, with its line and its tag.

The file is read once, for our own declarations and rules and, in a thread, for the official schemas
when they are at hand; signatures are verified after. Our own reading refuses whatever the schemas
refuse.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from cryptography import x509
from lxml import etree

from exports_tps.pes.analyse import Analyse
from exports_tps.pes.canonique import empreinte
from exports_tps.pes.evenements import Scelle
from exports_tps.pes.messages import Anomalie, Niveau
from exports_tps.pes.modeles import RACINES
from exports_tps.pes.schemas import Validation
from exports_tps.pes.suivi import BordereauLu, Suivi
from exports_tps.pes.verification import (
    Confiance,
    Lue,
    SignatureRefusee,
    analyser,
    lire,
    verifier_confiance,
    verifier_rsa,
)

_MORCEAU: Final = 1 << 18
_REPERES: Final = 1000  # places kept, where the official schemas may also find something
_SIGNATURE: Final = 1 << 22  # bytes: certificates and time stamps take a hundredth of it
_DEBUT: Final = 50  # where a tiers de télétransmission looks for the encoding


def controler(
    fichier: Path | BinaryIO,
    *,
    schemas: Path | None = None,
    sans_signature: bool = False,
    autorites: Sequence[x509.Certificate] | None = None,
    signataires: Sequence[x509.Certificate] | None = None,
) -> Iterator[Anomalie]:
    """Yield the anomalies of a file of any root, as they are found.

    `fichier` is a path or a binary stream that can seek. `schemas` is the folder that holds the
    official schemas. `sans_signature` leaves signatures aside (a flux not signed yet).
    `autorites` are the trusted certificates; None checks no chain, and says so. `signataires` are
    the certificates of the persons who may sign; None accepts whoever the authorities vouch for.
    """
    confiance = Confiance(autorites=autorites, signataires=signataires)
    with ouvrir(fichier) as flux:
        yield from Controle(flux, schemas, confiance, sans_signature=sans_signature).anomalies()


@contextmanager
def ouvrir(fichier: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Open a path; a stream is given back as it is.

    Raises:
        OSError: it cannot be read; a pipe, a device or a socket is ENXIO, without waiting for it.
    """
    if isinstance(fichier, Path):
        with open(fichier, "rb", opener=_sans_attendre) as flux:
            if not stat.S_ISREG(os.fstat(flux.fileno()).st_mode):
                raise OSError(errno.ENXIO, os.strerror(errno.ENXIO), str(fichier))
            yield flux
    else:
        yield fichier


def _sans_attendre(chemin: str, drapeaux: int) -> int:
    return os.open(chemin, drapeaux | os.O_NONBLOCK)  # a pipe opens though nobody writes to it


def apres_balise(flux: BinaryIO, decalage: int) -> int:
    """Return the offset that follows the tag which begins at `decalage`."""
    flux.seek(decalage)
    return decalage + flux.read(_MORCEAU).index(b">") + 1


class Controle:
    """The control of one file: its anomalies and, once they were read, what it holds signed."""

    def __init__(
        self,
        flux: BinaryIO,
        schemas: Path | None,
        confiance: Confiance,
        *,
        sans_signature: bool = False,
    ) -> None:
        self.signatures: list[Lue] = []
        self.bordereaux: list[BordereauLu] = []
        self.est_signe_en_entier = False
        self.encodage = "iso-8859-1"
        self._flux = flux
        self._schemas = schemas
        self._sans_signature = sans_signature
        self._confiance = confiance
        self._trouvees: list[Anomalie] = []
        self._reperes: list[tuple[str, int]] = []
        self._est_lisible = True
        self._debut = b""
        self._analyse = Analyse(RACINES, self._signaler, suivre=self._valider)
        self._validation: Validation | None = None

    def anomalies(self) -> Iterator[Anomalie]:
        """Yield what is wrong, as it is found."""
        try:
            yield from self._tout()
        finally:
            if self._validation is not None:
                self._validation.arreter()

    def _tout(self) -> Iterator[Anomalie]:
        suivi, analyse = Suivi(), self._analyse
        yield from self._parcourir(analyse, suivi)
        if not self._est_lisible or analyse.racine is None:
            return
        self.encodage = analyse.encodage or "utf-8"
        if analyse.racine[1] == "PES_Aller":
            yield from self._signatures(suivi)
        if self._validation is not None:
            yield from self._validation.conclure(self._reperes)

    def _valider(self, octets: bytes) -> None:
        """Pass on what was read to the official schemas; they begin with the root."""
        if self._validation is None and self._schemas is not None and self._est_lisible:
            if self._analyse.racine is None:
                self._debut += octets
                return
            self._validation = Validation(self._analyse.racine, self._schemas)
            octets = self._debut + octets
        if self._validation is None:
            self._analyse.documents.clear()
        else:
            self._validation.lire(octets, self._analyse.documents)

    def _signaler(self, anomalie: Anomalie) -> None:
        self._est_lisible = self._est_lisible and anomalie.regle not in {"xml", "doctype", "racine"}
        self._trouvees.append(anomalie)
        if len(self._reperes) < _REPERES:
            self._reperes.append((anomalie.balise, anomalie.ligne))

    def _vider(self) -> Iterator[Anomalie]:
        yield from self._trouvees
        self._trouvees.clear()

    def _parcourir(self, analyse: Analyse, suivi: Suivi) -> Iterator[Anomalie]:
        self._flux.seek(0)
        entete = self._flux.read(_DEBUT)
        self._flux.seek(0)
        for evenement in analyse.evenements(self._flux):
            if self._trouvees:
                yield from self._vider()
            if analyse.racine and analyse.racine[1] == "PES_Aller":
                yield from suivi.prendre(evenement)
        yield from self._vider()
        if analyse.racine and analyse.racine[1] == "PES_Aller" and self._est_lisible:
            if b"iso-8859-1" not in entete.lower():
                message = "la déclaration XML doit annoncer ISO-8859-1 dès les 50 premiers octets."
                yield Anomalie(1, "XML", "encodage", message)
            yield from suivi.conclure(1)

    def _apres_balise(self, decalage: int) -> int:
        return apres_balise(self._flux, decalage)

    # --- signatures -----------------------------------------------------------------------------

    def _signatures(self, suivi: Suivi) -> Iterator[Anomalie]:
        self.bordereaux = suivi.bordereaux
        est_couvert = False
        if suivi.scelle_global is not None and suivi.racine is not None:
            identifiant = suivi.racine.identifiant
            est_couvert = self.est_signe_en_entier = True
            yield from self._verifier(
                suivi.scelle_global, identifiant, suivi.racine.decalage, suivi.fin_racine
            )
        for bordereau in suivi.bordereaux:
            yield from self._bordereau(bordereau, est_couvert=est_couvert)
        a_des_signatures = est_couvert or any(b.scelle for b in suivi.bordereaux)
        if self._confiance.autorites is None and a_des_signatures and not self._sans_signature:
            message = "chaîne de certificats non vérifiée : aucune autorité fournie."
            yield Anomalie(1, "Signature", "certificat", message, Niveau.AVERTISSEMENT)

    def _bordereau(self, bordereau: BordereauLu, *, est_couvert: bool) -> Iterator[Anomalie]:
        est_signe = bordereau.scelle is not None or est_couvert
        if bordereau.est_dematerialise != est_signe and not self._sans_signature:
            message = (
                "bordereau non signé alors que InfoDematerialisee vaut 1."
                if bordereau.est_dematerialise
                else "bordereau signé alors que InfoDematerialisee vaut 0 ou est absent."
            )
            yield Anomalie(bordereau.ligne, "InfoDematerialisee", "signature", message)
        if bordereau.scelle is not None:
            yield from self._verifier(
                bordereau.scelle, bordereau.identifiant, bordereau.debut, bordereau.fin
            )

    def _verifier(
        self, scelle: Scelle, identifiant: str, debut: int, fin: int
    ) -> Iterator[Anomalie]:
        try:
            element = self._analyser(scelle)
            if self._sans_signature:
                return
            lue = lire(element)
            if not identifiant or lue.cible != identifiant:
                raise SignatureRefusee("la signature ne désigne pas l’élément qui la porte.")
            self._verifier_empreinte(lue, scelle, debut, fin)
            verifier_rsa(lue)
            verifier_confiance(lue, self._confiance)
            self.signatures.append(lue)
        except SignatureRefusee as refus:
            yield Anomalie(scelle.ligne, "Signature", "signature", str(refus))

    def _analyser(self, scelle: Scelle) -> etree._Element:
        if scelle.fin - scelle.debut > _SIGNATURE:
            raise SignatureRefusee("signature trop grande pour être lue.")
        octets = self._lire(scelle.debut, self._apres_balise(scelle.fin))
        return analyser(octets, self.encodage, scelle.espaces)

    def _verifier_empreinte(self, lue: Lue, scelle: Scelle, debut: int, fin: int) -> None:
        """Digest the bytes as they stand; if they are not canonical, digest their C14N."""
        if self._empreinte_brute(scelle, debut, fin) == lue.empreinte:
            return
        morceaux = self._morceaux(debut, self._apres_balise(fin))
        if empreinte(morceaux, self.encodage, scelle.espaces) != lue.empreinte:
            raise SignatureRefusee("contenu modifié après la signature.")

    def _empreinte_brute(self, scelle: Scelle, debut: int, fin: int) -> bytes:
        condensat = hashlib.sha256()
        plages = (
            (debut, scelle.debut),
            (self._apres_balise(scelle.fin), self._apres_balise(fin)),
        )
        for plage in plages:
            decodeur = getincrementaldecoder(self.encodage)()
            for morceau in self._morceaux(*plage):
                condensat.update(decodeur.decode(morceau).encode("utf-8"))
        return condensat.digest()

    def _lire(self, debut: int, fin: int) -> bytes:
        return b"".join(self._morceaux(debut, fin))

    def _morceaux(self, debut: int, fin: int) -> Iterator[bytes]:
        self._flux.seek(debut)
        while debut < fin and (morceau := self._flux.read(min(_MORCEAU, fin - debut))):
            debut += len(morceau)
            yield morceau
