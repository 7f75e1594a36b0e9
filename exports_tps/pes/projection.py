"""Rows of a database written as records, without making the records.

A projection says from which column each field of a record is taken; tags, types, cardinality and
order are those that the record declares. Each value is converted, checked and escaped once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from exports_tps.pes.declarations import Champ, Enregistrement
from exports_tps.pes.ecriture import A_LA_LIGNE, echapper, passer
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

    def __missing__(self, valeur: Any) -> str:
        element = self._element(valeur)
        if len(self) >= _MEMOIRE:
            self.clear()
        self[valeur] = element
        return element

    def _element(self, valeur: Any) -> str:
        balise, type_simple = self._champ.balise, self._champ.type_simple
        try:
            garde = self._convertir(valeur) if self._convertir else valeur
            if garde is None and self._champ.est_obligatoire:
                raise ErreurPES("cette donnée est obligatoire.")
            if garde is None or type_simple is None:
                return ""
            texte = echapper(type_simple.ecrire(garde))
        except ErreurPES as erreur:
            raise ChampRefuse(balise=balise, champ=self._nom, raison=str(erreur)) from erreur
        return f'<{balise} V="{texte}"></{balise}>'


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
        self._si = [colonnes.index(nom) for nom in si]
        self._blocs: list[tuple[int, str, Projection | None]] = []
        self._feuilles: list[_Elements] = []
        rangs: list[int] = []
        morceaux = []
        avant: tuple[str, ...] = ()
        for champ in champs:
            source = sources[champ.nom]
            place = len(self._feuilles) + len(self._blocs)
            morceaux.append(passer(avant, champ.dans))
            avant = champ.dans
            if isinstance(source, Colonne):
                self._feuilles.append(_Elements(classe.__name__, champ, source.convertir))
                rangs.append(colonnes.index(source.nom))
            elif isinstance(source, Projection | Fourni):
                bloc = source if isinstance(source, Projection) else None
                self._blocs.append((place, champ.balise, bloc))
            else:
                constante = _Elements(classe.__name__, champ, None)[source]
                morceaux.append(constante.replace("%", "%%"))
                continue
            morceaux.append("%s")
        self._valeurs = itemgetter(*rangs)
        self._gabarit = "".join([*morceaux, passer(avant, ())])

    def ecrire(self, rangee: Rangee, *fournis: str) -> str:
        """Return the canonical content of the record; raise ChampRefuse naming field and tag."""
        elements = [
            feuille[valeur]
            for feuille, valeur in zip(self._feuilles, self._valeurs(rangee), strict=True)
        ]
        restants = iter(fournis)
        for position, balise, bloc in self._blocs:
            element = next(restants) if bloc is None else bloc.element(balise, rangee)
            elements.insert(position, element)
        return self._gabarit % tuple(elements)

    def element(self, balise: str, rangee: Rangee, *fournis: str) -> str:
        """Return the record as the element `balise`, or nothing when the row has it not."""
        if not all([rangee[rang] for rang in self._si]):
            return ""
        fin = "\n" if balise in A_LA_LIGNE else ""
        return f"<{balise}>{self.ecrire(rangee, *fournis)}</{balise}>{fin}"
