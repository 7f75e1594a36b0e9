"""manage.py relever_delais: compute anew what the public reads of delays."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from facturier.suivi.observatoire import relever_delais


class Command(CommandeMetier):
    """Harmless twice: every figure is made anew."""

    help = "Refait les chiffres de l’observatoire des délais (chaque nuit aussi)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Compute, and return how many rows are published."""
        return {"releves": relever_delais()}
