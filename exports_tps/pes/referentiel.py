"""Known triplets, couples and code lists, read once from `referentiel.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_FICHIER: Final = Path(__file__).with_name("referentiel.toml")


@dataclass(frozen=True, slots=True)
class Triplet:
    """What the documentation attaches to one triplet (TypBord, TypPce, NatPce)."""

    codes: str
    libelle: str
    rattachement: bool = False
    natures_origine: tuple[str, ...] = ()
    exercice: str = ""
    convention: bool = False


@dataclass(frozen=True, slots=True)
class Annulation:
    """What the labels of the codes alone say of the triplets of annulation."""

    type_bordereau: str
    type_piece: str
    natures: tuple[str, ...]
    natures_correctives: tuple[str, ...]

    def est_impossible(self, codes: str) -> bool:
        """Whether no grid could hold this triplet."""
        type_bordereau, type_piece, nature = codes.split()
        annule = type_bordereau == self.type_bordereau
        corrige = annule or nature in self.natures_correctives
        return annule != (nature in self.natures) or (corrige and type_piece != self.type_piece)


@dataclass(frozen=True, slots=True)
class Referentiel:
    """The tables of `referentiel.toml`."""

    annulation: Annulation
    depense: dict[str, Triplet]
    recette: dict[str, Triplet]
    origines_depense: dict[str, tuple[str, ...]]
    origines_recette: dict[str, tuple[str, ...]]
    modes_avec_compte: frozenset[str]
    modes_sans_compte: frozenset[str]
    couples: dict[str, frozenset[str]]
    types_pj: dict[str, frozenset[str]]


def _annulation(table: dict[str, Any]) -> Annulation:
    listes = {nom: tuple(table[nom]) for nom in ("natures", "natures_correctives")}
    return Annulation(**(table | listes))


def _origines(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {type_piece: tuple(natures) for type_piece, natures in table.items()}


def _triplets(lignes: list[dict[str, Any]]) -> dict[str, Triplet]:
    triplets = [
        Triplet(**(ligne | {"natures_origine": tuple(ligne.get("natures_origine", ()))}))
        for ligne in lignes
    ]
    return {triplet.codes: triplet for triplet in triplets}


@cache
def referentiel() -> Referentiel:
    """Return the tables."""
    lu = tomllib.loads(_FICHIER.read_text(encoding="utf-8"))
    return Referentiel(
        annulation=_annulation(lu["annulation"]),
        depense=_triplets(lu["depense"]["triplets"]),
        recette=_triplets(lu["recette"]["triplets"]),
        origines_depense=_origines(lu["depense"]["origines_par_type"]),
        origines_recette=_origines(lu["recette"]["origines_par_type"]),
        modes_avec_compte=frozenset(lu["depense"]["modes_avec_compte"]),
        modes_sans_compte=frozenset(lu["depense"]["modes_sans_compte"]),
        couples={categorie: frozenset(natures) for categorie, natures in lu["couples"].items()},
        types_pj={domaine: frozenset(types) for domaine, types in lu["types_pj"].items()},
    )
