"""Validation against the official schemas, streaming: the content of documents is left out.

That content is base64 already checked by `analyse`; without it, memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from exports_tps.pes.flux import ESPACE_ALLER
from exports_tps.pes.messages import Anomalie, ErreurPES
from exports_tps.pes.modeles import ESPACE_ACQUIT, ESPACE_RETOUR

_ENTREES: Final = {
    (ESPACE_ALLER, "PES_Aller"): "PES_V2/Rev0/PES_Aller.xsd",
    (ESPACE_ACQUIT, "PES_ACQUIT"): "PES_V2/Rev0/PES_V2_Acquit_Autonome_V2.xsd",
    (ESPACE_RETOUR, "PES_ACQUIT"): "PES_V2/Rev0/PES_V2_Acquit_Autonome.xsd",
    (ESPACE_RETOUR, "PES_Retour"): "PES_V2/RETOUR/Rev0/PES_Retour.xsd",
}
_RECURRENTS: Final = ("Piece", "PJ", "ElementACQUIT", "Client", "Asap")
_MAXIMUM: Final = 100


@lru_cache(8)
def _schema(fichier: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(etree.parse(fichier))
    except (OSError, etree.LxmlError) as erreur:
        raise ErreurPES(f"Schéma officiel « {fichier.name} » absent ou illisible.") from erreur


class _SansDocuments:
    """A file from which some ranges of bytes are left out."""

    def __init__(self, fichier: BinaryIO, plages: Sequence[tuple[int, int]]) -> None:
        self._fichier = fichier
        self._plages = list(plages)
        self._rang = 0
        fichier.seek(0)

    def read(self, taille: int = -1) -> bytes:
        """Return at most `taille` bytes, jumping over what is left out."""
        if self._rang < len(self._plages):
            debut, fin = self._plages[self._rang]
            reste = debut - self._fichier.tell()
            if reste > 0:
                return self._fichier.read(min(taille, reste) if taille > 0 else reste)
            self._fichier.seek(fin)
            self._rang += 1
            return self.read(taille)
        return self._fichier.read(taille)


def valider(
    fichier: BinaryIO,
    racine: tuple[str, str],
    schemas: Path,
    plages: Sequence[tuple[int, int]] = (),
) -> Iterator[Anomalie]:
    """Yield what the official schema of `racine` refuses, without the ranges `plages`."""
    schema = _schema(schemas / _ENTREES[racine])
    lecture = etree.iterparse(
        _SansDocuments(fichier, plages),
        events=("end",),
        tag=_RECURRENTS,
        schema=schema,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        for _, element in lecture:
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        for erreur in list(lecture.error_log)[:_MAXIMUM]:
            yield Anomalie(erreur.line, "XML", "xsd", f"schéma officiel : {erreur.message}")
