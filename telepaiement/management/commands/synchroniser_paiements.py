"""`synchroniser_paiements`: process the inbox, then bring open attempts where the money is."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from telepaiement.balayage import balayer
from telepaiement.notifications import vider


class Command(CommandeMetier):
    """Safe to run at any time, and twice."""

    help = "Traite les notifications en attente et vérifie les paiements en ligne non conclus."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Drain, then sweep."""
        return {"notifications": vider(), "paiements": balayer()}
