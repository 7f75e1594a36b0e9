"""The import of a broken file in a process of its own: what its invariants and its peak are.

The arguments are a file written by `fichier_abime` and its number of rows. What is printed: rows
that went in, rows rejected, and the peak in megabytes. It stops at a good row left out, at a bad
one that is not named with its line and reason. All is undone at the end.
"""

import resource
import sys
from pathlib import Path

import django
from django.db import connection, transaction

from tests.mesures.export_seul import pic

A_GUILLEMETS = ".csv"  # in a workbook a quote left open is but a character


def importer_puis_defaire(chemin: Path, nombre: int) -> tuple[int, int]:
    """Import the file; return how many rows went in and were rejected, as they must be."""
    from facturier.acces.models import Utilisateur  # noqa: PLC0415  (once Django is set up)
    from fournisseurs.reprise.importation import importer  # noqa: PLC0415
    from tests.fournisseurs.fichier_abime import abimees, comptes  # noqa: PLC0415

    est_csv = chemin.suffix == A_GUILLEMETS
    attendus = abimees(nombre, est_csv=est_csv)
    with transaction.atomic():
        importation = importer(chemin, par=Utilisateur.objects.systeme(), executer=True)
        rejets = dict(importation.rejets.values_list("ligne", "motif"))
        *entrees, rejetes = comptes(importation)  # other measures left tiers of the same RIDET
        transaction.set_rollback(True)
    if (sum(entrees), rejetes) != (nombre - len(attendus), len(attendus)):
        raise AssertionError(f"{sum(entrees)} lignes entrées, {rejetes} rejetées")
    if muettes := [n for n, mots in attendus.items() if mots not in rejets.get(n, "")]:
        raise AssertionError(f"lignes abîmées sans leur motif : {muettes[:10]}")
    return sum(entrees), rejetes


def main() -> None:
    """Import, and print the counts and the peak: of this process, or when its child reads."""
    django.setup()
    au_depart = pic()
    fait = importer_puis_defaire(Path(sys.argv[1]), int(sys.argv[2]))
    connection.close()
    a_deux = au_depart + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(*fait, max(pic(), a_deux) // 1024)


if __name__ == "__main__":
    main()
