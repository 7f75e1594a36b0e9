"""Puts an answer in the folder of returns: whole or not at all."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from exports_tps.simulateur.acquit import ecrire_acquit
from exports_tps.simulateur.etat import Reponse
from exports_tps.simulateur.retour import ecrire_retour, nom_retour

SUFFIXE_PARTIEL = ".part"


def nom_physique(reponse: Reponse) -> str:
    """File name of an answer: a repeat has its own, though its content is the same."""
    if reponse.genre == "acquit":
        jour = reponse.contexte["jour"].replace("-", "")
        nom = f"PES_ACQUIT_{jour}_{reponse.reference:06d}_{reponse.flux.empreinte[:8]}"
    else:
        nom = nom_retour(reponse)
    suite = "" if reponse.numero == reponse.reference else f"_{reponse.numero:06d}"
    return re.sub(r"[^A-Za-z0-9_-]", "-", nom + suite) + ".xml"


def publier(reponse: Reponse, *, envois: Path, retours: Path) -> Path:
    """Write the answer as `.part`, flush it, then give it its name; return its path."""
    fichier = retours / nom_physique(reponse)
    partiel = fichier.with_name(fichier.name + SUFFIXE_PARTIEL)
    if reponse.genre == "acquit":
        morceaux = ecrire_acquit(reponse)
    else:
        morceaux = ecrire_retour(reponse, envois / reponse.flux.fichier)
    _ecrire(partiel, morceaux, est_tronque=reponse.alteration.get("acte") == "tronquer")
    partiel.replace(fichier)
    _synchroniser(retours)
    return fichier


def _ecrire(partiel: Path, morceaux: Iterable[str], *, est_tronque: bool) -> None:
    with partiel.open("wb") as flux:
        for morceau in morceaux:
            flux.write(morceau.encode("latin-1", "xmlcharrefreplace"))
        if est_tronque:
            flux.truncate(flux.tell() // 2)
        flux.flush()
        os.fsync(flux.fileno())


def _synchroniser(dossier: Path) -> None:
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
