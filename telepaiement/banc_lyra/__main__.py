"""Command line: `python -m telepaiement.banc_lyra --port 12112 [options]`."""

import argparse
import signal
import sys
import threading

from telepaiement.banc_lyra.registre import Registre, Reglages
from telepaiement.banc_lyra.serveur import Serveur


def main(ligne: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return 0, or 2 when the port is taken."""
    defauts = Reglages()
    lecteur = argparse.ArgumentParser(
        prog="telepaiement.banc_lyra",
        description="Banc Lyra : tient lieu d’une banque de la famille Lyra pour les essais.",
    )
    lecteur.add_argument("--port", type=int, default=12112, help="0 : un port libre")
    lecteur.add_argument("--boutique", default=defauts.boutique)
    lecteur.add_argument("--cle", default=defauts.cle, help="clé des signatures")
    lecteur.add_argument("--mot-de-passe", default=defauts.mot_de_passe, help="de l’API REST")
    options = lecteur.parse_args(ligne)
    reglages = Reglages(
        boutique=options.boutique, cle=options.cle, mot_de_passe=options.mot_de_passe
    )
    try:
        serveur = Serveur(options.port, Registre(reglages))
    except OSError:
        print(f"Le port {options.port} est déjà pris : choisissez-en un autre.", file=sys.stderr)
        return 2

    def arreter(*_: object) -> None:
        serveur.arret.set()
        # shutdown() waits for serve_forever(), which this thread is running.
        threading.Thread(target=serveur.shutdown).start()

    signal.signal(signal.SIGTERM, arreter)
    signal.signal(signal.SIGINT, arreter)
    print(f"Banc Lyra : {serveur.adresse}", flush=True)
    serveur.serve_forever(poll_interval=0.1)
    serveur.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
