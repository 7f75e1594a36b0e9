"""The child of `isolement`: read the first sheet of a workbook, write it as CSV.

`python -m fournisseurs.reprise.classeur CLASSEUR SORTIE` prints the merged ranges as JSON. It knows
nothing of Django: started alone, it costs 0.1 s and little memory.
"""

import csv
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, load_workbook

MEMOIRE = 1_000_000_000  # bytes of address space
CALCUL = 240  # seconds
SORTIE_MAXIMALE = 1_000_000_000  # bytes
ILLISIBLE = 3
FUSIONS_MAXIMALES = 10_000
Cellule = str | float | int | bool | date | datetime | time | timedelta


def texte(cellule: Cellule) -> str:
    """Return a cell as the user reads it; a line break becomes a control character."""
    if isinstance(cellule, str):
        return cellule.replace("\r\n", "\v").replace("\n", "\v").replace("\r", "\v")
    if isinstance(cellule, bool):
        return "VRAI" if cellule else "FAUX"
    if isinstance(cellule, float) and cellule.is_integer():
        return str(int(cellule))
    if isinstance(cellule, date | datetime | time):
        return cellule.isoformat()
    return str(cellule)


def lignes(feuille: CalamineSheet) -> Iterator[Iterable[str]]:
    """Yield the rows from the first of the sheet, so that line numbers are those of the screen."""
    debut = feuille.start or (0, 0)
    for _ in range(debut[0]):
        yield [""]
    for ligne in feuille.iter_rows():
        yield [texte(cellule) for cellule in ligne]


def fusions(feuille: CalamineSheet) -> list[tuple[int, int]]:
    """Return the first and last line of each range of merged cells."""
    plages = (feuille.merged_cell_ranges or [])[:FUSIONS_MAXIMALES]
    return [(haut[0] + 1, bas[0] + 1) for haut, bas in plages]


def main() -> int:
    """Set the limits, convert, and print the merged ranges."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    resource.setrlimit(resource.RLIMIT_CPU, (CALCUL, CALCUL))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SORTIE_MAXIMALE, SORTIE_MAXIMALE))
    try:
        classeur: CalamineWorkbook = load_workbook(sys.argv[1])
        feuille = classeur.get_sheet_by_index(0)
    except (CalamineError, OSError, IndexError):
        return ILLISIBLE
    with open(sys.argv[2], "w", encoding="utf-8", newline="") as sortie:
        csv.writer(sortie, delimiter=";", lineterminator="\n").writerows(lignes(feuille))
    print(json.dumps(fusions(feuille)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
