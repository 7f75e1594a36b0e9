"""Rows of a database written as records, without making the records.

A projection says from which column each field of a record is taken; tags, types, cardinality and
order are those that the record declares. Each value is converted, checked and escaped once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from exports_tps.pes.declarations import Champ, Enregistrement
from exports_tps.pes.ecriture import A_LA_LIGNE, echapper, extraire, passer
from exports_tps.pes.messages import ChampRefuse, ErreurPES

_MEMOIRE: Final = 4096  # elements kept by field: codes, dates, towns come back

Rangee = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Colonne:
    """Where a field comes from; `convertir` gives what the record holds, None when it is absent."""

    nom: str
    convertir: Callable[[Any], Any] | None = None


class Fourni:
    """A repeated block, whose elements are written apart and given to `ecrire`."""


class _Elements(dict[Any, str]):
    """The element of each value of one leaf; empty for an optional one that is absent."""

    def __init__(self, classe: str, champ: Champ, convertir: Callable[[Any], Any] | None) -> None:
        super().__init__()
        self._nom = f"{classe}.{champ.nom}"
        self._champ = champ
        self._convertir = convertir
        self._ecrire = champ.type_simple.ecrire if champ.type_simple else None
        self._debut, self._fin = f'<{champ.balise} V="', f'"></{champ.balise}>'

    def __missing__(self, valeur: Any) -> str:
        try:
            garde = self._convertir(valeur) if self._convertir else valeur
            if garde is None and self._champ.est_obligatoire:
                raise ErreurPES("cette donnée est obligatoire.")
            if garde is None or self._ecrire is None:
                element = ""
            else:
                element = f"{self._debut}{echapper(self._ecrire(garde))}{self._fin}"
        except ErreurPES as erreur:
            balise = self._champ.balise
            raise ChampRefuse(balise=balise, champ=self._nom, raison=str(erreur)) from erreur
        if len(self) >= _MEMOIRE:
            self.clear()
        self[valeur] = element
        return element


@dataclass(frozen=True, slots=True)
class _Gabarit:
    """The template of the rows that have the same blocks: its leaves, and where others go."""

    texte: str
    elements: tuple[_Elements, ...]
    prendre: Callable[[Rangee], tuple[Any, ...]]
    fournis: tuple[int, ...]

    def ecrire(self, rangees: Sequence[Rangee], *fournis: Sequence[str]) -> list[str]:
        """Return the text of each row."""
        valeurs = zip(*map(self.prendre, rangees), strict=True)
        colonnes: list[Iterable[str]] = [
            map(elements.__getitem__, colonne)
            for elements, colonne in zip(self.elements, valeurs, strict=True)
        ]
        for place, contenus in zip(self.fournis, fournis, strict=False):
            colonnes.insert(place, contenus)
        if not colonnes:
            return [self.texte % ()] * len(rangees)
        return [self.texte % remplis for remplis in zip(*colonnes, strict=True)]


class Projection:
    """Writes rows of `colonnes` as records of `classe`; `si` names what a row must have.

    `sources` gives for each field a `Colonne`, the projection of its block, `Fourni`, or the value
    that it always has.
    """

    def __init__(
        self,
        classe: type[Enregistrement],
        colonnes: Sequence[str],
        sources: Mapping[str, Any],
        *,
        si: Sequence[str] = (),
    ) -> None:
        champs = [champ for champ in classe.CHAMPS if champ.nom in sources]
        oublies = [c.nom for c in classe.CHAMPS if c.est_obligatoire and c.nom not in sources]
        if oublies or len(champs) != len(sources):
            raise ValueError(f"{classe.__name__} : champs oubliés ({oublies}) ou inconnus.")
        self._champs = [
            (champ, self._source(classe, champ, sources[champ.nom], colonnes)) for champ in champs
        ]
        self._si = frozenset(colonnes.index(nom) for nom in si)
        blocs = [bloc for _, bloc in self._champs if isinstance(bloc, Projection)]
        self._conditions: tuple[int, ...] = tuple(
            sorted(self._si.union(*(bloc._conditions for bloc in blocs)))
        )
        self._prendre = extraire(self._conditions)
        self._gabarits: dict[tuple[str, tuple[bool, ...]], _Gabarit] = {}

    @staticmethod
    def _source(
        classe: type[Enregistrement], champ: Champ, source: Any, colonnes: Sequence[str]
    ) -> Any:
        """Return a leaf with its column, a block, or text that is always the same."""
        if isinstance(source, Colonne):
            elements = _Elements(classe.__name__, champ, source.convertir)
            return elements, colonnes.index(source.nom)
        if isinstance(source, Projection | Fourni):
            return source
        return _Elements(classe.__name__, champ, None)[source].replace("%", "%%")

    def ecrire(self, balise: str, rangees: Sequence[Rangee], *fournis: Sequence[str]) -> list[str]:
        """Return each row as the element `balise`, canonical; empty when the row has it not.

        `fournis` gives, for each `Fourni` in its turn, the content of each row. Rows are written
        column by column, those that have the same blocks together: give many at once.

        Raises ChampRefuse naming field and tag, for one of the rows.
        """
        groupes: dict[tuple[bool, ...], list[int]] = {}
        for rang, rangee in enumerate(rangees):
            presences = tuple([bool(valeur) for valeur in self._prendre(rangee)])
            groupes.setdefault(presences, []).append(rang)
        textes = [""] * len(rangees)
        for presences, rangs in groupes.items():
            gabarit = self._gabarits.get((balise, presences)) or self._preparer(balise, presences)
            siennes = [rangees[rang] for rang in rangs]
            siens = [[contenus[rang] for rang in rangs] for contenus in fournis]
            for rang, texte in zip(rangs, gabarit.ecrire(siennes, *siens), strict=True):
                textes[rang] = texte
        return textes

    def _preparer(self, balise: str, presences: tuple[bool, ...]) -> _Gabarit:
        """Make the template of the rows that have the same blocks, one for all that is in them."""
        presentes = {c for c, presente in zip(self._conditions, presences, strict=True) if presente}
        morceaux: list[str] = []
        feuilles: list[tuple[_Elements, int]] = []
        fournis: list[int] = []
        self._composer(balise, presentes, morceaux, feuilles, fournis)
        gabarit = _Gabarit(
            "".join(morceaux),
            tuple(elements for elements, _ in feuilles),
            extraire([rang for _, rang in feuilles]),
            tuple(fournis),
        )
        self._gabarits[balise, presences] = gabarit
        return gabarit

    def _composer(
        self,
        balise: str,
        presentes: set[int],
        morceaux: list[str],
        feuilles: list[tuple[_Elements, int]],
        fournis: list[int],
    ) -> None:
        """Add this block to a template, unless a column that it needs is not in `presentes`."""
        if not self._si <= presentes:
            return
        morceaux.append(f"<{balise}>")
        avant: tuple[str, ...] = ()
        for champ, source in self._champs:
            morceaux.append(passer(avant, champ.dans))
            avant = champ.dans
            if isinstance(source, Projection):
                source._composer(champ.balise, presentes, morceaux, feuilles, fournis)
                continue
            if isinstance(source, Fourni):
                fournis.append(len(feuilles) + len(fournis))
            elif isinstance(source, tuple):
                feuilles.append(source)
            morceaux.append(source if isinstance(source, str) else "%s")
        fin = "\n" if balise in A_LA_LIGNE else ""
        morceaux.append(f"{passer(avant, ())}</{balise}>{fin}")
