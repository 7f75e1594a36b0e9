"""manage.py relever_qualite: check every tiers and keep the quality of the base today."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from fournisseurs.qualite import relever_qualite


class Command(CommandeMetier):
    """Changes no tiers; the same day again replaces its row."""

    help = "Contrôle tous les tiers et garde la qualité de la base (chaque nuit de lui-même)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Check, and return the totals."""
        releve = relever_qualite()
        return {
            "tiers": releve.tiers,
            "score_moyen": releve.score_moyen,
            "sans_anomalie": releve.sans_anomalie,
            "rejetables": releve.rejetables,
        }
