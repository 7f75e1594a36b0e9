"""The body of an attachment, checked as it flows: base64, then gzip, never held in memory."""

import binascii
import zlib

TAILLE_MAXIMALE = 1 << 30  # bytes once unpacked: a bomb stops here
TRANCHE = 1 << 20
FENETRE_GZIP = 16 + zlib.MAX_WBITS


class ContenuPieceJointe:
    """Reads a `Fichier` element piece by piece; `defaut` tells in French what is wrong, or ''."""

    def __init__(self) -> None:
        self.defaut = ""
        self.taille = 0
        self._reste = b""
        self._decompresseur = zlib.decompressobj(FENETRE_GZIP)

    def ajouter(self, texte: str) -> None:
        """Take the next characters of the base64 text."""
        if self.defaut:
            return
        try:
            octets = self._reste + b"".join(texte.encode("ascii").split())
            complets = len(octets) - len(octets) % 4
            self._reste = octets[complets:]
            self._decompresser(binascii.a2b_base64(octets[:complets], strict_mode=True))
        except (UnicodeEncodeError, binascii.Error):
            self.defaut = "le contenu n’est pas du base64"
        except zlib.error:
            self.defaut = "le contenu n’est pas compressé au format gzip"

    def terminer(self) -> None:
        """Judge the whole once its last character has been read."""
        if not self.defaut and self._reste:
            self.defaut = "le contenu n’est pas du base64"
        elif not self.defaut and not self.taille:
            self.defaut = "le contenu est vide"
        elif not self.defaut and not self._decompresseur.eof:
            self.defaut = "le contenu compressé est incomplet"

    def _decompresser(self, octets: bytes) -> None:
        while octets and not self.defaut:
            self.taille += len(self._decompresseur.decompress(octets, TRANCHE))
            octets = self._decompresseur.unconsumed_tail
            if self.taille > TAILLE_MAXIMALE:
                self.defaut = "le contenu décompressé est trop volumineux"
