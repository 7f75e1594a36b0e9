"""What a measure is: a ratio of medians, product and reference taken in turn in one run."""

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import ClassVar

TOURS = 5
Tour = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Mesure:
    """One line of the report. `objectif` reads `>= 1.0` or `<= 1.5`, and is about `ratio`."""

    mesure: str
    valeur: float
    reference: float
    ratio: float
    objectif: str

    @property
    def est_atteinte(self) -> bool:
        """Tell whether the ratio meets its goal; a peer has none."""
        operateur, _, borne = self.objectif.partition(" ")
        if not borne:
            return True
        if operateur == ">=":
            return self.ratio >= float(borne)
        return self.ratio <= float(borne)

    def dire(self) -> None:
        """Print the measure as one JSON line, at once, and what it missed on standard error."""
        print(json.dumps(asdict(self), ensure_ascii=False), flush=True)
        if not self.est_atteinte:
            print(f"{self.mesure} : {self.ratio} au lieu de {self.objectif}", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class Echec:
    """A measure that could not be taken."""

    mesure: str
    erreur: str
    est_atteinte: ClassVar[bool] = False

    def dire(self) -> None:
        """Print the failure as one JSON line, at once."""
        print(json.dumps(asdict(self), ensure_ascii=False), flush=True)


Prise = tuple[str, Callable[[str], Mesure]]  # the name of a measure, and what takes it


def prendre(partie: str, prises: Iterator[Prise]) -> Iterator[Mesure | Echec]:
    """Take the measures of a part; one that fails is told, and the rest goes on."""
    try:
        for nom, mesurer in prises:
            yield _tenter(nom, mesurer)
    except Exception as erreur:
        yield _echec(partie, erreur)


def _tenter(nom: str, mesurer: Callable[[str], Mesure]) -> Mesure | Echec:
    try:
        return mesurer(nom)
    except Exception as erreur:
        return _echec(nom, erreur)


def _echec(nom: str, erreur: Exception) -> Echec:
    traceback.print_exception(erreur)
    texte = str(erreur).strip().partition("\n")[0]
    return Echec(nom, f"{type(erreur).__name__} : {texte}")


def comparer(
    nom: str,
    produit: Tour,
    reference: Tour,
    objectif: str,
    *,
    tours: int = TOURS,
    a_blanc: bool = True,
) -> Mesure:
    """Take both in turn, after one round for nothing unless told, and compare their medians."""
    if a_blanc:
        produit(), reference()
    valeurs, references = [], []
    for _ in range(tours):
        valeurs.append(produit())
        references.append(reference())
    return conclure(nom, median(valeurs), median(references), objectif)


def conclure(nom: str, valeur: float, reference: float, objectif: str) -> Mesure:
    """Make a measure of two figures of the same unit."""
    ratio = valeur / reference if reference else valeur
    return Mesure(nom, _arrondir(valeur), _arrondir(reference), _arrondir(ratio), objectif)


def _arrondir(nombre: float) -> float:
    return float(f"{nombre:.4g}")


@contextmanager
def chronometre() -> Iterator[Callable[[], float]]:
    """Give the seconds spent in the block, once it is over."""
    fin = 0.0
    debut = time.perf_counter()
    yield lambda: fin - debut
    fin = time.perf_counter()


def debit(acte: Callable[[], object], nombre: int) -> float:
    """Return how many a second, when one call does `nombre`."""
    with chronometre() as duree:
        acte()
    return nombre / duree()


def latence(acte: Callable[[], object], fois: int) -> float:
    """Return the milliseconds of one call, over `fois` calls."""
    with chronometre() as duree:
        for _ in range(fois):
            acte()
    return 1000 * duree() / fois
