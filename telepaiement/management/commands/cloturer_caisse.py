"""`cloturer_caisse`: close a till from the command line, for the agent who holds it."""

from argparse import ArgumentParser
from typing import Any

from facturier.acces.models import Utilisateur
from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from facturier.commun.etats import ActeInterdit
from telepaiement.caisse import session_ouverte
from telepaiement.cloture import cloturer_caisse


class Command(CommandeMetier):
    """The count is given by whoever counted."""

    help = "Clôture la caisse ouverte d’un agent."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the agent and the count."""
        parser.add_argument("--agent", required=True, help="adresse électronique")
        parser.add_argument("--comptees", type=int, required=True, help="espèces, en francs")
        parser.add_argument("--motif", default="", help="motif de l’écart")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Close the till."""
        agent = Utilisateur.objects.filter(email=options["agent"].lower()).first()
        session = session_ouverte(agent) if agent else None
        if agent is None or session is None:
            raise MauvaisUsage(f"Aucune caisse ouverte pour {options['agent']}.")
        try:
            close = cloturer_caisse(
                session_id=session.pk,
                especes_comptees=options["comptees"],
                motif_ecart=options["motif"],
                par=agent,
            )
        except ActeInterdit as erreur:
            raise Refus(str(erreur)) from erreur
        return {"numero": close.numero, "ecart": close.ecart, "empreinte": close.empreinte}
