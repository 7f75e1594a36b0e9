"""`cloturer_caisse`: close a till from the command line, under the name of who counted it."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError

from facturier.acces.models import Utilisateur
from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from facturier.commun.etats import ActeInterdit
from telepaiement.caisse import session_ouverte
from telepaiement.cloture import Pointage, cloturer_caisse


class Command(CommandeMetier):
    """The count is given by whoever counted."""

    help = "Clôture la caisse ouverte d’un agent."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the agent and the count."""
        parser.add_argument("--agent", required=True, help="adresse électronique")
        parser.add_argument(
            "--comptees",
            required=True,
            help="décompte des espèces : 10000=2;1000=5;100=3 (coupure=nombre)",
        )
        parser.add_argument("--terminal", type=int, default=0, help="total du terminal, en francs")
        parser.add_argument("--tickets", type=int, default=0, help="nombre de tickets du terminal")
        parser.add_argument("--cheques", type=int, default=0, help="nombre de chèques")
        parser.add_argument(
            "--par", help="qui clôture, s’il n’est pas l’agent : adresse du régisseur ou suppléant"
        )
        parser.add_argument(
            "--absence", default="", help="pourquoi l’agent ne clôture pas lui-même"
        )
        parser.add_argument("--motif", default="", help="motif de l’écart")
        parser.add_argument(
            "--reporter", action="store_true", help="reporte les paiements au lecteur à vérifier"
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Close the till."""
        agent = Utilisateur.objects.filter(email=options["agent"].lower()).first()
        session = session_ouverte(agent) if agent else None
        if agent is None or session is None:
            raise MauvaisUsage(f"Aucune caisse ouverte pour {options['agent']}.")
        adresse = options["par"] or agent.email
        par = Utilisateur.objects.filter(email=adresse.lower()).first()
        if par is None:
            raise MauvaisUsage(f"Personne n’a l’adresse {adresse}.")
        try:
            close = cloturer_caisse(
                session_id=session.pk,
                coupures=lire_decompte(options["comptees"]),
                motif_ecart=options["motif"],
                pointage=Pointage(
                    terminal=options["terminal"],
                    tickets=options["tickets"],
                    cheques=options["cheques"],
                ),
                motif_absence=options["absence"],
                par=par,
                reporter=options["reporter"],
            )
        except ValidationError as erreur:
            raise Refus(" ".join(erreur.messages)) from erreur
        except ActeInterdit as erreur:
            raise Refus(str(erreur)) from erreur
        return {"numero": close.numero, "ecart": close.ecart, "empreinte": close.empreinte}


def lire_decompte(texte: str) -> dict[int, int]:
    """Read `10000=2;1000=5`: face values in whole francs, and how many of each.

    Raises:
        MauvaisUsage: it cannot be read.
    """
    try:
        paires = [paire.split("=") for paire in filter(None, texte.split(";"))]
        return {int(valeur): int(nombre) for valeur, nombre in paires}
    except ValueError as erreur:
        raise MauvaisUsage(
            f"Décompte illisible : « {texte} ». Écrivez par exemple 10000=2;1000=5."
        ) from erreur
