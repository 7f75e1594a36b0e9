"""Names of supporting documents as the treasury accepts them: Latin-1, with an extension."""

import re
from pathlib import PurePath

from exports_tps.pes.latin1 import en_latin1
from exports_tps.pes.messages import CaractereRefuse

EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "application/zip": ".zip",
}
EXTENSION_ACCEPTEE = re.compile(r"\.[0-9A-Za-z]{2,4}")
LONGUEUR = 100


def nom_accepte(nom: str, type_mime: str) -> str:
    """Return `nom` as the treasury takes it: at most 100 characters, extension of 2 to 4 signs."""
    propre = " ".join(_latin1(nom).split()) or "document"
    chemin = PurePath(propre.replace("/", "-"))
    extension = chemin.suffix
    if not EXTENSION_ACCEPTEE.fullmatch(extension):
        extension = EXTENSIONS.get(type_mime, ".bin")
        return propre[: LONGUEUR - len(extension)].rstrip(". ") + extension
    return chemin.stem[: LONGUEUR - len(extension)] + extension


def _latin1(texte: str) -> str:
    try:
        return en_latin1(texte)
    except CaractereRefuse:
        return "".join(c if ord(c) < 256 else "_" for c in texte)  # noqa: PLR2004
