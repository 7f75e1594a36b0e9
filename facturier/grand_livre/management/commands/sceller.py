"""Number, chain and balance the entries that wait (conception.md, decision 3)."""

from typing import Any

from facturier.commun.commandes import CommandeMetier
from facturier.grand_livre.scellement import sceller


class Command(CommandeMetier):
    """`manage.py sceller`."""

    help = "Numérote et chaîne les écritures en attente, et met les soldes à jour."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Seal everything that waits."""
        bilan = sceller()
        return {"ecritures_scellees": bilan.ecritures, "chaines": bilan.chaines}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell how many entries were sealed, and the head of each chain."""
        self.stdout.write(f"{resultat['ecritures_scellees']} écriture(s) scellée(s)")
        for chaine, empreinte in resultat["chaines"].items():
            self.stdout.write(f"  journal {chaine} : {empreinte}")
