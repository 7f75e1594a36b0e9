"""`importer_titres`: issue titres from a file; dry unless `--executer` is given."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage
from facturier.commun.csv_sur import ligne_sure
from telepaiement.bilan import Bilan
from telepaiement.import_titres import FichierIllisible, importer


class Command(CommandeMetier):
    """Rejected lines go to a file of their own, to be corrected and imported again."""

    help = "Émet les titres d’un fichier CSV ou XLSX."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file, the rejects file and the go-ahead."""
        parser.add_argument("fichier", type=Path)
        parser.add_argument("--executer", action="store_true", help="émet, au lieu de compter")
        parser.add_argument("--rejets", type=Path, help="fichier où écrire les lignes rejetées")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import, then write the rejects."""
        try:
            bilan = importer(
                options["fichier"],
                par=Utilisateur.objects.systeme(),
                executer=options["executer"],
            )
        except FichierIllisible as erreur:
            raise MauvaisUsage(str(erreur)) from erreur
        if options["rejets"]:
            self._ecrire(bilan, options["rejets"])
        for ligne, reference, motif in bilan.rejets:
            self.stderr.write(f"ligne {ligne} ({reference or 'sans référence'}) : {motif}")
        return bilan.en_objet() | {"execute": options["executer"]}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, and whether anything was written."""
        self.stdout.write(
            f"{resultat['crees']} créés, {resultat['inchanges']} inchangés, "
            f"{resultat['rejetes']} rejetés."
        )
        if not resultat["execute"]:
            self.stdout.write("Essai à blanc : rien n’est écrit. Ajoutez --executer pour le faire.")

    def _ecrire(self, bilan: Bilan, sortie: Path) -> None:
        try:
            with sortie.open("w", encoding="utf-8", newline="") as fichier:
                feuille = csv.writer(fichier, delimiter=";")
                feuille.writerow(["ligne", "reference", "motif"])
                feuille.writerows(ligne_sure(rejet) for rejet in bilan.rejets)
        except OSError as erreur:
            raise MauvaisUsage(f"Impossible d’écrire {sortie} : {cause(erreur)}.") from erreur
