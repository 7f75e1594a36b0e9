"""Phase two of writing: PES_Aller, from bordereaux already written and from documents.

Bytes depend on the arguments alone: time, numbers and names are given by the caller.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.depense import EnTeteDepense
from exports_tps.pes.ecriture import echapper, ecrire, ecrivain
from exports_tps.pes.facture import Facture
from exports_tps.pes.latin1 import en_latin1
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.pieces_jointes import EnTetePJ, FichePJ, PieceJointe, encoder
from exports_tps.pes.recette import EnTeteRecette
from exports_tps.pes.signature import Signature, sceller

ESPACE_ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
TYPE_FACTURE: Final = "006"
IDENTIFIANT: Final = "flux"  # Id of the root: a file has one
_DECLARATION: Final = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'
_RACINE: Final = "pes:PES_Aller"
_MORCEAU: Final = 1 << 18

Ouvrir = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The bordereaux of one domain, in order: how to open each fragment, and how it was written."""

    fragments: Iterable[Ouvrir]
    est_signee: bool = True


class _Sortie:
    """Writes ISO-8859-1 and, for a flux to sign as a whole, digests its canonical form."""

    def __init__(self, flux: BinaryIO, *, est_a_digerer: bool) -> None:
        self._flux = flux
        self.condensat = hashlib.sha256() if est_a_digerer else None

    def texte(self, texte: str, erreurs: str = "strict") -> None:
        """Write markup that is canonical already."""
        self._flux.write(texte.encode("iso-8859-1", erreurs))
        if self.condensat is not None:
            self.condensat.update(texte.encode("utf-8"))

    def ascii(self, octets: bytes) -> None:
        """Write the base64 of a document."""
        self._flux.write(octets)
        if self.condensat is not None:
            self.condensat.update(octets)


def _recopier(sortie: _Sortie, fragment: Ouvrir) -> None:
    """Copy a UTF-8 fragment as ISO-8859-1, by chunks; the signature stays valid."""
    decodeur = codecs.getincrementaldecoder("utf-8")()
    with fragment() as entree:
        while morceau := entree.read(_MORCEAU):
            sortie.texte(decodeur.decode(morceau), "xmlcharrefreplace")
    sortie.texte("\n")


def _ecrire_section(
    sortie: _Sortie, balise: str, entete: EnTeteDepense | EnTeteRecette, section: Section
) -> None:
    nom = balise.removeprefix("PES_").removesuffix("Aller")
    sortie.texte(f"<{balise}>\n{ecrire(f'EnTete{nom}', entete)}\n")
    nombre = 0
    for nombre, fragment in enumerate(section.fragments, start=1):  # noqa: B007
        _recopier(sortie, fragment)
    if nombre == 0:
        raise ErreurPES(f"La partie {nom} du flux n’a aucun bordereau.")
    sortie.texte(f"</{balise}>\n")


def _ecrire_pj(sortie: _Sortie, piece: PieceJointe) -> None:
    sortie.texte(f'<PJ><Contenu><Fichier MIMEType="{echapper(en_latin1(piece.mime))}">')
    for morceau in encoder(piece):
        sortie.ascii(morceau)
    sortie.texte(f"</Fichier></Contenu>{ecrivain(FichePJ).ecrire(piece.fiche)}</PJ>\n")


def _ecrire_pieces_jointes(sortie: _Sortie, pieces: Iterable[PieceJointe]) -> bool:
    """Write PES_PJ when there is at least one document; say whether there was."""
    a_ecrit = False
    for piece in pieces:
        if not a_ecrit:
            sortie.texte(f"<PES_PJ>\n{ecrire('EnTetePES_PJ', EnTetePJ(version=1))}\n")
            a_ecrit = True
        _ecrire_pj(sortie, piece)
    if a_ecrit:
        sortie.texte("</PES_PJ>\n")
    return a_ecrit


