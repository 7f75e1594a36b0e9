"""`manage.py appliquer_modifications`: apply what has waited for its cooling period."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from fournisseurs.modifications.application import appliquer_modifications


class Command(CommandeMetier):
    """Apply the approved changes whose cooling period has passed."""

    help = "Applique les modifications approuvées dont le délai de sécurité est passé."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Apply, and say how many."""
        return appliquer_modifications()
