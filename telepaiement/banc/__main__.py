"""Command line: `python -m telepaiement.banc --port 12111 [options]`."""

import argparse
import errno
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from telepaiement.banc.confirmation import regler_plus_tard
from telepaiement.banc.litiges import contester_plus_tard
from telepaiement.banc.ordonnanceur import Ordonnanceur
from telepaiement.banc.registre import Registre, Reglages
from telepaiement.banc.remboursements import finir_remboursement
from telepaiement.banc.serveur import Serveur

PORT_MAXIMAL = 65_535
DELAI_MAXIMAL = 3600
TACHES = {
    "regler": regler_plus_tard,
    "contester": contester_plus_tard,
    "finir_remboursement": finir_remboursement,
}


def _arguments(ligne: list[str] | None) -> argparse.Namespace:
    defauts = Reglages()
    lecteur = argparse.ArgumentParser(
        prog="telepaiement.banc",
        description="Banc Stripe\u202f: tient lieu de Stripe pour la démonstration et les essais.",
    )
    lecteur.add_argument("--port", type=_port, default=12111, help="0 : un port libre")
    lecteur.add_argument("--webhook-url", type=_adresse, help="où envoyer les webhooks")
    lecteur.add_argument("--webhook-secret", default=defauts.secret_webhook, help="whsec_…")
    lecteur.add_argument("--cle-secrete", default=defauts.cle_secrete, help="sk_test_…")
    lecteur.add_argument("--cle-publique", default=defauts.cle_publique, help="pk_test_…")
    lecteur.add_argument(
        "--delai-webhook", type=_duree, default=defauts.delai_webhook, help="en secondes"
    )
    lecteur.add_argument("--etat", type=Path, help="fichier où garder l’état entre deux lancements")
    return lecteur.parse_args(ligne)


def _port(texte: str) -> int:
    if not texte.isdecimal() or int(texte) > PORT_MAXIMAL:
        raise argparse.ArgumentTypeError("le port est un nombre de 0 à 65535")
    return int(texte)


def _duree(texte: str) -> float:
    try:
        duree = float(texte)
    except ValueError:
        duree = -1.0
    if not 0 <= duree <= DELAI_MAXIMAL:
        raise argparse.ArgumentTypeError("le délai est un nombre de secondes, de 0 à 3600")
    return duree


def _adresse(texte: str) -> str:
    parties = urlsplit(texte)
    if parties.scheme not in ("http", "https") or not parties.hostname:
        raise argparse.ArgumentTypeError("l’adresse commence par http:// ou https://")
    return texte


def main(ligne: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return 0, or 2 when the bench cannot start."""
    arguments = _arguments(ligne)
    try:
        serveur = Serveur(arguments.port)
    except OSError as erreur:
        dit = "est déjà pris" if erreur.errno == errno.EADDRINUSE else "n’est pas permis"
        return _refuser(
            f"Le port {arguments.port} {dit}\u202f: choisissez-en un autre avec --port."
        )
    reglages = Reglages(
        cle_secrete=arguments.cle_secrete,
        cle_publique=arguments.cle_publique,
        url_webhook=arguments.webhook_url or "",
        secret_webhook=arguments.webhook_secret,
        delai_webhook=arguments.delai_webhook,
        adresse=serveur.adresse,
    )
    try:
        serveur.registre = Registre(reglages, arguments.etat)
        serveur.registre.enregistrer()
    except (OSError, ValueError, KeyError, TypeError):
        serveur.server_close()
        return _refuser(f"Le fichier d’état {arguments.etat} ne peut être lu ou écrit.")
    _servir(serveur)
    return 0


def _refuser(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


def _servir(serveur: Serveur) -> None:
    ordonnanceur = Ordonnanceur(serveur.registre, TACHES)

    def arreter(*_: object) -> None:
        serveur.arret.set()
        # shutdown() waits for serve_forever(), which this thread is running.
        threading.Thread(target=serveur.shutdown).start()

    signal.signal(signal.SIGTERM, arreter)
    signal.signal(signal.SIGINT, arreter)
    ordonnanceur.start()
    print(
        f"Banc Stripe\u202f: {serveur.adresse} (panneau\u202f: {serveur.adresse}/panneau)",
        flush=True,
    )
    try:
        serveur.serve_forever(poll_interval=0.1)
    finally:
        serveur.server_close()
        ordonnanceur.arreter()
        with serveur.registre.verrou:
            serveur.registre.enregistrer()


if __name__ == "__main__":
    sys.exit(main())
