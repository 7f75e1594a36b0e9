"""Make an installation of the demonstration ready to serve."""

from io import StringIO
from typing import Any

from django.core.management import call_command

from facturier.accueil.demonstration import (
    MOT_DE_PASSE,
    DemonstrationInterdite,
    charger_demandes,
    charger_demonstration,
    refuser_en_production,
)
from facturier.accueil.demonstration_budget import regler_budget_et_parapheur
from facturier.accueil.passe import charger_passe
from facturier.commun.commandes import CommandeMetier, Refus

INSTALLATION: tuple[tuple[str, dict[str, Any]], ...] = (
    ("migrate", {}),
    ("collectstatic", {"interactive": False}),
    ("charger_reference", {}),
)


class Command(CommandeMetier):
    """`manage.py preparer_demonstration`."""

    help = (
        "Met à jour la base et les fichiers statiques, charge les données de référence, "
        "les personnes et les données de la démonstration (jamais en production)."
    )
    requires_migrations_checks = False  # it applies them

    def executer(self, **options: Any) -> dict[str, Any]:
        """Migrate, collect, load what is missing, and return the accounts."""
        try:
            refuser_en_production()
            for commande, options_commande in INSTALLATION:
                call_command(commande, verbosity=0, stdout=StringIO(), **options_commande)
            personnes = charger_demonstration()
            charger_passe()
            charger_demandes()
            regler_budget_et_parapheur()
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
