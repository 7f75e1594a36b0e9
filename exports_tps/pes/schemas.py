"""Validation against the official schemas, streaming: the content of documents is left out.

That content is base64 already checked by `analyse`; without it, memory stays flat.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from lxml import etree

from exports_tps.pes.acquit_retour import ESPACE_ACQUIT_RETOUR
from exports_tps.pes.evenements import Document
from exports_tps.pes.flux import ESPACE_ALLER
from exports_tps.pes.messages import Anomalie, ErreurPES
from exports_tps.pes.modeles import ESPACE_ACQUIT, ESPACE_RETOUR

ENTREES: Final = {
    (ESPACE_ALLER, "PES_Aller"): "PES_V2/Rev0/PES_Aller.xsd",
    (ESPACE_ACQUIT, "PES_ACQUIT"): "PES_V2/Rev0/PES_V2_Acquit_Autonome_V2.xsd",
    (ESPACE_RETOUR, "PES_ACQUIT"): "PES_V2/Rev0/PES_V2_Acquit_Autonome.xsd",
    (ESPACE_RETOUR, "PES_Retour"): "PES_V2/RETOUR/Rev0/PES_Retour.xsd",
    (ESPACE_ACQUIT_RETOUR, "PES_ACQUIT_RETOUR"): "PES_V2/RETOUR/Rev0/PES_V2_Acquit_Retour.xsd",
}
_MAXIMUM: Final = 100
_ELEMENT: Final = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'")
_MOT: Final = re.compile(r"\w+")
_ESPACE: Final = re.compile(r"\{[^}]*\}(?=\w)")
_REFUS: Final = tuple(
    (re.compile(motif, re.DOTALL), dit)
    for motif, dit in (
        (r"'enumeration'\] The value '(.*)' is not", "« {} » n’est pas dans la liste admise."),
        (r"'pattern'\] The value '(.*)' is not", "« {} » n’a pas la forme attendue."),
        (r"'maxLength'.* length of '(\d+)';.* '(\d+)'", "valeur longue de {}, pour {} au plus."),
        (r"'minLength'.* length of '(\d+)';.* '(\d+)'", "valeur longue de {}, pour {} au moins."),
        (r"'length'.* length of '(\d+)';.* '(\d+)'", "valeur longue de {} au lieu de {}."),
        (r"\[facet '.*The value '(.*?)'", "« {} » est hors des bornes admises."),
        (r"'(.*)' is not a valid value", "« {} » est une valeur refusée."),
        (
            r"not expected\. Expected is.*\( (.*) \)",
            "balise inattendue ; attendu : {}.",
        ),
        (r"is not expected", "balise inattendue."),
        (r"Missing child.*\( (.*) \)", "il y manque une balise ; attendu : {}."),
        (r"The attribute '(.*)' is required", "il y manque l’attribut {}."),
        (r"The attribute '(.*)' is not allowed", "attribut {} inattendu."),
        (r"content.* is not allowed", "texte inattendu dans cette balise."),
    )
)


@lru_cache(8)
def _schema(fichier: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(etree.parse(fichier))
    except (OSError, etree.LxmlError) as erreur:
        raise ErreurPES(f"Schéma officiel « {fichier.name} » absent ou illisible.") from erreur


def en_francais(message: str) -> str:
    """Say what libxml2 refuses, and of which value, which it tells in English."""
    refus = _ESPACE.sub("", message.split(": ", 1)[-1])
    for motif, dit in _REFUS:
        if trouve := motif.search(refus):
            return dit.format(*trouve.groups())
    return f"refusé ({message})."


class _Rien:
    """A target that builds no tree: libxml2 validates elements as it reads them."""

    def close(self) -> None:
        """End the file."""


class Validation:
    """Validates one file in a thread of its own, as its bytes come: libxml2 needs no Python lock.

    `racine` is the root (namespace, local name), `schemas` the folder of the official schemas.
    """

    def __init__(self, racine: tuple[str, str], schemas: Path) -> None:
        schema = _schema(schemas / ENTREES[racine])
        self._parseur = etree.XMLParser(
            target=cast(Any, _Rien()),
            schema=schema,
            huge_tree=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        self._position = 0
        self._fil = ThreadPoolExecutor(1)
        self._attendus: deque[Future[None]] = deque()

    def lire(self, octets: bytes, documents: deque[Document]) -> None:
        """Take the bytes that follow and the documents seen in them; memory holds two chunks."""
        if len(self._attendus) > 1:
            self._attendus.popleft().result()
        gardes = self._sans_contenu(octets, documents)
        self._attendus.append(self._fil.submit(self._nourrir, gardes))

    def _sans_contenu(self, octets: bytes, documents: deque[Document]) -> bytes:
        """Leave out the content of `documents`, of which the last may go on in the next bytes."""
        base = ici = self._position
        self._position = base + len(octets)
        gardes = []
        while documents and ici < self._position:
            document = documents[0]
            if not document.contenu:
                fin_balise = octets.find(b">", max(document.debut, ici) - base)
                if fin_balise < 0:
                    break
                document.contenu = base + fin_balise + 1
            gardes.append(octets[ici - base : max(document.contenu, ici) - base])
            ici = document.fin or self._position
            if document.fin:
                documents.popleft()
        return b"".join([*gardes, octets[ici - base :]])

    def _nourrir(self, octets: bytes) -> None:
        if not self._parseur.feed_error_log:
            with suppress(etree.XMLSyntaxError):
                self._parseur.feed(octets)

    def conclure(self, reperes: Sequence[tuple[str, int]]) -> Iterator[Anomalie]:
        """Yield what the schema refuses, once all bytes are read.

        libxml2 tells elements, not lines: `reperes` gives the tags and lines that our own reading
        refused, in the order of the file; 0 when it is none of them.
        """
        self._attendus.append(self._fil.submit(self._fermer))
        while self._attendus:
            self._attendus.popleft().result()
        restants = list(reperes)
        for erreur in list(self._parseur.feed_error_log)[:_MAXIMUM]:
            nommee = _ELEMENT.match(erreur.message)
            cites = set(_MOT.findall(erreur.message))
            repere = next((repere for repere in restants if repere[0] in cites), None)
            if repere is not None:
                restants.remove(repere)
            ligne = repere[1] if repere else erreur.line
            message = f"schéma officiel : {en_francais(erreur.message)}"
            yield Anomalie(ligne, nommee[1] if nommee else "XML", "xsd", message)

    def _fermer(self) -> None:
        if not self._parseur.feed_error_log:
            with suppress(etree.XMLSyntaxError):
                self._parseur.close()

    def arreter(self) -> None:
        """Let the thread go, whether or not the file was read to its end."""
        self._fil.shutdown(cancel_futures=True)
