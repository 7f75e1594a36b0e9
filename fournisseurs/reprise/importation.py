"""The work of an import: try a file, carry it out by slices, take it up again."""

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pandas as pd
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from fournisseurs.models import EtatImportation, Importation, RejetImportation
from fournisseurs.reprise.colonnes import LIGNE, MOTIF, TIERS, FichierIllisible
from fournisseurs.reprise.controle import controler
from fournisseurs.reprise.depot import designer, lancer
from fournisseurs.reprise.doublons import Vues, ecarter_doublons
from fournisseurs.reprise.ecriture import Auteur, Bilan, ecrire
from fournisseurs.reprise.essai import a_part, dire_l_avancement
from fournisseurs.reprise.lecture import lire
from fournisseurs.reprise.moteurs import verser

ESSAIS = 3
Suivi = Callable[[Importation], None]


class ImportationAilleurs(ValidationError):
    """Another process carries this import on."""


@dataclass
class Tranche:
    """What became of some rows of the file, up to line `fin`."""

    fin: int
    bilan: Bilan
    rejets: pd.DataFrame


# --- Try ---------------------------------------------------------------------------------------
def essayer(
    importation: Importation, chemin: Path, *, par: Utilisateur, suivre: Suivi | None = None
) -> None:
    """Do the whole work in one transaction that is undone, and keep the counts and the rejects.

    Every constraint of the base is tried, and the counts are those of a real run; only the journal
    of bank data, whose lock nobody may hold so long, is left out.

    Raises:
        FichierIllisible: the file as a whole cannot be taken; the import is refused.
    """
    total = Bilan()
    auteur = Auteur(par, est_confirme=True, est_essai=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as rejets:
        try:
            with a_part() as dehors, transaction.atomic():
                for tranche in _tranches(chemin, auteur, depuis=0):
                    _ajouter(total, tranche.bilan)
                    rejets.writelines(_en_lignes(tranche.rejets))
                    _suivre(importation, tranche, suivre)
                    dire_l_avancement(dehors, importation)
                transaction.set_rollback(True)
        except FichierIllisible as refus:
            franchir(importation, "refuser", par=par, motif=str(refus)[:300])
            raise
        with transaction.atomic():
            importation.rejetes = _garder_rejets(importation, rejets)
            franchir(importation, "essayer", par=par, **_comptes(importation, total))


def _comptes(importation: Importation, total: Bilan) -> dict[str, Any]:
    return {
        "crees": total.crees,
        "modifies": total.modifies,
        "inchanges": total.inchanges,
        "comptes": total.comptes,
        "rejetes": importation.rejetes,
        "lignes": importation.lignes,
        "position": 0,
        "avance_le": timezone.now(),
    }


def _en_lignes(rejets: pd.DataFrame) -> Iterator[str]:
    for rejet in rejets.itertuples(index=False):
        yield json.dumps([rejet.ligne, rejet.motif, rejet.cellules]) + "\n"


def _garder_rejets(importation: Importation, rejets: IO[str]) -> int:
    """Store the rows left out by a trial, by thousands; return how many."""
    rejets.seek(0)
    nombre = 0
    while lot := [json.loads(ligne) for ligne in islice(rejets, 5_000)]:
        _verser_rejets(importation, pd.DataFrame(lot, columns=["ligne", "motif", "cellules"]))
        nombre += len(lot)
    return nombre


# --- Carry out ---------------------------------------------------------------------------------
def poursuivre(
    importation: Importation, chemin: Path, *, par: Utilisateur, suivre: Suivi | None = None
) -> None:
    """Write what the file holds beyond the position of the import, one transaction a slice.

    Cut short at any point, it is called again and finishes. A change of account asks for a second
    person (`est_confirmee`), save from the command line.

    Raises:
        FichierIllisible: the file as a whole cannot be taken; the import is refused.
        ImportationAilleurs: another process carries it on.
    """
    if importation.etat != EtatImportation.EN_COURS:
        lancer(importation, par=par)
    auteur = Auteur(par, est_confirme=importation.est_confirmee or not importation.est_rangee)
    try:
        for tranche in _tranches(chemin, auteur, depuis=importation.position, dans=importation):
            _suivre(importation, tranche, suivre)
    except FichierIllisible as refus:
        franchir(importation, "refuser", par=par, motif=str(refus)[:300])
        raise
    franchir(importation, "terminer", par=par, avance_le=timezone.now())


# --- All at once -------------------------------------------------------------------------------
def importer(
    chemin: Path, *, par: Utilisateur, executer: bool, suivre: Suivi | None = None
) -> Importation:
    """Try the import of a file, or carry it out; one cut short goes on from its position.

    Raises:
        FichierIllisible: the file as a whole cannot be taken.
    """
    importation = designer(chemin, par=par)
    if executer:
        poursuivre(importation, chemin, par=par, suivre=suivre)
    else:
        essayer(importation, chemin, par=par, suivre=suivre)
    importation.refresh_from_db()
    return importation


# --- The slices --------------------------------------------------------------------------------
def _tranches(
    chemin: Path, auteur: Auteur, *, depuis: int, dans: Importation | None = None
) -> Iterator[Tranche]:
    """Read, check and write the file; skip what was written up to line `depuis`."""
    vues = Vues()
    for lue in lire(chemin, TIERS):
        lignes = controler(lue)
        ecarter_doublons(lignes, vues)
        suite = lignes[LIGNE] > depuis
        if suite.any():
            yield _insister(lue[suite], lignes[suite], auteur, dans)


def _insister(
    lue: pd.DataFrame, lignes: pd.DataFrame, auteur: Auteur, dans: Importation | None
) -> Tranche:
    """Write a slice; begin it again when somebody else wrote one of its rows meanwhile."""
    for _ in range(ESSAIS - 1):
        try:
            return _traiter(lue, lignes, auteur, dans)
        except (IntegrityError, OperationalError):
            continue
    return _traiter(lue, lignes, auteur, dans)


@transaction.atomic
def _traiter(
    lue: pd.DataFrame, lignes: pd.DataFrame, auteur: Auteur, dans: Importation | None
) -> Tranche:
    """Write a slice, its rejects and the new position together."""
    bilan = ecrire(lignes[lignes[MOTIF] == ""], auteur=auteur)
    tranche = Tranche(int(lignes[LIGNE].iloc[-1]), bilan, _rejets(lue, lignes, bilan))
    if dans is not None:
        _verser_rejets(dans, tranche.rejets)
        _avancer(dans, tranche)
    return tranche


def _rejets(lue: pd.DataFrame, lignes: pd.DataFrame, bilan: Bilan) -> pd.DataFrame:
    """Return line, reason and cells as read of the rows left out."""
    motifs = lignes[MOTIF].where(lignes[MOTIF] != "", lignes[LIGNE].map(bilan.rejets)).fillna("")
    fautives = motifs != ""
    presentes = [nom for nom in TIERS.noms if nom in lue]
    cellules = lue.loc[fautives, presentes].to_dict("records")
    return pd.DataFrame(
        {
            "ligne": lignes.loc[fautives, LIGNE].to_numpy(),
            "motif": motifs[fautives].to_numpy(),
            "cellules": pd.Series(
                [json.dumps(ligne, ensure_ascii=False) for ligne in cellules], dtype=object
            ),
        }
    )


def _verser_rejets(importation: Importation, rejets: pd.DataFrame) -> None:
    if len(rejets):
        table = RejetImportation._meta.db_table
        verser(table, rejets.assign(importation_id=importation.pk))


def _avancer(importation: Importation, tranche: Tranche) -> None:
    """Move the position, unless somebody else did it first."""
    bilan = tranche.bilan
    avancees = Importation.objects.filter(
        pk=importation.pk, etat=EtatImportation.EN_COURS, position=importation.position
    ).update(
        position=tranche.fin,
        crees=F("crees") + bilan.crees,
        modifies=F("modifies") + bilan.modifies,
        inchanges=F("inchanges") + bilan.inchanges,
        comptes=F("comptes") + bilan.comptes,
        rejetes=F("rejetes") + len(tranche.rejets),
        avance_le=timezone.now(),
    )
    if not avancees:
        raise ImportationAilleurs("Cette importation avance déjà ailleurs : attendez sa fin.")


def _ajouter(total: Bilan, bilan: Bilan) -> None:
    total.crees += bilan.crees
    total.modifies += bilan.modifies
    total.inchanges += bilan.inchanges
    total.comptes += bilan.comptes


def _suivre(importation: Importation, tranche: Tranche, suivre: Suivi | None) -> None:
    importation.position = tranche.fin
    importation.lignes = max(importation.lignes, tranche.fin)
    if suivre is not None:
        suivre(importation)
