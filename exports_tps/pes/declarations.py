"""Records declared once: the same declaration writes, reads and checks.

A record is a frozen dataclass that keeps only what it was given: a field left out, None or an empty
tuple, is read from its class, and costs nothing. Each field names its tag, its type and, through
its default, its cardinality: no default = mandatory, `None` = optional, `()` = any number, and
`multiple` without default = at least one. `dans` gives the wrapping elements that the schema puts
around consecutive fields (`BlocPiece/InfoPce`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self, TypeVar, dataclass_transform

from exports_tps.pes.messages import Niveau
from exports_tps.pes.types import TypeSimple

_CLE: Final = "pes"
_ABSENT: Final = dataclasses.MISSING
_VIDES: Final = (None, ())

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Champ:
    """What a field declares: its tag, its content, where it stands, the value it must have."""

    balise: str
    contenu: TypeSimple | type[Any]
    dans: tuple[str, ...]
    exige: Any
    niveau: Niveau
    nom: str = ""
    est_obligatoire: bool = True
    est_multiple: bool = False
    maximum: int | None = None

    @property
    def type_simple(self) -> TypeSimple | None:
        """The simple type of a leaf, None for a block."""
        return self.contenu if isinstance(self.contenu, TypeSimple) else None


@dataclasses.dataclass(frozen=True, slots=True)
class Choix:
    """Exclusive branches of fields; in each, the first tuple is mandatory, the second optional."""

    branches: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    est_obligatoire: bool = True

    def refus(self, presents: frozenset[str]) -> str | None:
        """Return the French reason why the set of present tags is refused, or None."""
        ouvertes = [b for b in self.branches if presents.intersection(b[0] + b[1])]
        if len(ouvertes) > 1:
            noms = " et ".join((b[0] + b[1])[0] for b in ouvertes)
            return f"{noms} s’excluent : ne garder que l’une des deux formes."
        if not ouvertes:
            noms = " ou ".join((b[0] + b[1])[0] for b in self.branches)
            return f"il manque {noms}." if self.est_obligatoire else None
        manquants = [balise for balise in ouvertes[0][0] if balise not in presents]
        return f"il manque {', '.join(manquants)}." if manquants else None


def champ(
    balise: str,
    contenu: Any,
    *,
    dans: str = "",
    exige: Any = None,
    niveau: Niveau = Niveau.FLUX,
    multiple: bool = False,
    maximum: int | None = None,
    default: Any = _ABSENT,
) -> Any:
    """Declare a field: `contenu` is a simple type, or the record class of a block.

    `exige` is the only value accepted by the treasury, `niveau` what it refuses otherwise;
    `maximum` bounds a repeated field.
    """
    chemin = tuple(dans.split("/")) if dans else ()
    declaration = Champ(
        balise,
        contenu,
        chemin,
        exige,
        niveau,
        est_obligatoire=default is _ABSENT,
        est_multiple=multiple or default == (),
        maximum=maximum,
    )
    if default is _ABSENT:
        return dataclasses.field(metadata={_CLE: declaration})
    return dataclasses.field(default=default, metadata={_CLE: declaration})


class Enregistrement:
    """Base of all records; `CHAMPS` is filled in by the decorator."""

    CHAMPS: ClassVar[tuple[Champ, ...]] = ()
    CHOIX: ClassVar[tuple[Choix, ...]] = ()
    _NOMS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **valeurs: Any) -> None:
        presentes = {nom: valeur for nom, valeur in valeurs.items() if valeur not in _VIDES}
        if not presentes.keys() <= self._NOMS:
            raise TypeError(f"{type(self).__name__} : champs inconnus parmi {', '.join(valeurs)}.")
        object.__setattr__(self, "__dict__", presentes)

    @classmethod
    def reprendre(cls, noms: Sequence[str], valeurs: Sequence[Any]) -> Self:
        """Make a record of values that were checked already, without looking at them again."""
        objet = object.__new__(cls)
        object.__setattr__(objet, "__dict__", dict(zip(noms, valeurs, strict=True)))
        return objet


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(champ,))
def enregistrement(classe: type[T]) -> type[T]:
    """Make `classe` a frozen record and collect the declarations of its fields, in order."""
    declaree = dataclasses.dataclass(frozen=True, init=False, kw_only=True)(classe)
    attributs = dataclasses.fields(declaree)  # type: ignore[arg-type]
    declaree.CHAMPS = tuple(  # type: ignore[attr-defined]
        dataclasses.replace(attribut.metadata[_CLE], nom=attribut.name) for attribut in attributs
    )
    declaree._NOMS = frozenset(attribut.name for attribut in attributs)  # type: ignore[attr-defined]
    for attribut in attributs:
        if attribut.default is _ABSENT:
            est_multiple = attribut.metadata[_CLE].est_multiple
            setattr(declaree, attribut.name, () if est_multiple else None)
    return declaree
