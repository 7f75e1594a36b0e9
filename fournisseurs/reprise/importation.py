"""The act: take over the suppliers and debtors of a file, or try to."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.commun.csv_sur import ligne_sure
from fournisseurs.reprise.colonnes import TIERS
from fournisseurs.reprise.controle import MOTIF, controler
from fournisseurs.reprise.ecriture import Bilan, Tranche
from fournisseurs.reprise.lecture import lire
from fournisseurs.reprise.texte import LIGNE


@dataclass
class Rejet:
    """A row left out: its line, why, and its cells as read."""

    ligne: int
    motif: str
    cellules: dict[str, str] = field(default_factory=dict)


@dataclass
class Resultat:
    """Exact counts of the rows of the file; each row is in one of them."""

    crees: int
    modifies: int
    inchanges: int
    rejets: list[Rejet]


def importer(chemin: Path, *, par: Utilisateur, executer: bool) -> Resultat:
    """Create or update the suppliers and debtors of a file; rows at fault are left out.

    The whole file is one transaction. Without `executer` it is undone at the end: every constraint
    of the database has been tried, and the counts are those that a real run would give.

    Raises:
        FichierIllisible: the file as a whole cannot be taken; nothing is written.
    """
    bilan = Bilan()
    rejets: list[Rejet] = []
    vues: dict[str, int] = {}
    with transaction.atomic():
        for tranche in lire(chemin, TIERS):
            rejets += _traiter(tranche, vues, par=par, bilan=bilan)
        if not executer:
            transaction.set_rollback(True)
    rejets.sort(key=lambda rejet: rejet.ligne)
    return Resultat(bilan.crees, bilan.modifies, bilan.inchanges, rejets)


def _traiter(
    tranche: pd.DataFrame, vues: dict[str, int], *, par: Utilisateur, bilan: Bilan
) -> list[Rejet]:
    """Check and write a slice; return the rows it leaves out."""
    controlees = controler(tranche)
    _rejeter_doublons(controlees, vues)
    valables = list(controlees.loc[controlees[MOTIF] == ""].itertuples(index=False))
    deja_rejetes = len(bilan.rejets)
    Tranche(valables, par=par, bilan=bilan).ecrire()
    fautives = controlees.loc[controlees[MOTIF] != "", [LIGNE, MOTIF]]
    motifs = dict(fautives.itertuples(index=False, name=None))
    motifs.update(bilan.rejets[deja_rejetes:])
    presentes = [nom for nom in TIERS.noms if nom in tranche]
    origine = tranche.loc[tranche[LIGNE].isin(motifs), [LIGNE, *presentes]]
    return [
        Rejet(cellules[LIGNE], motifs[cellules[LIGNE]], {nom: cellules[nom] for nom in presentes})
        for cellules in origine.to_dict("records")
    ]


def _rejeter_doublons(lignes: pd.DataFrame, vues: dict[str, int]) -> None:
    """Leave out the rows whose RIDET, or code without RIDET, was already met in the file."""
    cles = lignes["ridet"].where(lignes["ridet"] != "", "code " + lignes["code"])
    valables = lignes[MOTIF] == ""
    numeros: list[int] = lignes.loc[valables, LIGNE].tolist()
    for (position, cle), ligne in zip(cles[valables].items(), numeros, strict=True):
        if cle in vues:
            lignes.loc[position, MOTIF] = f"Doublon de la ligne {vues[cle]} du fichier."
        else:
            vues[cle] = ligne


def ecrire_rejets(rejets: list[Rejet], sortie: Path) -> None:
    """Write the rows left out as CSV, line and reason first: to be corrected and imported again."""
    with sortie.open("w", encoding="utf-8-sig", newline="") as fichier:
        redacteur = csv.writer(fichier, delimiter=";")
        noms = list(rejets[0].cellules) if rejets else []
        redacteur.writerow([LIGNE, MOTIF, *noms])
        for rejet in rejets:
            redacteur.writerow(ligne_sure([rejet.ligne, rejet.motif, *rejet.cellules.values()]))
