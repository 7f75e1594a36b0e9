"""Rows of a file that repeat or contradict an earlier one, across slices."""

from dataclasses import dataclass, field

import pandas as pd

from fournisseurs.reprise.colonnes import LIGNE, MOTIF


@dataclass
class Vues:
    """What the rows taken so far hold: the line of each key, the RID under each code."""

    lignes: dict[str, int] = field(default_factory=dict)
    rids: dict[str, str] = field(default_factory=dict)


def ecarter_doublons(lignes: pd.DataFrame, vues: Vues) -> None:
    """Leave out the rows whose RIDET or code was met in the file, and remember the others.

    A code stands for one company; a row without RIDET stands for the whole of its code.
    """
    valables = lignes.loc[lignes[MOTIF] == "", ["ridet", "rid", "code", LIGNE]]
    cles = valables["ridet"].where(valables["ridet"] != "", "code " + valables["code"])
    _refuser(lignes, valables, _repetees(cles, valables, vues))
    _refuser(lignes, valables, _contradictoires(valables, vues))
    gardees = lignes.loc[valables.index, MOTIF] == ""
    numeros = valables.loc[gardees, LIGNE].tolist()
    vues.lignes.update(zip(cles[gardees].array.tolist(), numeros, strict=True))


def _repetees(cles: "pd.Series[str]", valables: pd.DataFrame, vues: Vues) -> "pd.Series[str]":
    """Return the reason for each row whose key was met, empty for the others."""
    motifs = pd.Series("", index=valables.index, dtype=object)
    repetees = cles.duplicated()
    if communes := vues.lignes.keys() & set(cles.array.tolist()):
        repetees |= cles.isin(communes)
    if repetees.any():
        premieres = dict(zip(cles[::-1], valables[LIGNE][::-1], strict=True)) | vues.lignes
        lignes = cles[repetees].map(premieres)
        motifs[repetees] = "Doublon de la ligne " + lignes.astype(str) + " du fichier."
    return motifs


def _contradictoires(valables: pd.DataFrame, vues: Vues) -> "pd.Series[str]":
    """Return the reason for each row whose code, given, is that of another company."""
    motifs = pd.Series("", index=valables.index, dtype=object)
    donnes = valables[valables["code"] != valables["rid"]]
    if donnes.empty:
        return motifs
    uniques = donnes.drop_duplicates("code")
    premiers = dict(zip(uniques["code"], uniques["rid"], strict=True))
    communs = {code: vues.rids[code] for code in vues.rids.keys() & premiers.keys()}
    vues.rids |= premiers | communs
    etrangers = donnes["code"].map(premiers | communs) != donnes["rid"]
    fautives = donnes.loc[etrangers, "code"]
    phrases = "Le code " + fautives + " est déjà celui d’une autre ligne du fichier."
    return motifs.where(~motifs.index.isin(fautives.index), phrases.reindex(motifs.index))


def _refuser(lignes: pd.DataFrame, valables: pd.DataFrame, motifs: "pd.Series[str]") -> None:
    fautives = (motifs != "") & (lignes.loc[valables.index, MOTIF] == "")
    lignes.loc[fautives[fautives].index, MOTIF] = motifs[fautives]
