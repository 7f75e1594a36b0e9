"""Load the reference data that every installation needs."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from facturier.grand_livre.reference import charger_reference


class Command(CommandeMetier):
    """`manage.py charger_reference`."""

    help = "Crée les données de référence qui manquent : budgets, journaux, comptes, paramètres."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Load the file and return the counts by kind."""
        return {"reference": charger_reference()}
