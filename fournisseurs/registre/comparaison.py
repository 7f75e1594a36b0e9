"""The act: compare our établissements with an extract of the register, and tell what differs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from django.db import transaction
from django.db.models import QuerySet

from facturier.commun import ridet as registre_ridet
from fournisseurs.models import (
    EcartRegistre,
    Etablissement,
    EtablissementRegistre,
    EtatFournisseur,
)
from fournisseurs.registre.chargement import charger_extrait
from fournisseurs.registre.rapprochement import memes_communes, memes_noms, memes_voies
from fournisseurs.reprise.moteurs import verser

TAILLE_TRANCHE = 20_000
NOTRES = ("denomination", "adresse_voie", "ville")
SIENS = ("denomination", "enseigne", "adresse", "ville", "cesse_le")
PREFIXE = "registre_"
Nature = EcartRegistre.Nature


@dataclass(frozen=True, slots=True)
class Ecart:
    """A difference, ready to be told: ours, theirs, and what to do."""

    etablissement: Etablissement
    nature: Nature
    notre: str
    registre: str

    @property
    def conseil(self) -> str:
        """What an agent can do about it."""
        return CONSEILS[self.nature]

    def en_objet(self) -> dict[str, str]:
        """Return what `--json` and the CSV file give of it."""
        return {
            "ridet": self.etablissement.ridet,
            "denomination": self.etablissement.denomination,
            "nature": str(self.nature),
            "notre": self.notre,
            "registre": self.registre,
        }


CONSEILS = {
    Nature.CESSE: "Suspendez la fiche, ou rattachez-la à l’établissement qui succède.",
    Nature.RENOMME: "Vérifiez le nom sur un avis de situation récent, puis corrigez-le.",
    Nature.DEMENAGE: "Demandez la nouvelle adresse au fournisseur, puis corrigez-la.",
    Nature.INCONNU: "Vérifiez le RIDET saisi : un chiffre faux suffit.",
}


@dataclass(frozen=True, slots=True)
class Comparaison:
    """What a comparison found. `rejets` are the lines of the extract left out, with the reason."""

    extraits: int
    compares: int
    ecarts: list[Ecart]
    rejets: list[tuple[int, str]]

    def nombre(self, nature: Nature) -> int:
        """How many differences are of one nature."""
        return sum(ecart.nature == nature for ecart in self.ecarts)


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


def decrire(ecarts: QuerySet[EcartRegistre] | list[EcartRegistre]) -> Iterator[Ecart]:
    """Yield differences with both sides, those that still hold; in as many queries as slices."""
    if isinstance(ecarts, QuerySet):
        ecarts = list(ecarts.select_related("etablissement__fournisseur__tiers"))
    ridets = [ecart.etablissement.ridet for ecart in ecarts]
    connus = _connus(ridets)
    for ecart in ecarts:
        registre = connus.get(ecart.etablissement.ridet)
        yield Ecart(ecart.etablissement, Nature(ecart.nature), *_cotes(ecart, registre))


def _connus(ridets: list[str]) -> dict[str, EtablissementRegistre]:
    connus: dict[str, EtablissementRegistre] = {}
    for debut in range(0, len(ridets), TAILLE_TRANCHE):
        connus |= EtablissementRegistre.objects.in_bulk(ridets[debut : debut + TAILLE_TRANCHE])
    return connus


def _cotes(ecart: EcartRegistre, registre: EtablissementRegistre | None) -> tuple[str, str]:
    notre = ecart.etablissement
    if registre is None:
        return notre.denomination, "absent de l’extrait"
    if ecart.nature == Nature.CESSE:
        return notre.denomination, f"cessé le {registre.cesse_le:%d/%m/%Y}"
    if ecart.nature == Nature.RENOMME:
        noms = [nom for nom in (registre.denomination, registre.enseigne) if nom]
        return notre.denomination, " / ".join(noms)
    return ", ".join(notre.lignes_adresse), registre.adresse_complete


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


def afficher_ridet(ecart: Ecart) -> str:
    """Return the RIDET of a difference as people write it."""
    return registre_ridet.afficher(ecart.etablissement.ridet)
