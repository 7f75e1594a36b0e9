"""PES_PJ: documents sent with the pièces, or alone with the reference of one (README §5)."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import pybase64
from isal import isal_zlib

from exports_tps.pes import types
from exports_tps.pes.communs import TYPE_PJ
from exports_tps.pes.declarations import Enregistrement, champ, enregistrement
from exports_tps.pes.messages import ErreurPES, Niveau

_MORCEAU: Final = 3 << 18  # bytes read at once
_GZIP: Final = 31  # zlib window with a gzip header, whose date stays zero


@enregistrement
class EnTetePJ(Enregistrement):
    """EnTetePES_PJ: version 1, any other rejects the documents."""

    version: int = champ("IdVer", types.numero(1), exige=1, niveau=Niveau.PJ)


@enregistrement
class ReferenceComptable(Enregistrement):
    """RefCompta: the pièce of a document sent without it."""

    domaine: str = champ("Domaine", types.codes(1, 9))
    exercice: int = champ("Exercice", types.ANNEE)
    type_objet: str = champ("TypeObjet", types.codes(1, 10))
    identifiant: str | None = champ("Identifiant", types.texte(20), default=None)
    complement: str | None = champ("ComplementIdentifiant", types.alphanumerique(20), default=None)
    identifiant_tiers: str | None = champ("IdTiers", types.texte(15), default=None)


@enregistrement
class FichePJ(Enregistrement):
    """PJ, without its content: identity of one document, unique for ever."""

    identifiant_unique: str = champ("IdUnique", types.alphanumerique(50))
    serveur: str | None = champ("ServeurId", types.alphanumerique(20), default=None)
    nom: str = champ("NomPJ", types.NOM_PJ)
    type: str | None = champ("TypePJ", TYPE_PJ, default=None)
    description: str = champ("Description", types.texte(250))
    references_comptables: tuple[ReferenceComptable, ...] = champ(
        "RefCompta", ReferenceComptable, default=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceJointe:
    """A document to send: its fiche, and how to open its bytes (called once, when written)."""

    fiche: FichePJ
    ouvrir: Callable[[], BinaryIO]
    type_mime: str = ""

    @property
    def mime(self) -> str:
        """The declared MIME type, or the one that the name announces."""
        devine = mimetypes.guess_type(self.fiche.nom)[0]
        return self.type_mime or devine or "application/octet-stream"


def _comprimer(premier: bytes, flux: BinaryIO) -> Iterator[bytes]:
    compresseur = isal_zlib.compressobj(level=1, wbits=_GZIP)
    morceau = premier
    while morceau:
        yield compresseur.compress(morceau)
        morceau = flux.read(_MORCEAU)
    yield compresseur.flush()


def encoder(piece: PieceJointe) -> Iterator[bytes]:
    """Yield the content of `piece`, gzipped then in base64, in chunks; flat memory.

    Raises ErreurPES for an empty document, which the treasury rejects.
    """
    with piece.ouvrir() as flux:
        premier = flux.read(_MORCEAU)
        if not premier:
            raise ErreurPES(f"La pièce jointe « {piece.fiche.nom} » est vide.")
        reste = b""
        for morceau in _comprimer(premier, flux):
            reste += morceau
            entier = len(reste) - len(reste) % 3
            yield pybase64.b64encode(reste[:entier])
            reste = reste[entier:]
    yield pybase64.b64encode(reste)
