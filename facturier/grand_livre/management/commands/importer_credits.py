"""Load the credits that budgetary acts open."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.commun.commandes import CommandeMetier, MauvaisUsage
from facturier.grand_livre.import_credits import importer_credits
from facturier.grand_livre.plan_comptes import FichierIllisible, raconter_bilan


class Command(CommandeMetier):
    """`manage.py importer_credits FICHIER [--executer]`."""

    help = (
        "Charge les crédits ouverts (CSV acte;exercice;budget;compte;fonction;montant) ; à blanc "
        "sans --executer."
    )

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and `--executer`."""
        parser.add_argument("fichier", type=Path, metavar="FICHIER")
        parser.add_argument("--executer", action="store_true", help="écrit en base")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import the file and return the counts."""
        try:
            bilan = importer_credits(options["fichier"], executer=options["executer"])
        except FichierIllisible as erreur:
            raise MauvaisUsage(str(erreur)) from erreur
        return bilan.en_objet(execute=options["executer"])

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, then each refused row on standard error."""
        raconter_bilan(self, resultat)
