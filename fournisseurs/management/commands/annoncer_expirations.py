"""`manage.py annoncer_expirations`: announce documents that run out within thirty days."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from fournisseurs.expirations import annoncer_expirations


class Command(CommandeMetier):
    """Write once to the établissements whose documents are about to run out."""

    help = "Annonce par courriel, une fois, les documents qui expirent dans les trente jours."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Announce, and say how many."""
        return annoncer_expirations()
