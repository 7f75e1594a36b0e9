"""Recompute the whole ledger by another road, and the payments against it."""

from dataclasses import asdict
from typing import Any

from facturier.accueil.verification import CONTROLES, verifier
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """`manage.py verifier_grand_livre`."""

    help = "Recalcule le grand livre par un autre chemin et nomme chaque anomalie (code 1)."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Run every check."""
        return {
            "controles": len(CONTROLES),
            "anomalies": [asdict(anomalie) for anomalie in verifier()],
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Name each anomaly on standard error, or say that there is none."""
        for trouvee in resultat["anomalies"]:
            self.stderr.write(f"{trouvee['objet']} : {trouvee['detail']} ({trouvee['controle']})")
        if not resultat["anomalies"]:
            controles = resultat["controles"]
            self.stdout.write(f"Grand livre vérifié : {controles} contrôles, rien à dire.")
