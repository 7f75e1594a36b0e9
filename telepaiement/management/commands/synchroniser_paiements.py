"""`synchroniser_paiements`: process the inbox, then settle open attempts and refunds."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from telepaiement import execution_remboursements
from telepaiement.balayage import balayer
from telepaiement.notifications import vider


class Command(CommandeMetier):
    """Safe to run at any time, and twice."""

    help = "Traite les notifications, puis vérifie paiements et remboursements non conclus."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Drain, then sweep."""
        return {
            "notifications": vider(),
            "paiements": balayer(),
            "remboursements": execution_remboursements.relancer(),
        }
