"""Archive what was exchanged with the treasury, for the chambre territoriale des comptes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from exports_tps.archivage import achever_archive, demander_archive
from facturier.acces.models import Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus


class Command(CommandeMetier):
    """Asks for an archive and makes it at once; the demand is kept, as that of a page is."""

    help = "Archive les échanges avec la Trésorerie : envois, réponses, preuves, documents."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """What, for whom, where."""
        parser.add_argument("--exercice", type=int, required=True)
        parser.add_argument(
            "--bordereau",
            action="append",
            default=[],
            metavar="REFERENCE",
            help="par exemple 2026-D-12 ; par défaut tout l’exercice",
        )
        parser.add_argument("--motif", required=True, help="pour qui, ou pourquoi")
        parser.add_argument("--sortie", type=Path, help="dossier où copier le fichier")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Make the archive; what prevents it makes the command exit 1."""
        sortie = options["sortie"]
        if sortie is not None and not sortie.is_dir():
            raise MauvaisUsage(f"Le dossier {sortie} n’existe pas.")
        archive = achever_archive(
            demander_archive(
                exercice=options["exercice"],
                references=" ".join(options["bordereau"]),
                motif=options["motif"],
                par=Utilisateur.objects.systeme(),
            )
        )
        if archive.erreur:
            raise Refus(archive.erreur)
        if sortie is not None:
            try:
                fichiers.sortir(archive.sha256, settings.DOCUMENTS_RACINE, sortie / archive.nom)
            except OSError as erreur:
                raise Refus(f"{archive.nom} n’a pas pu être copié : {cause(erreur)}.") from erreur
        return {
            "archive": archive.nom,
            "sha256": archive.sha256,
            "octets": archive.taille,
            "flux": archive.nombre_flux,
            "reponses": archive.nombre_messages,
            "a_conserver_jusqu_au": archive.conserver_jusqu_au,
        }
