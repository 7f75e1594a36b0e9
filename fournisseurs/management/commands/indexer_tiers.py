"""manage.py indexer_tiers: make again the words by which tiers are found."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from fournisseurs.models import Fournisseur
from fournisseurs.recherche import indexer


class Command(CommandeMetier):
    """Harmless at any time: words that are right stay."""

    help = "Refait les mots de recherche des tiers (sans effet sur ceux qui sont justes)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Index every tiers and return how many words changed."""
        cles = Fournisseur.objects.order_by("pk").values_list("pk", flat=True)
        return {"mots_changes": indexer(cles.iterator())}
