"""manage.py recapituler_avis: what the task of each morning does, on demand."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from facturier.suivi.notifications import recapituler


class Command(CommandeMetier):
    """Tells nobody twice."""

    help = "Envoie à chacun les avis qu’il veut une fois par jour (chaque matin aussi)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Send, and return how many."""
        return {"courriels": recapituler()}
