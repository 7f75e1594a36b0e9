"""Create the people and data of the demonstration."""

from typing import Any

from facturier.accueil.demonstration import (
    MOT_DE_PASSE,
    DemonstrationInterdite,
    charger_demonstration,
)
from facturier.commun.commandes import CommandeMetier, Refus


class Command(CommandeMetier):
    """`manage.py charger_demonstration`."""

    help = "Crée les personnes et les données de la démonstration (jamais en production)."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Load what is missing, and return the accounts."""
        try:
            personnes = charger_demonstration()
        except DemonstrationInterdite as erreur:
            raise Refus(str(erreur)) from erreur
        return {
            "mot_de_passe": MOT_DE_PASSE,
            "comptes": [
                {"courriel": p.email, "nom": p.nom_complet, "roles": sorted(p.roles)}
                for p in personnes
            ],
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Show the accounts as a table."""
        self.stdout.write(f"Mot de passe de tous les comptes : {resultat['mot_de_passe']}")
        for compte in resultat["comptes"]:
            roles = ", ".join(compte["roles"])
            self.stdout.write(f"  {compte['courriel']:<44} {compte['nom']:<18} {roles}")
