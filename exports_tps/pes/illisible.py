"""Why a file cannot be read as XML, told from how it begins: what people drop by mistake."""

from typing import BinaryIO, Final

DEBUTS: Final = (
    (b"PK\x03\x04", "c’est une archive ZIP : décompressez-la, puis contrôlez ce qu’elle contient."),
    (b"\x1f\x8b", "c’est un fichier compressé (gzip) : décompressez-le d’abord."),
    (b"%PDF", "c’est un document PDF."),
    (b"\xff\xfe", "le fichier est en UTF-16 : le format demande ISO-8859-1."),
    (b"\xfe\xff", "le fichier est en UTF-16 : le format demande ISO-8859-1."),
)
MAL_FORME: Final = "XML mal formé : la suite ne se lit plus."
_TETE: Final = 512


def pourquoi_illisible(fichier: BinaryIO) -> str:
    """Return, in French, why `fichier` is not XML; it is read again from its start."""
    fichier.seek(0)
    tete = fichier.read(_TETE)
    if not tete:
        return "le fichier est vide."
    for debut, raison in DEBUTS:
        if tete.startswith(debut):
            return raison
    if not tete.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "ce n’est pas du XML."
    return MAL_FORME
