"""`vider_evenements`: process the messages of the gateway that wait."""

from argparse import ArgumentParser
from typing import Any

from facturier.commun.commandes import CommandeMetier
from telepaiement.notifications import vider


class Command(CommandeMetier):
    """What failed comes back by itself, ever more slowly."""

    help = "Traite les notifications de paiement en attente."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the ceiling of a run."""
        parser.add_argument("--limite", type=int, default=1000)

    def executer(self, **options: Any) -> dict[str, Any]:
        """Drain the inbox."""
        return vider(maximum=options["limite"])
