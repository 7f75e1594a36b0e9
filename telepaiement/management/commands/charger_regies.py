"""`charger_regies`: create the régies, counters and products that are missing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.commun.commandes import CommandeMetier, MauvaisUsage
from telepaiement.reference import FICHIER_REGIES, charger_regies


class Command(CommandeMetier):
    """Idempotent: run it at each installation."""

    help = "Crée les régies, guichets et produits qui manquent."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file to read."""
        parser.add_argument("--fichier", type=Path, default=FICHIER_REGIES)

    def executer(self, **options: Any) -> dict[str, Any]:
        """Load the file."""
        try:
            return charger_regies(fichier=options["fichier"])
        except OSError as erreur:
            raise MauvaisUsage(f"Fichier illisible : {options['fichier']}") from erreur
