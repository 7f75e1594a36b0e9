"""manage.py importer_fournisseurs: take over suppliers and debtors from a CSV or XLSX file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from facturier.commun.typographie import autres
from fournisseurs.models import Importation
from fournisseurs.reprise.colonnes import FichierIllisible
from fournisseurs.reprise.depot import ecrire_rejets
from fournisseurs.reprise.importation import ImportationAilleurs, importer

REJETS_MONTRES = 20


class Command(CommandeMetier):
    """Dry by default: says what would be done. Cut short, it is run again and finishes."""

    help = (
        "Reprend des fournisseurs et débiteurs d’un fichier CSV ou XLSX (essai à blanc par défaut)"
    )

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file, `--executer`, `--rejets` and `--suivre`."""
        parser.add_argument("fichier", type=Path, help="fichier CSV ou XLSX")
        parser.add_argument("--executer", action="store_true", help="écrire dans la base")
        parser.add_argument("--rejets", type=Path, help="fichier CSV où écrire les lignes rejetées")
        parser.add_argument(
            "--suivre",
            action="store_true",
            help="dire l’avancement sur la sortie d’erreur (toujours dit sur un terminal)",
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import, tell the rejected rows on standard error, and return the counts."""
        fichier: Path = options["fichier"]
        if not fichier.is_file():
            raise MauvaisUsage(f"Le fichier {fichier} n’existe pas.")
        est_suivi = options["suivre"] or self.stderr.isatty()
        try:
            importation = importer(
                fichier,
                par=Utilisateur.objects.systeme(),
                executer=options["executer"],
                suivre=self._dire_avancement if est_suivi else None,
            )
        except FichierIllisible as erreur:
            raise Refus(str(erreur)) from erreur
        except ImportationAilleurs as erreur:
            raise Refus(" ".join(erreur.messages)) from erreur
        self._garder_rejets(importation, options["rejets"])
        return {
            "importation": importation.pk,
            "crees": importation.crees,
            "modifies": importation.modifies,
            "inchanges": importation.inchanges,
            "rejetes": importation.rejetes,
            "execute": options["executer"],
            "anomalies": list(importation.rejets.order_by("ligne").values("ligne", "motif")),
        }

    def _dire_avancement(self, importation: Importation) -> None:
        self.stderr.write(f"\rligne {importation.position}…", ending="")
        self.stderr.flush()

    def _garder_rejets(self, importation: Importation, sortie: Path | None) -> None:
        if sortie is None:
            return
        try:
            with sortie.open("w", encoding="utf-8-sig", newline="") as fichier:
                ecrire_rejets(importation, fichier)
        except OSError as erreur:
            raise MauvaisUsage(f"Impossible d’écrire {sortie} : {cause(erreur)}.") from erreur

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, the first rejected rows, and whether anything was written."""
        self.stdout.write(
            f"Créés : {resultat['crees']}, modifiés : {resultat['modifies']}, "
            f"inchangés : {resultat['inchanges']}, rejetés : {resultat['rejetes']}."
        )
        for rejet in resultat["anomalies"][:REJETS_MONTRES]:
            self.stderr.write(f"Ligne {rejet['ligne']} : {rejet['motif']}")
        if (reste := resultat["rejetes"] - REJETS_MONTRES) > 0:
            self.stderr.write(f"… et {autres(reste)} : --rejets les garde toutes.")
        if not resultat["execute"]:
            self.stdout.write("Essai à blanc : rien n’est écrit. Ajoutez --executer pour le faire.")
