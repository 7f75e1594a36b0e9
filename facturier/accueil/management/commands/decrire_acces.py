"""Write the page of addresses and roles."""

from typing import Any

from facturier.accueil.documentation import page_acces
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """`manage.py decrire_acces`."""

    requires_migrations_checks = False  # reads the code alone
    help = "Écrit en Markdown la table des adresses et des rôles qu’elles servent."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Return the page."""
        return {"page": page_acces()}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Print the page."""
        self.stdout.write(resultat["page"], ending="")
