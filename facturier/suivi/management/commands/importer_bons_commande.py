"""manage.py importer_bons_commande: take over bons de commande from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from facturier.suivi.import_commandes import FichierIllisible, importer

REJETS_MONTRES = 20


class Command(CommandeMetier):
    """Dry by default: says what would be done."""

    help = "Reprend des bons de commande d’un fichier CSV (essai à blanc par défaut)"

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and `--executer`."""
        parser.add_argument("fichier", type=Path, help="fichier CSV")
        parser.add_argument("--executer", action="store_true", help="écrire dans la base")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import, tell the rejected rows on standard error, and return the counts."""
        fichier: Path = options["fichier"]
        if not fichier.is_file():
            raise MauvaisUsage(f"Le fichier {fichier} n’existe pas.")
        try:
            resultat = importer(fichier, executer=options["executer"])
        except FichierIllisible as erreur:
            raise Refus(str(erreur)) from erreur
        for ligne, motif in resultat.rejets[:REJETS_MONTRES]:
            self.stderr.write(f"Ligne {ligne} : {motif}")
        return {
            "crees": resultat.crees,
            "modifies": resultat.modifies,
            "inchanges": resultat.inchanges,
            "rejetes": len(resultat.rejets),
            "execute": options["executer"],
            "anomalies": [{"ligne": ligne, "motif": motif} for ligne, motif in resultat.rejets],
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, and whether anything was written."""
        self.stdout.write(
            f"{resultat['crees']} créés, {resultat['modifies']} modifiés, "
            f"{resultat['inchanges']} inchangés, {resultat['rejetes']} rejetés."
        )
        if not resultat["execute"]:
            self.stdout.write("Essai à blanc : rien n’est écrit. Ajoutez --executer pour le faire.")
