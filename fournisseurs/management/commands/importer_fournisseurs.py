"""manage.py importer_fournisseurs: take over suppliers and debtors from a CSV or XLSX file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from fournisseurs.reprise.colonnes import FichierIllisible
from fournisseurs.reprise.importation import Rejet, ecrire_rejets, importer

REJETS_MONTRES = 20


class Command(CommandeMetier):
    """Dry by default: says what would be done."""

    help = (
        "Reprend des fournisseurs et débiteurs d’un fichier CSV ou XLSX (essai à blanc par défaut)"
    )

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file, `--executer` and `--rejets`."""
        parser.add_argument("fichier", type=Path, help="fichier CSV ou XLSX")
        parser.add_argument("--executer", action="store_true", help="écrire dans la base")
        parser.add_argument("--rejets", type=Path, help="fichier CSV où écrire les lignes rejetées")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import, tell the rejected rows on standard error, and return the counts."""
        fichier: Path = options["fichier"]
        if not fichier.is_file():
            raise MauvaisUsage(f"Le fichier {fichier} n’existe pas.")
        try:
            resultat = importer(
                fichier, par=Utilisateur.objects.systeme(), executer=options["executer"]
            )
        except FichierIllisible as erreur:
            raise Refus(str(erreur)) from erreur
        self._dire_rejets(resultat.rejets, options["rejets"])
        return {
            "crees": resultat.crees,
            "modifies": resultat.modifies,
            "inchanges": resultat.inchanges,
            "rejetes": len(resultat.rejets),
            "execute": options["executer"],
            "anomalies": [
                {"ligne": rejet.ligne, "motif": rejet.motif} for rejet in resultat.rejets
            ],
        }

    def _dire_rejets(self, rejets: list[Rejet], sortie: Path | None) -> None:
        for rejet in rejets[:REJETS_MONTRES]:
            self.stderr.write(f"Ligne {rejet.ligne} : {rejet.motif}")
        if len(rejets) > REJETS_MONTRES:
            self.stderr.write(f"… et {len(rejets) - REJETS_MONTRES} autres lignes rejetées.")
        if sortie is None:
            return
        try:
            ecrire_rejets(rejets, sortie)
        except OSError as erreur:
            raise MauvaisUsage(f"Impossible d’écrire {sortie} : {cause(erreur)}.") from erreur

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, and whether anything was written."""
        self.stdout.write(
            f"Créés : {resultat['crees']}, modifiés : {resultat['modifies']}, "
            f"inchangés : {resultat['inchanges']}, rejetés : {resultat['rejetes']}."
        )
        if not resultat["execute"]:
            self.stdout.write("Essai à blanc : rien n’est écrit. Ajoutez --executer pour le faire.")
