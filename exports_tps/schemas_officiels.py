"""Where the official schemas are, and how the archive of the DGFiP is unpacked."""

import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from lxml import etree

from facturier.commun.causes import CAUSES, cause

ENTREE = "PES_V2/Rev0/PES_Aller.xsd"
TAILLE_MAXIMALE = 64 * 1024 * 1024  # bytes, once unpacked
NOMBRE_MAXIMAL = 2000
SUFFIXES = {".xsd", ".dtd"}


def dossier_schemas() -> Path | None:
    """Return the folder of the official schemas: `PES_XSD_DIR`, or the one installed; or None."""
    if settings.PES_XSD_DIR:
        return Path(settings.PES_XSD_DIR)
    installe = settings.VAR / "schemas"
    return installe if installe.is_dir() else None


def installer_schemas(archive: Path, *, dossier: Path, remplacer: bool = False) -> int:
    """Unpack the schemas of `archive` in `dossier`; return how many files were installed.

    Only schema files are taken, under the folder that holds `PES_V2`; nothing leaves `dossier`,
    which appears whole or not at all.

    Raises:
        ValidationError: not a ZIP, no PES V2 schema in it, a dangerous entry, too large, schemas
            that do not load, `dossier` taken and not `remplacer`, or a disk that refuses.
    """
    if dossier.exists() and not remplacer:
        raise ValidationError(f"{dossier} existe déjà : ajoutez --remplacer pour le remplacer.")
    try:
        return _installer(archive, dossier)
    except OSError as erreur:
        raise ValidationError(
            f"Les schémas n’ont pas pu être installés dans {dossier} : {cause(erreur)}."
        ) from erreur


def _installer(archive: Path, dossier: Path) -> int:
    dossier.parent.mkdir(parents=True, exist_ok=True)
    provisoire = Path(tempfile.mkdtemp(dir=dossier.parent, prefix=".schemas-"))
    try:
        nombre = _deballer(archive, provisoire)
        _exiger_lisibles(provisoire)
        if dossier.exists():
            shutil.rmtree(dossier)
        os.rename(provisoire, dossier)
    finally:
        shutil.rmtree(provisoire, ignore_errors=True)
    return nombre


def _deballer(archive: Path, cible: Path) -> int:
    try:
        with zipfile.ZipFile(archive) as contenu:
            entrees = list(_entrees(contenu))
            for entree, chemin in entrees:
                fichier = cible / chemin
                fichier.parent.mkdir(parents=True, exist_ok=True)
                with contenu.open(entree) as source, fichier.open("wb") as sortie:
                    shutil.copyfileobj(source, sortie)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as erreur:
        if isinstance(erreur, OSError) and erreur.errno in CAUSES:
            raise  # the disk refuses, the archive is not at fault
        raise ValidationError(f"{archive.name} n’est pas une archive ZIP lisible.") from erreur
    return len(entrees)


def _entrees(contenu: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Yield the schema files to take and where they go, after checking every entry."""
    entrees = contenu.infolist()
    if len(entrees) > NOMBRE_MAXIMAL or sum(e.file_size for e in entrees) > TAILLE_MAXIMALE:
        raise ValidationError("L’archive est trop grande pour n’être que des schémas.")
    racines = [e.filename.removesuffix(ENTREE) for e in entrees if e.filename.endswith(ENTREE)]
    if not racines:
        raise ValidationError(f"L’archive ne contient pas {ENTREE} : est-ce celle de la DGFiP ?")
    racine = min(racines, key=len)
    for entree in entrees:
        _exiger_sans_danger(entree)
        est_schema = PurePosixPath(entree.filename).suffix.lower() in SUFFIXES
        if est_schema and entree.filename.startswith(racine):
            yield entree, PurePosixPath(entree.filename.removeprefix(racine))


def _exiger_sans_danger(entree: zipfile.ZipInfo) -> None:
    chemin = PurePosixPath(entree.filename.replace("\\", "/"))
    est_lien = stat.S_ISLNK(entree.external_attr >> 16)
    if chemin.is_absolute() or ".." in chemin.parts or ":" in entree.filename or est_lien:
        raise ValidationError(f"L’archive contient une entrée dangereuse : {entree.filename!r}.")


def _exiger_lisibles(dossier: Path) -> None:
    try:
        etree.XMLSchema(etree.parse(dossier / ENTREE))
    except (OSError, etree.LxmlError) as erreur:
        raise ValidationError(f"Les schémas de l’archive ne se chargent pas : {erreur}") from erreur