def ecrire_documents(sortie: BinaryIO, pieces: Iterable[PieceJointe], *, est_dans_pj: bool) -> None:
    """Write documents into a file that exists: inside its PES_PJ, or with one around them.

    Raises ErreurPES for an empty document, ChampRefuse for a refused value.
    """
    ecriture = _Sortie(sortie, est_a_digerer=False)
    if not est_dans_pj:
        _ecrire_pieces_jointes(ecriture, pieces)
        return
    for piece in pieces:
        _ecrire_pj(ecriture, piece)


def _sceller(sortie: _Sortie, signature: Signature) -> None:
    """Sign the whole flux, up to its last end tag."""
    if sortie.condensat is None:
        return
    canonique = sortie.condensat.copy()
    canonique.update(f"</{_RACINE}>".encode())
    scelle = sceller(signature, cible=IDENTIFIANT, empreinte=canonique.digest())
    sortie.texte(scelle, "xmlcharrefreplace")


def ecrire_flux(
    *,
    sortie: BinaryIO,
    enveloppe: Enveloppe,
    entete: EnTete,
    depense: Section | None = None,
    recette: Section | None = None,
    facture: Facture | None = None,
    pieces_jointes: Iterable[PieceJointe] = (),
    signature: Signature | None = None,
    est_a_signer: bool = False,
) -> None:
    """Write a whole PES_Aller to `sortie` in ISO-8859-1; flat memory, whatever the sizes.

    Args:
        signature: signs the file as a whole, in place of its bordereaux (README §6).
        est_a_signer: the file will be signed elsewhere, as a whole or by bordereau; see
            `signature_externe`.

    Raises ErreurPES for a flux without bordereau nor document, or signed twice; ChampRefuse for a
    refused value. What was written before the exception is to be discarded.
    """
    sections = [section for section in (depense, recette) if section is not None]
    est_entier = signature is not None or est_a_signer
    if est_entier and any(section.est_signee for section in sections):
        raise ErreurPES("Un flux dont les bordereaux sont signés ne se signe pas en plus.")
    sortie.write(_DECLARATION)
    ecriture = _Sortie(sortie, est_a_digerer=signature is not None)
    identifiant = f' Id="{IDENTIFIANT}"' if est_entier else ""
    ecriture.texte(f'<{_RACINE} xmlns:pes="{ESPACE_ALLER}"{identifiant}>\n')
    ecriture.texte(f"{ecrire('Enveloppe', enveloppe)}\n{ecrire('EnTetePES', entete)}\n")
    if depense is not None:
        tete = EnTeteDepense(version=2, est_dematerialisee=est_entier or depense.est_signee)
        _ecrire_section(ecriture, "PES_DepenseAller", tete, depense)
    if recette is not None:
        titre = EnTeteRecette(version=2, est_dematerialisee=est_entier or recette.est_signee)
        _ecrire_section(ecriture, "PES_RecetteAller", titre, recette)
    if facture is not None:
        ecriture.texte(f"{ecrire('PES_Facture', facture)}\n")
    a_des_pj = _ecrire_pieces_jointes(ecriture, pieces_jointes)
    if not (sections or facture or a_des_pj):
        raise ErreurPES("Le flux est vide : ni bordereau, ni pièce jointe.")
    if signature is not None:
        _sceller(ecriture, signature)
    ecriture.texte(f"</{_RACINE}>")
    sortie.write(b"\n")


def facture_jointe(
    fiche: FichePJ, *, enveloppe: Enveloppe, entete: EnTete, facture: Facture
) -> PieceJointe:
    """Return `facture` as a document of type 006: a file of its own, valid by itself.

    Raises ErreurPES when `fiche` tells another type, ChampRefuse for a refused value.
    """
    if fiche.type != TYPE_FACTURE:
        raise ErreurPES(f"Une PES_Facture se joint avec le type {TYPE_FACTURE}.")
    contenu = BytesIO()
    ecrire_flux(sortie=contenu, enveloppe=enveloppe, entete=entete, facture=facture)
    return PieceJointe(
        fiche=fiche, ouvrir=lambda: BytesIO(contenu.getvalue()), type_mime="application/xml"
    )
