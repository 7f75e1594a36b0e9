"""Base64 text checked by chunks, as xs:base64Binary wants it."""

from __future__ import annotations

from typing import Final

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANCS: Final = b" \t\r\n"
_DEUX_BOURRAGES: Final = b"AQgw"  # last letters whose unused bits are zero
_UN_BOURRAGE: Final = b"AEIMQUYcgkosw048"
_QUATUOR: Final = 4
_GZIP: Final = b"H4sI"  # 1f 8b 08, in base64


class Controle:
    """Counts and checks characters as they come; memory does not grow."""

    def __init__(self) -> None:
        self._longueur = 0
        self._tete = b""
        self._queue = b""
        self._est_propre = True

    def lire(self, texte: str) -> None:
        """Take one more chunk."""
        octets = texte.encode("utf-8").translate(None, _BLANCS)
        if not octets:
            return
        if octets.translate(None, _ALPHABET).strip(b"=") or b"=" in self._queue.rstrip(b"="):
            self._est_propre = False
        if len(self._tete) < _QUATUOR:
            self._tete = (self._tete + octets[:_QUATUOR])[:_QUATUOR]
        avant = self._queue
        self._queue = (avant + octets)[-_QUATUOR:]
        bourrage = (avant + octets).find(b"=")
        if bourrage >= 0 and (avant + octets)[bourrage:].strip(b"="):
            self._est_propre = False
        self._longueur += len(octets)

    @property
    def est_vide(self) -> bool:
        """Whether there was no character but blanks."""
        return self._longueur == 0

    @property
    def est_gzip(self) -> bool:
        """Whether the first bytes are those of a gzip file."""
        return self._tete == _GZIP

    def est_valide(self) -> bool:
        """Whether what was read is complete base64."""
        if not self._est_propre or self._longueur % _QUATUOR:
            return False
        bourrage = len(self._queue) - len(self._queue.rstrip(b"="))
        derniere = self._queue.rstrip(b"=")[-1:]
        if bourrage == 0:
            return True
        return (bourrage == 1 and derniere in _UN_BOURRAGE) or (
            bourrage == 2 and derniere in _DEUX_BOURRAGES  # noqa: PLR2004
        )
