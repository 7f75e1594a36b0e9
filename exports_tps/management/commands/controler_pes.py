"""Check any PES file, ours or not: anomalies with line and tag, exit 1 if one would be rejected."""

from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography import x509

from exports_tps.pes.controle import controler, ouvrir
from exports_tps.pes.messages import Anomalie, ErreurPES
from exports_tps.schemas_officiels import dossier_schemas
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage

LIMITE = 200


class Command(CommandeMetier):
    """Schema, rules and signatures of PES V2 files, whatever their root."""

    help = "Contrôle des fichiers PES V2 : schémas officiels, règles, signatures."
    requires_migrations_checks = False  # works without a database

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Files, and what to leave aside."""
        parser.add_argument("fichiers", nargs="+", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--sans-signature", action="store_true", help="fichier qui n’est pas encore signé"
        )
        parser.add_argument(
            "--autorites", type=Path, help="certificats de confiance (PEM) ; sinon, chaîne ignorée"
        )
        parser.add_argument(
            "--limite", type=int, default=LIMITE, help="anomalies citées par fichier"
        )

    def executer(self, **options: Any) -> dict[str, Any]:
        """Check each file; an unreadable one is an anomaly like another."""
        if options["limite"] < 1:
            raise MauvaisUsage("--limite vaut au moins 1.")
        autorites = _autorites(options["autorites"])
        fichiers = [
            _controler(
                fichier,
                sans_signature=options["sans_signature"],
                autorites=autorites,
                limite=options["limite"],
            )
            for fichier in options["fichiers"]
        ]
        return {
            "fichiers": fichiers,
            "schemas": dossier_schemas() is not None,
            "anomalies": sum(not fichier["conforme"] for fichier in fichiers),
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """One line per file on standard output, its anomalies on standard error."""
        for fichier in resultat["fichiers"]:
            verdict = "conforme" if fichier["conforme"] else "serait rejeté"
            self.stdout.write(f"{fichier['fichier']} : {verdict}")
            for anomalie in fichier["anomalies"]:
                lieu = f"ligne {anomalie['ligne']}, " if anomalie["ligne"] else ""
                self.stderr.write(
                    f"  {lieu}{anomalie['balise']} "
                    f"({anomalie['regle']}, {anomalie['niveau']}) : {anomalie['message']}"
                )
            if fichier["tronque"]:
                self.stderr.write("  … la suite n’est pas citée (--limite).")
        if not resultat["schemas"]:
            self.stdout.write("Schémas officiels absents : seules nos propres règles ont servi.")


def _autorites(fichier: Path | None) -> Sequence[x509.Certificate] | None:
    if fichier is None:
        return None
    try:
        with ouvrir(fichier) as contenu:
            return x509.load_pem_x509_certificates(contenu.read())
    except (OSError, ValueError) as erreur:
        raise MauvaisUsage(f"Autorités illisibles : {fichier}.") from erreur


def _controler(
    fichier: Path,
    *,
    sans_signature: bool,
    autorites: Sequence[x509.Certificate] | None,
    limite: int,
) -> dict[str, Any]:
    citees: list[dict[str, Any]] = []
    est_conforme, est_tronque = True, False
    try:
        anomalies = controler(
            fichier, schemas=dossier_schemas(), sans_signature=sans_signature, autorites=autorites
        )
        for anomalie in islice(anomalies, limite + 1):
            est_tronque = len(citees) == limite
            est_conforme &= not anomalie.est_bloquante
            if not est_tronque:
                citees.append(_decrire(anomalie))
        est_conforme &= not any(reste.est_bloquante for reste in anomalies)
    except (OSError, ErreurPES) as erreur:
        raison = f"{cause(erreur)}." if isinstance(erreur, OSError) else str(erreur)
        citees.append(_decrire(Anomalie(0, "fichier", "lecture", f"Illisible : {raison}")))
        est_conforme = False
    return {
        "fichier": str(fichier),
        "conforme": est_conforme,
        "anomalies": citees,
        "tronque": est_tronque,
    }


def _decrire(anomalie: Anomalie) -> dict[str, Any]:
    return {
        "ligne": anomalie.ligne,
        "balise": anomalie.balise,
        "regle": anomalie.regle,
        "niveau": str(anomalie.niveau),
        "message": anomalie.message,
    }
