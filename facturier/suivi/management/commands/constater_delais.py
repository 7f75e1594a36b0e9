"""manage.py constater_delais: measure the paid invoices that are not yet."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from facturier.suivi.delais import constater_delais


class Command(CommandeMetier):
    """Changes no invoice; harmless twice."""

    help = "Mesure les délais des factures payées qui ne le sont pas encore (chaque nuit aussi)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Measure, and return how many."""
        return {"factures": constater_delais()}
