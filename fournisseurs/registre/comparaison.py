"""The act: compare our établissements with an extract of the register, by slices."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
from django.db import transaction

from fournisseurs.models import (
    EcartRegistre,
    Etablissement,
    EtablissementRegistre,
    EtatFournisseur,
)
from fournisseurs.registre.chargement import charger_extrait
from fournisseurs.registre.ecarts import Comparaison, Nature, decrire
from fournisseurs.registre.rapprochement import memes_communes, memes_noms, memes_voies
from fournisseurs.reprise.moteurs import verser

TAILLE_TRANCHE = 20_000
NOTRES = ("denomination", "adresse_voie", "ville")
SIENS = ("denomination", "enseigne", "adresse", "ville", "cesse_le")
PREFIXE = "registre_"


def comparer(chemin: Path, *, extrait_le: date, executer: bool) -> Comparaison:
    """Load an extract and compare with it; without `executer`, all is undone at the end.

    Raises:
        FichierIllisible: the extract as a whole cannot be taken; the last one is kept.
    """
    with transaction.atomic():
        extrait = charger_extrait(chemin, extrait_le=extrait_le)
        compares = recomparer()
        ecarts = list(decrire(EcartRegistre.objects.all()))
        if not executer:
            transaction.set_rollback(True)
    return Comparaison(extrait.pris, compares, ecarts, extrait.rejets)


@transaction.atomic
def recomparer() -> int:
    """Make the differences anew from the extract kept; return how many were compared."""
    EcartRegistre.objects.all()._raw_delete("default")
    compares = 0
    for tranche in _tranches():
        compares += len(tranche)
        for nature, lignes in _ecarts(tranche).items():
            cles = tranche.loc[lignes, ["etablissement_id"]]
            verser(EcartRegistre._meta.db_table, cles.assign(nature=str(nature)))
    return compares


def _tranches() -> Iterator[pd.DataFrame]:
    """Yield our établissements of active suppliers by slices, beside what the register says."""
    actifs = Etablissement.objects.filter(fournisseur__etat=EtatFournisseur.ACTIF).order_by("pk")
    dernier = 0
    while notres := list(
        actifs.filter(pk__gt=dernier).values_list("pk", "ridet", *NOTRES)[:TAILLE_TRANCHE]
    ):
        dernier = notres[-1][0]
        cadre = pd.DataFrame(notres, columns=["etablissement_id", "ridet", *NOTRES])
        yield cadre.merge(_du_registre(cadre["ridet"]), on="ridet", how="left")


def _du_registre(ridets: Iterable[str]) -> pd.DataFrame:
    connus = EtablissementRegistre.objects.filter(ridet__in=list(ridets))
    noms = ["ridet", *(f"{PREFIXE}{nom}" for nom in SIENS)]
    return pd.DataFrame(list(connus.values_list("ridet", *SIENS)), columns=noms)


def _ecarts(tranche: pd.DataFrame) -> "dict[Nature, pd.Series[bool]]":
    """Tell, for each nature, which rows differ."""
    connus = tranche[f"{PREFIXE}denomination"].notna()
    cesses = connus & tranche[f"{PREFIXE}cesse_le"].notna()
    vivants = connus & ~cesses
    textes = tranche.drop(columns=f"{PREFIXE}cesse_le").fillna("")
    autres = [f"{PREFIXE}denomination", f"{PREFIXE}enseigne"]
    en_place = memes_communes(textes["ville"], textes[f"{PREFIXE}ville"]) & memes_voies(
        textes["adresse_voie"], textes[f"{PREFIXE}adresse"]
    )
    return {
        Nature.CESSE: cesses,
        Nature.RENOMME: vivants & ~memes_noms(textes, "denomination", autres),
        Nature.DEMENAGE: vivants & ~en_place,
        Nature.INCONNU: ~connus,
    }
