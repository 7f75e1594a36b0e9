"""Which exercice takes entries, and which one has to be opened before the year turns."""

from datetime import date

from facturier.grand_livre.models import Exercice

DECEMBRE = 12


def est_ouvert(annee: int) -> bool:
    """Tell whether entries may be dated in `annee`."""
    return Exercice.objects.filter(pk=annee, clos_le__isnull=True).exists()


def a_ouvrir(jour: date) -> int | None:
    """Return the year whose exercice has to be opened, seen on `jour`; None when all is ready.

    The year of the day comes first; from December on, the next one: without it nothing is recorded
    nor paid from the first of January.
    """
    annees = [jour.year] + [jour.year + 1] * (jour.month == DECEMBRE)
    return next((annee for annee in annees if not est_ouvert(annee)), None)


def commande_d_ouverture(annee: int) -> str:
    """Return the command that opens `annee`, with the accounts of the chart in force."""
    return f"importer_plan_comptes fixtures/plan_comptes.csv --exercice {annee} --executer"
