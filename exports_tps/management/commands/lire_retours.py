"""Read the inbox: acquittements and retours of the treasury, each applied once."""

from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from exports_tps.models import Reserve
from exports_tps.reserves import LOT
from exports_tps.retours import lire_retours
from facturier.commun.commandes import CommandeMetier, MauvaisUsage


class Command(CommandeMetier):
    """Resumable and harmless twice: the content of a file is its identity."""

    help = "Lit les acquittements et les retours de la Trésorerie."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Which folder."""
        parser.add_argument("dossier", nargs="?", type=Path, help="TPS_RETOURS par défaut")
        parser.add_argument(
            "--reprendre",
            action="store_true",
            help="réessaie les messages mis de côté ou illisibles",
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Apply what is new; files set aside or unreadable make the command exit 1."""
        dossier = options["dossier"]
        if dossier is not None and not dossier.is_dir():
            raise MauvaisUsage(f"Le dossier {dossier} n’existe pas.")
        bilan = lire_retours(dossier, reprendre=options["reprendre"])
        ecartes = [message for message in bilan.a_examiner if message.erreur]
        anomalies = [f"{message.nom} : {message.erreur}" for message in ecartes]
        for anomalie in anomalies + bilan.refuses:
            self.stderr.write(anomalie)
        for message in bilan.a_examiner:
            ouvertes = message.reserves.ouvertes().exclude(nature=Reserve.Nature.ECARTE)
            for reserve in ouvertes.iterator(chunk_size=LOT):
                self.stderr.write(f"{message.nom} : {reserve}")
        listes = {champ.name: getattr(bilan, champ.name) for champ in fields(bilan)}
        del listes["a_examiner"]
        return {**listes, "anomalies": anomalies + bilan.refuses}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Count the files by what became of them."""
        self.stdout.write(
            f"Appliqués : {len(resultat['appliques'])} ; déjà lus : {len(resultat['deja_lus'])} ; "
            f"mis de côté : {len(resultat['mis_de_cote'])} ; "
            f"illisibles : {len(resultat['en_erreur'])}"
        )
