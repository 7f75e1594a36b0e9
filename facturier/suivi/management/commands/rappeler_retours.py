"""manage.py rappeler_retours: what the task of each morning does, on demand."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from facturier.suivi.accuses import rappeler


class Command(CommandeMetier):
    """Tells nobody twice."""

    help = "Rappelle aux fournisseurs les demandes qu’ils n’ont pas lues (chaque matin aussi)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Send, and return how many."""
        return {"retours": rappeler()}
