"""Read an extract of the register, check it by columns, and put it in place of the last one."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from fournisseurs.models import EtablissementRegistre
from fournisseurs.reprise.colonnes import DEFAUT, LIGNE, REGISTRE, FichierIllisible
from fournisseurs.reprise.lecture import lire
from fournisseurs.reprise.moteurs import verser

LONGUEURS = {
    "denomination": 200,
    "enseigne": 200,
    "adresse": 200,
    "ville": 100,
    "activite": 10,
    "forme_juridique": 100,
}


@dataclass
class Extrait:
    """What was taken of an extract: how many rows, and the lines left out with the reason."""

    pris: int = 0
    rejets: list[tuple[int, str]] = field(default_factory=list)


def charger_extrait(chemin: Path, *, extrait_le: date) -> Extrait:
    """Replace the extract kept by that of a file. Call it inside a transaction.

    Raises:
        FichierIllisible: neither CSV nor XLSX, a column is missing, or no row holds.
    """
    EtablissementRegistre.objects.all()._raw_delete("default")
    extrait, vus = Extrait(), set[str]()
    for tranche in lire(chemin, REGISTRE):
        lignes = _controler(tranche, vus)
        fautives = lignes[lignes[DEFAUT] != ""]
        extrait.rejets += zip(fautives[LIGNE].tolist(), fautives[DEFAUT].tolist(), strict=True)
        valables = lignes.loc[lignes[DEFAUT] == "", [*REGISTRE.noms]]
        vus.update(valables["ridet"])
        verser(EtablissementRegistre._meta.db_table, valables.assign(extrait_le=str(extrait_le)))
        extrait.pris += len(valables)
    if extrait.pris == 0:
        raise FichierIllisible(
            "Aucune ligne de cet extrait n’est utilisable : l’extrait précédent est gardé."
        )
    return extrait


def _controler(tranche: pd.DataFrame, vus: set[str]) -> pd.DataFrame:
    """Return the rows as the table holds them, with `defaut` telling why one is left out."""
    lignes = tranche.reindex(columns=[*REGISTRE.noms, LIGNE, DEFAUT], fill_value="")
    ridet = lignes["ridet"].str.replace(r"[\s.\-/]+", "", regex=True)
    lignes["ridet"] = ridet.where(ridet.str.len() != 9, "0" + ridet)  # noqa: PLR2004
    _refuser(lignes, ~lignes["ridet"].str.fullmatch("[0-9]{10}"), "Le RIDET n’a pas dix chiffres.")
    _refuser(lignes, lignes["denomination"] == "", "La dénomination est vide.")
    doublons = lignes["ridet"].duplicated() | lignes["ridet"].isin(vus)
    _refuser(lignes, doublons, "Ce RIDET est déjà dans l’extrait.")
    jours = _jours(lignes["cesse_le"])
    _refuser(
        lignes,
        jours.isna() & (lignes["cesse_le"] != ""),
        "La date de cessation ne se lit pas : écrivez 2026-10-01 ou 01/10/2026.",
    )
    lignes["cesse_le"] = jours
    for nom, longueur in LONGUEURS.items():
        lignes[nom] = lignes[nom].str.slice(0, longueur)
    codes = lignes["code_postal"]
    lignes["code_postal"] = codes.where(codes.str.fullmatch("[0-9]{5}"), "")
    return lignes


def _refuser(lignes: pd.DataFrame, fautives: "pd.Series[bool]", motif: str) -> None:
    lignes.loc[fautives & (lignes[DEFAUT] == ""), DEFAUT] = motif


def _jours(dates: "pd.Series[str]") -> "pd.Series[str]":
    """Return days as `2026-10-01`, missing where there is none that can be read."""
    iso = pd.to_datetime(dates.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    usuelles = pd.to_datetime(dates.str.slice(0, 10), format="%d/%m/%Y", errors="coerce")
    return iso.fillna(usuelles).dt.strftime("%Y-%m-%d")
