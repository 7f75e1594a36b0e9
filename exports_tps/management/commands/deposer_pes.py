"""Drop PES_Aller files that the finance software of the province made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from exports_tps.depots import deposer_pes
from exports_tps.pes.controle import ouvrir
from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """Each file is checked and recorded by itself; the same file twice changes nothing."""

    help = "Dépose des fichiers PES_Aller produits par le logiciel financier de la province."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Which files."""
        parser.add_argument("fichiers", nargs="+", metavar="FICHIER", type=Path)

    def executer(self, **options: Any) -> dict[str, Any]:
        """Drop each file; one that is refused does not keep the others out."""
        systeme = Utilisateur.objects.systeme()
        deposes: list[str] = []
        anomalies: list[str] = []
        for fichier in options["fichiers"]:
            try:
                with ouvrir(fichier) as contenu:
                    flux = deposer_pes(contenu, nom=fichier.name, par=systeme)
                deposes.append(f"{fichier.name} : flux {flux.numero}")
            except OSError as erreur:
                anomalies.append(f"{fichier} : illisible, {cause(erreur)}.")
            except ValidationError as refus:
                anomalies += [f"{fichier.name} : {message}" for message in refus.messages]
        for anomalie in anomalies:
            self.stderr.write(anomalie)
        return {"deposes": deposes, "anomalies": anomalies}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """One line a file."""
        for depose in resultat["deposes"]:
            self.stdout.write(f"Déposé : {depose}")
