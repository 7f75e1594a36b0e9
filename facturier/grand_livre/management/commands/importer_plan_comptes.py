"""Load a chart of accounts for one exercice."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.commun.commandes import CommandeMetier, MauvaisUsage
from facturier.grand_livre.plan_comptes import (
    FichierIllisible,
    importer_plan_comptes,
    raconter_bilan,
)

ANNEES = range(1900, 3000)


class Command(CommandeMetier):
    """`manage.py importer_plan_comptes FICHIER --exercice AAAA [--executer]`."""

    help = "Charge un plan de comptes (CSV numero;libelle;…) ; à blanc sans --executer."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file, the exercice and `--executer`."""
        parser.add_argument("fichier", type=Path, metavar="FICHIER")
        parser.add_argument("--exercice", type=int, required=True)
        parser.add_argument("--executer", action="store_true", help="écrit en base")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import the file and return the counts."""
        if options["exercice"] not in ANNEES:
            raise MauvaisUsage("L’exercice est une année à quatre chiffres, comme 2026.")
        try:
            bilan = importer_plan_comptes(
                options["fichier"], exercice=options["exercice"], executer=options["executer"]
            )
        except FichierIllisible as erreur:
            raise MauvaisUsage(str(erreur)) from erreur
        return bilan.en_objet(execute=options["executer"])

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, then each refused row on standard error."""
        raconter_bilan(self, resultat)
