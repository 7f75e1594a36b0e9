"""Write the page of states and acts."""

from typing import Any

from facturier.accueil.documentation import page_etats
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """`manage.py decrire_etats`."""

    requires_migrations_checks = False  # reads the code alone
    help = "Écrit en Markdown la table des états, des actes et des rôles de chaque modèle."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Return the page."""
        return {"page": page_etats()}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Print the page."""
        self.stdout.write(resultat["page"], ending="")
