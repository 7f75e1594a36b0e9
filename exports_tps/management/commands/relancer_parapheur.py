"""manage.py relancer_parapheur: what the task of each morning does, on demand."""

from typing import Any

from exports_tps.relances import relancer
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """Tells nobody twice the same day."""

    help = "Rappelle les bordereaux qui attendent au parapheur (chaque matin aussi)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Send, and return how many bordereaux were reminded of."""
        return {"bordereaux": relancer()}
