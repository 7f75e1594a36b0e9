"""`surveiller_regies`: mail what the régies and the inbox of the gateway ask for."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from telepaiement.alertes import surveiller


class Command(CommandeMetier):
    """Run each morning by the schedule; run again, it mails again."""

    help = "Envoie les alertes des régies et des messages de la banque non traités."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Look and mail."""
        return {"alertes": surveiller()}
