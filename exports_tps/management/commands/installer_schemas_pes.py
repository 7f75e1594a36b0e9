"""Install the official schemas from the archive that the DGFiP publishes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from exports_tps.schemas_officiels import installer_schemas
from facturier.commun.commandes import CommandeMetier, MauvaisUsage


class Command(CommandeMetier):
    """Nothing is downloaded: the archive is handed in."""

    help = "Installe les schémas officiels PES V2 depuis l’archive de la DGFiP (ZIP)."
    requires_migrations_checks = False

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Archive and destination."""
        parser.add_argument("archive", type=Path)
        parser.add_argument("--dossier", type=Path, help="PES_XSD_DIR ou var/schemas par défaut")
        parser.add_argument("--remplacer", action="store_true", help="remplace un dossier existant")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Unpack and load the schemas."""
        if not options["archive"].is_file():
            raise MauvaisUsage(f"L’archive {options['archive']} n’existe pas.")
        defaut = Path(settings.PES_XSD_DIR) if settings.PES_XSD_DIR else settings.VAR / "schemas"
        dossier = options["dossier"] or defaut
        nombre = installer_schemas(
            options["archive"], dossier=dossier, remplacer=options["remplacer"]
        )
        return {"fichiers": nombre, "dossier": str(dossier)}
