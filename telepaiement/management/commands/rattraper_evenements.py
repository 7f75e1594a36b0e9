"""`rattraper_evenements`: keep the messages of the gateway that were lost on their way."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from telepaiement.notifications import rattraper


class Command(CommandeMetier):
    """What is found waits in the inbox, which `vider_evenements` drains."""

    help = "Retrouve les notifications de paiement qui se sont perdues."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Ask the gateway."""
        return rattraper()
