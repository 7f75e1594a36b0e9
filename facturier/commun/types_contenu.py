"""What a file is, told by its content and never by its name or the browser's word."""

import codecs
import re
import zipfile
from pathlib import Path

PDF = "application/pdf"
XML = "application/xml"
HTML = "text/html"
PNG = "image/png"
JPEG = "image/jpeg"
HEIC = "image/heic"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
TEXTE = "text/plain"
INCONNU = "application/octet-stream"

LIBELLES = {
    PDF: "PDF",
    XML: "XML",
    HTML: "page web (HTML)",
    PNG: "image PNG",
    JPEG: "image JPEG",
    HEIC: "photo HEIC",
    ZIP: "archive ZIP",
    XLSX: "classeur Excel (XLSX)",
    CSV: "CSV",
    TEXTE: "texte",
    INCONNU: "inconnu",
}

TAILLE_TETE = 4096

_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
)
_BOITE = slice(4, 12)  # of a file of the MP4 family: `ftyp`, then its brand
_MARQUES_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
_MARQUES = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DEBUT_HTML = re.compile(
    r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script)\b", re.I | re.S
)
_DEBUT_XML = re.compile(r"<(?:\?xml\b|!--|!DOCTYPE\b|[A-Za-z_][\w.\-]*(?::[\w.\-]+)?[\s/>])")
_COMMANDES = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SEPARATEURS_CSV = (";", "\t", ",")


def type_fichier(chemin: Path) -> str:
    """Return the MIME type of a file, told by its first bytes (and by its table for an archive)."""
    with chemin.open("rb") as fichier:
        type_mime = type_contenu(fichier.read(TAILLE_TETE))
    return _type_archive(chemin) if type_mime == ZIP else type_mime


def type_contenu(tete: bytes) -> str:
    """Return the MIME type told by the first bytes of a file (4096 are enough).

    An XLSX workbook is seen as an archive here: only `type_fichier` reads the table at its end.
    """
    for signature, type_mime in _SIGNATURES:
        if tete.startswith(signature):
            return type_mime
    if tete[_BOITE][:4] == b"ftyp" and tete[_BOITE][4:] in _MARQUES_HEIC:
        return HEIC
    texte = _decoder(tete)
    if texte is None or _COMMANDES.search(texte):
        return INCONNU
    return _type_texte(texte.lstrip())


def _type_texte(texte: str) -> str:
    if _DEBUT_HTML.match(texte):
        return HTML
    if _DEBUT_XML.match(texte):
        return XML
    return CSV if _ressemble_a_un_csv(texte) else TEXTE


def _decoder(tete: bytes) -> str | None:
    for marque, encodage in _MARQUES:
        if tete.startswith(marque):
            return _decoder_en(tete.removeprefix(marque), encodage)
    texte = _decoder_en(tete, "utf-8")
    return texte if texte is not None else _decoder_en(tete, "cp1252")


def _decoder_en(tete: bytes, encodage: str) -> str | None:
    """Decode a beginning, whose last character may be cut in two."""
    try:
        return codecs.getincrementaldecoder(encodage)().decode(tete, final=False)
    except UnicodeDecodeError:
        return None


def _ressemble_a_un_csv(texte: str) -> bool:
    """Say whether the first two lines are cut by the same separator, as many times."""
    lignes = [ligne for ligne in texte.splitlines() if ligne.strip()]
    if not lignes[1:]:
        return False
    premiere, seconde = lignes[:2]
    return any(
        premiere.count(separateur) == seconde.count(separateur) > 0
        for separateur in _SEPARATEURS_CSV
    )


def _type_archive(chemin: Path) -> str:
    try:
        with zipfile.ZipFile(chemin) as archive:
            return XLSX if "xl/workbook.xml" in archive.NameToInfo else ZIP
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return INCONNU
