"""Write a slice of checked rows: some twenty statements, whatever the number of rows.

What the base already holds is compared in the base: an unchanged row is never written.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.db import connection
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.banque import masquer_iban
from fournisseurs.journal import Objet, Trace, consigner_lot
from fournisseurs.models import ActeJournal, CoordonneesBancaires
from fournisseurs.recherche import indexer
from fournisseurs.reprise import requetes
from fournisseurs.reprise.colonnes import LIGNE
from fournisseurs.reprise.moteurs import (
    compter_les_lignes,
    par_les_index,
    recompter_si_besoin,
    verser,
    vider,
)
from fournisseurs.reprise.mots import indexer_lignes

COMPTE = str(CoordonneesBancaires._meta.model_name)
COLONNES = [LIGNE, "est_premiere", "est_creancier", "est_debiteur", *requetes.TEXTES]


@dataclass
class Bilan:
    """What happened to the rows: each is in one count. `rejets` gives the reason by line.

    `comptes` counts the rows, among those, that change the account of a tiers already known.
    """

    crees: int = 0
    modifies: int = 0
    inchanges: int = 0
    comptes: int = 0
    rejets: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Auteur:
    """Who takes the rows over; `est_confirme`: a second person agreed to change bank accounts.

    `est_essai`: all will be undone, so that the journal of bank data is not written.
    """

    par: Utilisateur
    est_confirme: bool
    est_essai: bool = False


def ecrire(lignes: pd.DataFrame, *, auteur: Auteur) -> Bilan:
    """Create or update the tiers of checked rows. Call it inside a transaction.

    Rows of one company follow one another: the first makes it known, the others join it in a
    second pass.

    Raises:
        IntegrityError: somebody else wrote one of them meanwhile; start the slice again.
    """
    bilan = Bilan()
    with connection.cursor() as curseur:
        for table in requetes.TABLES:
            curseur.execute(table)
        recompter_si_besoin(*requetes.BASE)
        while len(lignes):
            remises = _passe(curseur, lignes, auteur, bilan)
            lignes = lignes[lignes[LIGNE].isin(remises)]
    return bilan


def _passe(curseur: Any, lignes: pd.DataFrame, auteur: Auteur, bilan: Bilan) -> list[int]:
    """Write the rows that depend on no other; return the lines of the others."""
    vider(requetes.LIGNE, requetes.RESOLUE, requetes.COMPTES)
    groupes = lignes["rid"].where(lignes["rid"] != "", "code " + lignes["code"])
    verser(requetes.LIGNE, lignes.assign(est_premiere=~groupes.duplicated())[COLONNES])
    compter_les_lignes(requetes.LIGNE)
    valeurs = _valeurs(auteur)
    with par_les_index():
        curseur.execute(requetes.resoudre(), valeurs)
    compter_les_lignes(requetes.RESOLUE)
    _inserer_et_changer(curseur, valeurs)
    _ouvrir_comptes(curseur, valeurs)
    _suivre(curseur, lignes, auteur)
    curseur.execute(requetes.COMPTER)
    crees, modifies, total, comptes = curseur.fetchone()
    bilan.crees += crees
    bilan.modifies += modifies
    bilan.inchanges += total - crees - modifies
    bilan.comptes += comptes
    curseur.execute(requetes.ECARTEES)
    bilan.rejets.update(curseur.fetchall())
    curseur.execute(requetes.REMISES)
    return [ligne for (ligne,) in curseur.fetchall()]


def _valeurs(auteur: Auteur) -> dict[str, Any]:
    operations = connection.ops
    return {
        "jour": operations.adapt_datefield_value(timezone.localdate()),
        "maintenant": operations.adapt_datetimefield_value(timezone.now()),
        "par": auteur.par.pk,
        "est_confirme": auteur.est_confirme,
    }


def _inserer_et_changer(curseur: Any, valeurs: dict[str, Any]) -> None:
    for insertion in (
        requetes.INSERER_TIERS,
        requetes.INSERER_FICHES,
        requetes.INSERER_ETABLISSEMENTS,
    ):
        _inserer(curseur, insertion, valeurs)
    for requete in (
        requetes.CHANGER_TIERS,
        requetes.CHANGER_QUALITES,
        requetes.CHANGER_FICHE,
        requetes.CHANGER_ETABLISSEMENT,
    ):
        curseur.execute(requete)


def _ouvrir_comptes(curseur: Any, valeurs: dict[str, Any]) -> None:
    """End the accounts that another replaces, then open the others: main ones first."""
    for lesquels in (requetes.COMPTES_PRINCIPAUX, requetes.COMPTES_PROPRES):
        curseur.execute(requetes.choisir_comptes(lesquels))
        compter_les_lignes(requetes.COMPTES)
        curseur.execute(requetes.FINIR_COMPTES, valeurs)
        _inserer(curseur, requetes.INSERER_COMPTES, valeurs)
    curseur.execute(requetes.MARQUER_COMPTES)


def _inserer(curseur: Any, insertion: requetes.Insertion, valeurs: dict[str, Any]) -> None:
    requete, defauts = insertion.requete()
    curseur.execute(requete, {**valeurs, **defauts})


def _suivre(curseur: Any, lignes: pd.DataFrame, auteur: Auteur) -> None:
    """Make what was written findable, and record the accounts in the journal, last of all."""
    curseur.execute(requetes.FICHES_NEUVES)
    indexer_lignes(lignes, dict(curseur.fetchall()))
    curseur.execute(requetes.FICHES_CHANGEES)
    indexer([cle for (cle,) in curseur.fetchall()])
    if auteur.est_essai:
        return
    curseur.execute(requetes.COMPTES_OUVERTS)
    consigner_lot([tracer(*compte, par=auteur.par) for compte in curseur.fetchall()])


def tracer(cle: int, fournisseur: int, iban: str, ancien: str, *, par: Utilisateur) -> Trace:
    """Return what the journal keeps of an account opened by an import."""
    return Trace(
        acte=ActeJournal.COMPTE_REMPLACE if ancien else ActeJournal.COMPTE_AJOUTE,
        par=par,
        fournisseur_id=fournisseur,
        sur=Objet(COMPTE, cle, masquer_iban(iban)),
        iban=iban,
        ancien_iban=ancien,
        motif=CoordonneesBancaires.Origine.IMPORT.label,
    )
