"""`importer_releve`: keep the movements of a bank statement; dry unless `--executer` is given."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage
from facturier.commun.fichiers import FichierRefuse
from telepaiement.releves import importer


class Command(CommandeMetier):
    """The same file, or one that overlaps it, adds nothing twice."""

    help = "Importe un relevé bancaire (CAMT.053 ou CSV)."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and the go-ahead."""
        parser.add_argument("fichier", type=Path)
        parser.add_argument("--executer", action="store_true", help="garde, au lieu de compter")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Import, and tell the rejected lines."""
        fichier: Path = options["fichier"]
        try:
            bilan = importer(
                fichier.read_bytes(),
                nom=fichier.name,
                par=Utilisateur.objects.systeme(),
                executer=options["executer"],
            )
        except OSError as erreur:
            raise MauvaisUsage(f"Impossible de lire {fichier} : {cause(erreur)}.") from erreur
        except FichierRefuse as refus:
            raise MauvaisUsage(str(refus)) from refus
        for ligne, reference, motif in bilan.rejets:
            self.stderr.write(f"ligne {ligne} ({reference or 'sans référence'}) : {motif}")
        return bilan.en_objet() | {"execute": options["executer"]}
