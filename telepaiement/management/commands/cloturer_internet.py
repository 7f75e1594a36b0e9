"""`cloturer_internet`: close the days of what no till received, up to yesterday in Nouméa."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from facturier.commun.commandes import CommandeMetier
from telepaiement.internet import cloturer_internet


class Command(CommandeMetier):
    """Run each night at midnight of Nouméa by the schedule; safe to run again."""

    help = "Clôture les journées de paiement en ligne terminées."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the last day."""
        parser.add_argument(
            "--jusqu-a", type=date.fromisoformat, help="dernier jour à clôturer, AAAA-MM-JJ"
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Close."""
        closes = cloturer_internet(jusqu_a=options["jusqu_a"])
        return {
            "closes": len(closes),
            "encaissements": sum(session.nombre for session in closes),
            "total": sum(session.total for session in closes),
        }
