"""Phase one of writing: a bordereau, streamed, hashed while written, signed by the ordonnateur.

The fragment is kept as the UTF-8 bytes that were signed; `flux.ecrire_flux` copies it later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final

from exports_tps.pes.depense import BordereauDepense, Mandat
from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.messages import BordereauIncoherent, ErreurPES
from exports_tps.pes.recette import BordereauRecette, Titre
from exports_tps.pes.signature import Signature, sceller
from exports_tps.pes.types import Montant

Bordereau = BordereauDepense | BordereauRecette
Piece = Mandat | Titre

_LOT: Final = 256  # pièces written at once
_IDENTIFIANT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Fragment:
    """What was written: identity of the bordereau, size in bytes, SHA-256 of the fragment.

    `empreinte` is the SHA-256 of the fragment without its signature: what is signed.
    """

    identifiant: str
    est_signe: bool
    taille: int
    sha256: str
    empreinte: str = ""


@dataclass(slots=True)
class PieceEcrite:
    """A pièce that is text already, and the amounts of its lines."""

    texte: str
    ht: Montant
    tva: Montant


@dataclass(slots=True)
class _Totaux:
    nombre: int = 0
    ht: Montant = 0
    tva: Montant = 0

    def compter(self, piece: PieceEcrite) -> None:
        self.nombre += 1
        self.ht += piece.ht
        self.tva += piece.tva

    def comparer(self, bordereau: Bordereau) -> None:
        """Raise BordereauIncoherent when the head announced something else."""
        annonces = (
            ("nombre de pièces", bordereau.nombre_pieces, self.nombre),
            ("montant HT", bordereau.montant_ht, self.ht),
            ("montant de la TVA", bordereau.montant_tva or 0, self.tva),
        )
        ecarts = [
            f"{nom} : {annonce} annoncé, {reel} trouvé"
            for nom, annonce, reel in annonces
            if annonce != reel
        ]
        if ecarts:
            raise BordereauIncoherent(f"Bordereau {bordereau.numero} : {' ; '.join(ecarts)}.")


@dataclass(slots=True)
class _Sortie:
    """Writes UTF-8 and hashes what it writes."""

    flux: BinaryIO
    taille: int = 0
    condensat: hashlib._Hash = field(default_factory=hashlib.sha256)

    def ecrire(self, texte: str) -> None:
        octets = texte.encode("utf-8")
        self.condensat.update(octets)
        self.flux.write(octets)
        self.taille += len(octets)


def identifiant_bordereau(bordereau: Bordereau) -> str:
    """Return the `Id` of a bordereau: unique in a flux, never starting with a digit."""
    domaine = "depense" if isinstance(bordereau, BordereauDepense) else "recette"
    return f"{domaine}-{bordereau.exercice}-{bordereau.type}-{bordereau.numero}"


def _ecrites(
    bordereau: Bordereau, pieces: Iterable[Piece | PieceEcrite], decimales: int
) -> Iterator[PieceEcrite]:
    attendue = Mandat if isinstance(bordereau, BordereauDepense) else Titre
    for piece in pieces:
        if isinstance(piece, PieceEcrite):
            yield piece
        elif isinstance(piece, attendue):
            ht = sum(ligne.montant_ht for ligne in piece.lignes)
            tva = sum(ligne.montant_tva or 0 for ligne in piece.lignes)
            yield PieceEcrite(ecrire("Piece", piece, decimales=decimales), ht, tva)
        else:
            raise ErreurPES(f"Le bordereau {bordereau.numero} attend des {attendue.__name__}s.")


def _morceaux(
    bordereau: Bordereau,
    pieces: Iterable[Piece | PieceEcrite],
    totaux: _Totaux,
    decimales: int,
) -> Iterator[str]:
    """Yield the content of the bordereau, counting the pièces as they pass."""
    yield f"{ecrire('BlocBordereau', bordereau, decimales=decimales)}\n"
    restantes = _ecrites(bordereau, pieces, decimales)
    while lot := list(islice(restantes, _LOT)):
        for piece in lot:
            totaux.compter(piece)
        yield "".join([f"{piece.texte}\n" for piece in lot])
    totaux.comparer(bordereau)


def ecrire_bordereau(
    *,
    sortie: BinaryIO,
    bordereau: Bordereau,
    pieces: Iterable[Piece | PieceEcrite],
    signature: Signature | None,
    identifiant: str = "",
    decimales: int = 0,
) -> Fragment:
    """Write one `<Bordereau>` to `sortie`; memory does not grow with the number of pièces.

    `bordereau` announces the number of pièces and the totals, verified against what is streamed.
    `signature` None writes it unsigned (InfoDematerialisee 0). Raises ChampRefuse for a value the
    format refuses, BordereauIncoherent for wrong totals: what was written is then to be discarded.
    """
    identifiant = identifiant or identifiant_bordereau(bordereau)
    if not _IDENTIFIANT.fullmatch(identifiant):
        raise ErreurPES(f"Identifiant de bordereau « {identifiant} » refusé : lettre en tête.")
    ecriture = _Sortie(sortie)
    totaux = _Totaux()
    ecriture.ecrire(f'<Bordereau Id="{identifiant}">\n')
    for morceau in _morceaux(bordereau, pieces, totaux, decimales):
        ecriture.ecrire(morceau)
    canonique = ecriture.condensat.copy()
    canonique.update(b"</Bordereau>")
    if signature is not None:
        ecriture.ecrire(sceller(signature, cible=identifiant, empreinte=canonique.digest()))
    ecriture.ecrire("</Bordereau>")
    sha256 = ecriture.condensat.hexdigest()
    return Fragment(
        identifiant, signature is not None, ecriture.taille, sha256, canonique.hexdigest()
    )


def signer_bordereau(
    *,
    sortie: BinaryIO,
    bordereau: Bordereau,
    pieces: Iterable[Piece | PieceEcrite],
    signature: Signature,
    identifiant: str = "",
    decimales: int = 0,
) -> Fragment:
    """Write one signed `<Bordereau>`; see `ecrire_bordereau`."""
    return ecrire_bordereau(
        sortie=sortie,
        bordereau=bordereau,
        pieces=pieces,
        signature=signature,
        identifiant=identifiant,
        decimales=decimales,
    )
