"""Send the flux that are constituted; safe to run again at any moment."""

from argparse import ArgumentParser
from typing import Any

from exports_tps.transmission import transmettre_en_attente
from facturier.acces.models import Utilisateur
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """The outbox to the treasury."""

    help = "Transmet à la Trésorerie les flux constitués."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Which flux."""
        parser.add_argument(
            "--flux", type=int, action="append", default=[], metavar="NUMERO", help="tous sinon"
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Send each one; a failure does not keep the others from leaving."""
        systeme = Utilisateur.objects.systeme()
        transmis, anomalies = transmettre_en_attente(par=systeme, numeros=options["flux"])
        for anomalie in anomalies:
            self.stderr.write(anomalie)
        return {"transmis": [flux.nom_physique for flux in transmis], "anomalies": anomalies}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """One line per file."""
        for nom in resultat["transmis"]:
            self.stdout.write(f"Transmis : {nom}")
        if not resultat["transmis"] and not resultat["anomalies"]:
            self.stdout.write("Aucun flux constitué n’attend d’être transmis.")
