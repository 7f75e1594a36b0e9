"""manage.py comparer_ridet: what the register says of our établissements that we do not."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from facturier.commun.typographie import autres
from fournisseurs.models import EcartRegistre
from fournisseurs.registre.comparaison import comparer
from fournisseurs.reprise.colonnes import FichierIllisible

MONTRES = 20


class Command(CommandeMetier):
    """Dry by default: says what differs, and keeps nothing."""

    help = "Compare nos établissements avec un extrait du registre RIDET (sans rien garder)"

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the file, `--executer` and `--extrait-le`."""
        parser.add_argument("fichier", type=Path, help="extrait du registre, CSV ou XLSX")
        parser.add_argument(
            "--executer", action="store_true", help="garder l’extrait et les écarts"
        )
        parser.add_argument(
            "--extrait-le",
            default="",
            metavar="AAAA-MM-JJ",
            help="jour de l’extrait (aujourd’hui par défaut)",
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Compare, and return counts and differences; each of them makes the command exit 1."""
        fichier: Path = options["fichier"]
        if not fichier.is_file():
            raise MauvaisUsage(f"Le fichier {fichier} n’existe pas.")
        jour = _jour(options["extrait_le"])
        try:
            trouve = comparer(fichier, extrait_le=jour, executer=options["executer"])
        except FichierIllisible as erreur:
            raise Refus(str(erreur)) from erreur
        return {
            "extraits": trouve.extraits,
            "compares": trouve.compares,
            **{nature.value: trouve.nombre(nature) for nature in EcartRegistre.Nature},
            "rejetes": len(trouve.rejets),
            "execute": options["executer"],
            "anomalies": [
                *(ecart.en_objet() for ecart in trouve.ecarts),
                *({"ligne": ligne, "motif": motif} for ligne, motif in trouve.rejets),
            ],
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, the first differences, and whether anything was kept."""
        self.stdout.write(
            f"Extrait : {resultat['extraits']} établissements, {resultat['rejetes']} lignes "
            f"rejetées. Comparés : {resultat['compares']}."
        )
        for nature in EcartRegistre.Nature:
            self.stdout.write(f"{nature.label} : {resultat[nature.value]}")
        for anomalie in resultat["anomalies"][:MONTRES]:
            self.stderr.write(_phrase(anomalie))
        if (reste := len(resultat["anomalies"]) - MONTRES) > 0:
            self.stderr.write(f"… et {autres(reste)} : --json les donne toutes.")
        if not resultat["execute"]:
            self.stdout.write("Essai à blanc : rien n’est gardé. Ajoutez --executer pour le faire.")


def _jour(saisie: str) -> date:
    try:
        return date.fromisoformat(saisie) if saisie else timezone.localdate()
    except ValueError:
        raise MauvaisUsage(
            f"« {saisie} » n’est pas un jour : écrivez par exemple 2026-10-01."
        ) from None


def _phrase(anomalie: dict[str, Any]) -> str:
    if "ligne" in anomalie:
        return f"Ligne {anomalie['ligne']} de l’extrait : {anomalie['motif']}"
    return (
        f"{anomalie['ridet']} ({anomalie['nature']}) : chez nous « {anomalie['notre']} », "
        f"au registre « {anomalie['registre']} »"
    )
