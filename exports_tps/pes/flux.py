"""Phase two of writing: PES_Aller, from bordereaux already written and from documents.

Bytes depend on the arguments alone: time, numbers and names are given by the caller.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.depense import EnTeteDepense
from exports_tps.pes.ecriture import echapper, ecrire, ecrivain
from exports_tps.pes.latin1 import en_latin1
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.pieces_jointes import EnTetePJ, FichePJ, PieceJointe, encoder
from exports_tps.pes.recette import EnTeteRecette

ESPACE_ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
_DECLARATION: Final = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
_MORCEAU: Final = 1 << 18

Ouvrir = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The bordereaux of one domain, in order: how to open each fragment, and how it was written."""

    fragments: Iterable[Ouvrir]
    est_signee: bool = True


def _texte(sortie: BinaryIO, texte: str) -> None:
    sortie.write(texte.encode("iso-8859-1"))


def _recopier(sortie: BinaryIO, fragment: Ouvrir) -> None:
    """Copy a UTF-8 fragment as ISO-8859-1, by chunks; the signature stays valid."""
    decodeur = codecs.getincrementaldecoder("utf-8")()
    with fragment() as entree:
        while morceau := entree.read(_MORCEAU):
            texte = decodeur.decode(morceau)
            sortie.write(texte.encode("iso-8859-1", "xmlcharrefreplace"))
    _texte(sortie, "\n")


def _ecrire_section(
    sortie: BinaryIO, balise: str, entete: EnTeteDepense | EnTeteRecette, section: Section
) -> None:
    nom = balise.removeprefix("PES_").removesuffix("Aller")
    _texte(sortie, f"<{balise}>\n{ecrire(f'EnTete{nom}', entete)}\n")
    nombre = 0
    for nombre, fragment in enumerate(section.fragments, start=1):  # noqa: B007
        _recopier(sortie, fragment)
    if nombre == 0:
        raise ErreurPES(f"La partie {nom} du flux n’a aucun bordereau.")
    _texte(sortie, f"</{balise}>\n")


def _ecrire_pj(sortie: BinaryIO, piece: PieceJointe) -> None:
    _texte(sortie, f'<PJ><Contenu><Fichier MIMEType="{echapper(en_latin1(piece.mime))}">')
    for morceau in encoder(piece):
        sortie.write(morceau)
    _texte(sortie, f"</Fichier></Contenu>{ecrivain(FichePJ).ecrire(piece.fiche)}</PJ>\n")


def _ecrire_pieces_jointes(sortie: BinaryIO, pieces: Iterable[PieceJointe]) -> bool:
    """Write PES_PJ when there is at least one document; say whether there was."""
    a_ecrit = False
    for piece in pieces:
        if not a_ecrit:
            _texte(sortie, f"<PES_PJ>\n{ecrire('EnTetePES_PJ', EnTetePJ(version=1))}\n")
            a_ecrit = True
        _ecrire_pj(sortie, piece)
    if a_ecrit:
        _texte(sortie, "</PES_PJ>\n")
    return a_ecrit


def ecrire_flux(
    *,
    sortie: BinaryIO,
    enveloppe: Enveloppe,
    entete: EnTete,
    depense: Section | None = None,
    recette: Section | None = None,
    pieces_jointes: Iterable[PieceJointe] = (),
) -> None:
    """Write a whole PES_Aller to `sortie` in ISO-8859-1; flat memory, whatever the sizes.

    Raises ErreurPES for a flux without bordereau nor document, ChampRefuse for a refused value.
    """
    _texte(sortie, f'{_DECLARATION}<pes:PES_Aller xmlns:pes="{ESPACE_ALLER}">\n')
    _texte(sortie, f"{ecrire('Enveloppe', enveloppe)}\n{ecrire('EnTetePES', entete)}\n")
    if depense is not None:
        tete = EnTeteDepense(version=2, est_dematerialisee=depense.est_signee)
        _ecrire_section(sortie, "PES_DepenseAller", tete, depense)
    if recette is not None:
        titre = EnTeteRecette(version=2, est_dematerialisee=recette.est_signee)
        _ecrire_section(sortie, "PES_RecetteAller", titre, recette)
    a_des_pj = _ecrire_pieces_jointes(sortie, pieces_jointes)
    if depense is None and recette is None and not a_des_pj:
        raise ErreurPES("Le flux est vide : ni bordereau, ni pièce jointe.")
    _texte(sortie, "</pes:PES_Aller>\n")
