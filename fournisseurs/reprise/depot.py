"""What surrounds the work of an import: hand its file in, begin it, give the rows left out.

Pages do all this; they load nothing of what reads and writes tables.
"""

import csv
import hashlib
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import fichiers
from facturier.commun.csv_sur import ligne_sure
from facturier.commun.etats import franchir
from facturier.commun.reception import nom_court
from fournisseurs.models import EtatImportation, Importation
from fournisseurs.reprise.colonnes import LIGNE, MOTIF, SAUT, TIERS

TAILLE_MAXIMALE = 200_000_000  # bytes


def deposer_importation(chemin: Path, *, nom: str, par: Utilisateur) -> Importation:
    """Keep a file to import, and return what will tell of its import.

    Raises:
        fichiers.FichierRefuse: empty or too large.
    """
    with chemin.open("rb") as flux:
        range_ = fichiers.ranger(
            flux, racine=settings.DOCUMENTS_RACINE, taille_maximale=TAILLE_MAXIMALE
        )
    return Importation.objects.create(
        nom=nom_court(nom), sha256=range_.sha256, est_rangee=True, deposee_par=par
    )


def designer(chemin: Path, *, par: Utilisateur) -> Importation:
    """Return the import of a file that stays where it is: the one cut short, or a new one."""
    with chemin.open("rb") as flux:
        sha256 = hashlib.file_digest(flux, "sha256").hexdigest()
    interrompues = Importation.objects.filter(
        sha256=sha256, est_rangee=False, etat=EtatImportation.EN_COURS
    )
    return interrompues.first() or Importation.objects.create(
        nom=nom_court(chemin.name), sha256=sha256, deposee_par=par
    )


def chemin_du_fichier(importation: Importation) -> Path:
    """Return where the file of an import handed in on the page is kept.

    Raises:
        fichiers.FichierIntrouvable: the store has lost it.
    """
    with fichiers.ouvrir(importation.sha256, settings.DOCUMENTS_RACINE):
        return fichiers.chemin(importation.sha256, settings.DOCUMENTS_RACINE)


@transaction.atomic
def lancer(importation: Importation, *, par: Utilisateur) -> None:
    """Begin the real import: the counts and rejects of the trial give way to those of the work.

    When it changes accounts in force, the one who handed the file in may begin it all the same:
    the rows that change an account are then rejected.
    """
    importation.rejets.all().delete()
    depart: dict[str, Any] = dict.fromkeys(
        ("crees", "modifies", "inchanges", "rejetes", "comptes", "position"), 0
    )
    est_confirmee = par.pk != importation.deposee_par_id
    depart |= {"lancee_par": par, "est_confirmee": est_confirmee, "avance_le": timezone.now()}
    franchir(importation, "lancer", par=par, **depart)


def ecrire_rejets(importation: Importation, sortie: IO[str]) -> None:
    """Write the rows left out as CSV, line and reason first: to be corrected and imported again."""
    redacteur = csv.writer(sortie, delimiter=";")
    redacteur.writerow([LIGNE, MOTIF, *TIERS.noms])
    rejets = importation.rejets.values_list("ligne", "motif", "cellules").order_by("ligne")
    for ligne, motif, cellules in rejets.iterator():
        valeurs = [cellules.get(nom, "").replace(SAUT, "\n") for nom in TIERS.noms]
        redacteur.writerow(ligne_sure([ligne, motif, *valeurs]))
