"""Vérifie une archive des échanges avec la Trésorerie : Python 3.9 ou plus, sans rien installer.

Employer :  python3 verifier.py [DOSSIER]
DOSSIER est l’archive décompressée, ou le fichier ZIP lui-même ; par défaut, le dossier du script.
Code de sortie : 0 tout concorde, 1 une différence est dite, 2 ce n’est pas une archive.
"""

# Copied as it is into each archive: nothing but the standard library, and one file.
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

MANIFESTE = "manifeste.sha256"
HORS_MANIFESTE = {MANIFESTE, MANIFESTE + ".p7s"}
BLOC = 1 << 18
ABIMES = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)


class Archive:
    """The files of a folder, or of a ZIP: `noms`, and how to open one."""

    def __init__(self, chemin: Path) -> None:
        self.ouvrir: Callable[[str], IO[bytes]]
        if chemin.is_dir():
            self.noms = {
                fichier.relative_to(chemin).as_posix()
                for fichier in chemin.rglob("*")
                if fichier.is_file() and "__pycache__" not in fichier.parts
            }
            self.ouvrir = lambda nom: (chemin / nom).open("rb")
        else:
            compresse = zipfile.ZipFile(chemin)
            self.noms = {nom for nom in compresse.namelist() if not nom.endswith("/")}
            self.ouvrir = compresse.open

    def empreinte(self, nom: str) -> str:
        """Return the SHA-256 of a file."""
        condensat = hashlib.sha256()
        with self.ouvrir(nom) as fichier:
            for bloc in iter(lambda: fichier.read(BLOC), b""):
                condensat.update(bloc)
        return condensat.hexdigest()

    def lire(self, nom: str) -> str:
        """Return a text."""
        with self.ouvrir(nom) as fichier:
            return fichier.read().decode("utf-8")


def verifier(archive: Archive) -> Iterator[str]:
    """Yield what does not agree, in French."""
    attendues = {}
    for ligne in archive.lire(MANIFESTE).splitlines():
        empreinte, _, nom = ligne.partition("  ")
        attendues[nom] = empreinte
    for nom in sorted(attendues.keys() - archive.noms):
        yield f"{nom} : absent."
    for nom in sorted(archive.noms - attendues.keys() - HORS_MANIFESTE):
        yield f"{nom} : ajouté, le manifeste ne le connaît pas."
    relues = {}
    for nom in sorted(attendues.keys() & archive.noms):
        try:
            relues[nom] = archive.empreinte(nom)
        except ABIMES:
            relues[nom] = ""
            yield f"{nom} : abîmé dans le fichier ZIP, il ne se lit plus."
            continue
        if relues[nom] != attendues[nom]:
            yield f"{nom} : modifié, son empreinte est {relues[nom]}."
    intacts = (nom for nom, empreinte in relues.items() if empreinte == attendues[nom])
    for nom in sorted(n for n in intacts if n.startswith("preuves/") and n.endswith(".json")):
        yield from verifier_preuve(json.loads(archive.lire(nom)), relues)


def verifier_preuve(preuve: dict[str, Any], relues: dict[str, str]) -> Iterator[str]:
    """Yield where what was sent or received is not what its proof says."""
    for piece in [preuve["fichier"], *preuve["messages"]]:
        if relues.get(piece["chemin"]) != piece["sha256"]:
            yield f"{piece['chemin']} : ce n’est pas le fichier dont la preuve parle."
    for envoi in preuve["envois"]:
        if envoi["sha256"] not in {"", preuve["fichier"]["sha256"]}:
            yield f"{preuve['fichier']['chemin']} : un autre fichier a été relu à destination."


def cause(chemin: Path, erreur: Exception) -> str:
    """Say why an archive cannot even be opened."""
    if isinstance(erreur, PermissionError):  # first: an existence behind it cannot be told
        return "ne peut pas être lu : l’accès est refusé."
    if not chemin.exists():
        return "n’existe pas."
    if isinstance(erreur, (KeyError, FileNotFoundError)):
        return f"n’est pas une archive des échanges : il y manque {MANIFESTE}."
    return "n’est pas une archive des échanges, ou n’en a plus que des morceaux."


def main(arguments: list[str]) -> int:
    """Verify and tell; return the exit code."""
    chemin = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        archive = Archive(chemin)
        anomalies = list(verifier(archive))
    except (*ABIMES, KeyError) as erreur:
        print(f"{chemin} {cause(chemin, erreur)}", file=sys.stderr)
        return 2
    for anomalie in anomalies:
        print(anomalie)
    if anomalies:
        print(f"Différences : {len(anomalies)}. L’archive n’est pas celle qui a été remise.")
        return 1
    print(f"Tout concorde : {len(archive.noms)} fichiers vérifiés.")
    print("Le cachet de la province se vérifie à part : voir LISEZMOI.txt.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
