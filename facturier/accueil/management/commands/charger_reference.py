"""Load the reference data that every installation needs."""

from typing import Any

from django.conf import settings
from django.core.management import call_command

from facturier.commun.commandes import CommandeMetier
from facturier.grand_livre.reference import charger_reference

LISTES = ("motifs_retour.json", "exigences_pieces.json")


class Command(CommandeMetier):
    """`manage.py charger_reference`."""

    help = (
        "Crée les données de référence qui manquent (budgets, journaux, comptes, paramètres) "
        "et met à jour les motifs de retour et les pièces exigées."
    )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Load the files and return the counts by kind."""
        comptes = charger_reference()
        for liste in LISTES:
            call_command("loaddata", settings.RACINE / "fixtures" / liste, verbosity=0)
        return {"reference": comptes, "listes": list(LISTES)}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell how many rows of each kind the files hold."""
        for genre, nombre in resultat["reference"].items():
            self.stdout.write(f"{genre} : {nombre}")
