"""Starts the whole product on one machine: `python -m facturier.accueil.lancement`.

Prepares the database and the demonstration data, starts the benches of both gateways, the treasury
simulator, the web server and the worker on loopback, plays the circuit, then serves until Ctrl-C.
Cards are paid by the gateway asked for (`--passerelle`). All that was started is stopped together.
What each program says goes to `var/journaux/`.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

from facturier.commun.causes import cause

RACINE = Path(__file__).resolve().parents[2]
PORT_BANC, PORT_BANC_LYRA = 12111, 12112
PASSERELLES = ("stripe", "lyra")
DELAI_DEMARRAGE = 60  # seconds
BORNE = "borne-de-demonstration"
SIGNAUX = (signal.SIGINT, signal.SIGTERM)
DELAI_ARRET = 15  # seconds
DERNIER_PORT = 65_535


class LancementImpossible(Exception):
    """The product cannot start here; the message says why, in one line."""


@dataclass
class Lancement:
    """The programs started together, and what they share."""

    port: int
    var: Path
    port_banc: int = PORT_BANC
    port_banc_lyra: int = PORT_BANC_LYRA
    passerelle: str = ""  # "": that of the environment, else Stripe
    processus: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)
    comptes: str = ""

    @property
    def adresse(self) -> str:
        """Address of the site."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def banc(self) -> str:
        """Address of the Stripe bench."""
        return f"http://127.0.0.1:{self.port_banc}"

    @property
    def banc_lyra(self) -> str:
        """Address of the bench of the second gateway."""
        return f"http://127.0.0.1:{self.port_banc_lyra}"

    @property
    def environnement(self) -> dict[str, str]:
        """Variables of every program started; what the caller set prevails, made absolute."""
        schemas = RACINE.parent / "shared" / "pes_v2" / "xsd"
        return {
            "FACTURIER_ADRESSE": self.adresse,
            "STRIPE_API_BASE": self.banc,
            "STRIPE_JS_URL": f"{self.banc}/v3/",
            "LYRA_ADRESSE": self.banc_lyra,
            "PES_XSD_DIR": str(schemas) if schemas.is_dir() else "",
            "WEBHOOKS_VERS_LE_RESEAU_LOCAL": "1",
            "PAIEMENT_BORNE_CLE": BORNE,
            "PYTHONUNBUFFERED": "1",
            "TZ": "Pacific/Noumea",
            **os.environ,
            **({"PAIEMENT_PASSERELLE": self.passerelle} if self.passerelle else {}),
            "FACTURIER_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "facturier.settings",
        }

    def preparer(self) -> None:
        """Check the place, then bring the database and the demonstration data up to date.

        Raises:
            LancementImpossible: a port is taken, `var/` cannot be written, or a step fails.
        """
        self._verifier_dossier()
        self._verifier_port(self.port, "make demo PORT=8001")
        self._verifier_port(self.port_banc, "option --port-banc")
        self._verifier_port(self.port_banc_lyra, "option --port-banc-lyra")
        print("• Base, fichiers statiques, données de référence, démonstration…", flush=True)
        self.comptes = self.commander(["preparer_demonstration"], discret=True)

    def _verifier_dossier(self) -> None:
        try:
            for dossier in ("journaux", "tps/envois", "tps/retours", "file_attente/messages"):
                (self.var / dossier).mkdir(parents=True, exist_ok=True)
            (self.var / "file_attente" / "controle").mkdir(exist_ok=True)
            temoin = self.var / ".ecriture"
            temoin.touch()
            temoin.unlink()
        except OSError as erreur:
            raise LancementImpossible(
                f"Le dossier {self.var} ne peut pas être écrit, car {cause(erreur)} : "
                "corrigez cela, ou choisissez un autre dossier avec FACTURIER_VAR."
            ) from None

    def _verifier_port(self, port: int, remede: str) -> None:
        with socket.socket() as prise:
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                prise.bind(("127.0.0.1", port))
            except OSError:
                raise LancementImpossible(
                    f"Le port {port} est déjà pris sur 127.0.0.1 : arrêtez le programme qui "
                    f"l’occupe, ou choisissez-en un autre ({remede})."
                ) from None

    def commander(self, arguments: list[str], *, discret: bool = False) -> str:
        """Run one management command to its end; return what it says when it is `discret`.

        Raises:
            LancementImpossible: the command fails; its last lines are repeated.
        """
        resultat = subprocess.run(  # noqa: S603
            [sys.executable, str(RACINE / "manage.py"), *arguments, "--skip-checks"],
            env=self.environnement,
            stdout=subprocess.PIPE if discret else None,
            stderr=subprocess.PIPE if discret else None,
            check=False,
        )
        if resultat.returncode:
            fin = (resultat.stderr or b"").decode(errors="replace").strip().splitlines()[-1:]
            raise LancementImpossible(
                f"L’étape « {arguments[0]} » a échoué (code {resultat.returncode}). "
                + " ".join(fin)
            )
        return (resultat.stdout or b"").decode()

    def demarrer(self) -> None:
        """Start the benches, the simulator, the web server and the worker; wait until they answer.

        Raises:
            LancementImpossible: one of them stops, or does not answer in time.
        """
        for nom in self._programmes():
            self.relancer(nom)

    def relancer(self, nom: str) -> None:
        """Start program `nom`, and wait until it answers if it is one that answers.

        Raises:
            LancementImpossible: it stops, or does not answer in time.
        """
        commande, adresse = self._programmes()[nom]
        self._lancer(nom, commande)
        if adresse:
            self._attendre(adresse)

    def _programmes(self) -> dict[str, tuple[list[str], str]]:
        """Return the command of each program, and the address at which it tells it is ready."""
        module = [sys.executable, "-m"]
        serveur = [
            *(*module, "gunicorn", "facturier.wsgi", "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
            *("--preload", "--access-logfile", "-"),
            *("--logger-class", "facturier.commun.journal_acces.JournalAcces"),
        ]
        taches = [
            *(*module, "celery", "-A", "facturier.celery", "worker", "--beat"),
            *("--concurrency", "1", "--loglevel", "INFO"),
            *("--schedule", str(self.var / "file_attente" / "calendrier")),
        ]
        banc = [*module, "telepaiement.banc", *self._options_banc()]
        banc_lyra = [*module, "telepaiement.banc_lyra", "--port", str(self.port_banc_lyra)]
        simulateur = [*module, "exports_tps.simulateur", *self._options_tps()]
        return {
            "banc Stripe": (banc, f"{self.banc}/sante"),
            "banc Lyra": (banc_lyra, f"{self.banc_lyra}/sante"),
            "simulateur TPS": (simulateur, ""),
            "serveur web": (serveur, f"{self.adresse}/sante/prete"),
            "tâches de fond": (taches, ""),
        }

    def _options_banc(self) -> list[str]:
        return [
            *("--port", str(self.port_banc)),
            *("--webhook-url", f"{self.adresse}/telepaiement/stripe/"),
            *("--webhook-secret", "whsec_demonstration"),
            *("--cle-secrete", "sk_test_demonstration"),
            *("--cle-publique", "pk_test_demonstration"),
            *("--etat", str(self.var / "banc_stripe.json")),
        ]

    def _options_tps(self) -> list[str]:
        options = [
            *("--envois", str(self.var / "tps" / "envois")),
            *("--retours", str(self.var / "tps" / "retours")),
            *("--etat", str(self.var / "tps" / "simulateur.sqlite3")),
            *("--autorites", str(self.var / "cles" / "signature" / "autorites.pem")),
            *("--intervalle", "1"),
        ]
        schemas = self.environnement["PES_XSD_DIR"]
        return [*options, "--schemas", schemas] if schemas else options

    def _lancer(self, nom: str, commande: list[str]) -> None:
        journal = (self.var / "journaux" / f"{nom.replace(' ', '_').lower()}.log").open("ab")
        processus = subprocess.Popen(  # noqa: S603
            commande,
            cwd=RACINE,
            env=self.environnement,
            stdout=journal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        journal.close()
        self.processus.append((nom, processus))

    def verifier(self) -> None:
        """Check that every program still runs.

        Raises:
            LancementImpossible: one of them has stopped.
        """
        for nom, processus in self.processus:
            if processus.poll() is not None:
                raise LancementImpossible(
                    f"Le programme « {nom} » s’est arrêté (code {processus.returncode}) : "
                    f"voyez {self.var / 'journaux'}."
                )

    def _attendre(self, adresse: str) -> None:
        fin = time.monotonic() + DELAI_DEMARRAGE
        while time.monotonic() < fin:
            self.verifier()
            try:
                with urllib.request.urlopen(adresse, timeout=2):  # noqa: S310
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        raise LancementImpossible(f"{adresse} ne répond pas après {DELAI_DEMARRAGE} secondes.")

    def arreter(self) -> None:
        """Stop everything, last started first; insist after a while, and deaf to impatience."""
        _ignorer_les_signaux()
        for _, processus in reversed(self.processus):
            processus.terminate()
        for _, processus in reversed(self.processus):
            with suppress(subprocess.TimeoutExpired):
                processus.wait(DELAI_ARRET)
            with suppress(ProcessLookupError):
                os.killpg(processus.pid, signal.SIGKILL)  # what the program itself left behind
            processus.wait()
        self.processus.clear()


class Interruption(Exception):
    """Ctrl-C, or a request to stop."""


def _interrompre(numero: int, cadre: FrameType | None) -> None:
    """Stop once: a second signal on its way would cut the stopping itself short."""
    _ignorer_les_signaux()
    raise Interruption


def _ignorer_les_signaux() -> None:
    for numero in SIGNAUX:
        signal.signal(numero, signal.SIG_IGN)


def _servir(lancement: Lancement) -> None:
    print(
        f"\n{lancement.comptes}\nLe site est servi sur {lancement.adresse}\n"
        f"  borne de paiement : {lancement.adresse}/payer/borne/"
        f"{lancement.environnement['PAIEMENT_BORNE_CLE']}/\n"
        f"  panneau du banc Stripe : {lancement.banc}/panneau\n"
        f"  panneau du banc Lyra (EpayNC) : {lancement.banc_lyra}/panneau\n"
        f"  journaux : {lancement.var / 'journaux'}\n"
        "Ctrl-C arrête tout.",
        flush=True,
    )
    while True:
        lancement.verifier()
        time.sleep(1)


class Analyseur(argparse.ArgumentParser):
    """A command line explained in French; wrong use exits 2."""

    def error(self, message: str) -> NoReturn:
        """Say what the options are."""
        self.exit(2, f"Commande incomprise ({message}). Options : {self.prog} --help\n")


def _port(texte: str) -> int:
    if not (texte.isdecimal() and 0 < int(texte) <= DERNIER_PORT):
        raise argparse.ArgumentTypeError(f"« {texte} » n’est pas un port de 1 à {DERNIER_PORT}")
    return int(texte)


def _lire_options(arguments: list[str] | None) -> argparse.Namespace:
    analyseur = Analyseur(
        prog="python -m facturier.accueil.lancement",
        description="Prépare la démonstration, joue le circuit et sert le site.",
    )
    analyseur.add_argument("--port", type=_port, default=8000, help="port du site (8000)")
    analyseur.add_argument("--port-banc", type=_port, default=PORT_BANC, help="port du banc Stripe")
    analyseur.add_argument(
        "--port-banc-lyra", type=_port, default=PORT_BANC_LYRA, help="port du banc Lyra"
    )
    analyseur.add_argument(
        "--passerelle",
        choices=PASSERELLES,
        default="",
        help="passerelle qui encaisse les cartes (stripe) ; lyra : EpayNC",
    )
    analyseur.add_argument("--sans-servir", action="store_true", help="s’arrête après le circuit")
    analyseur.add_argument("--sans-circuit", action="store_true", help="sert sans jouer le circuit")
    options, inconnues = analyseur.parse_known_args(arguments)
    if inconnues:
        analyseur.error(f"option inconnue : {' '.join(inconnues)}")
    return options


def _jouer(lancement: Lancement, *, est_servi: bool) -> None:
    """Play the circuit; what somebody left half done may stop it, and is no reason not to serve.

    Raises:
        LancementImpossible: it does not hold, and nothing is to be served after it.
    """
    try:
        lancement.commander(["jouer_circuit"])
    except LancementImpossible as erreur:
        if not est_servi:
            raise
        print(f"{erreur}La démonstration s’ouvre quand même.", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Prepare, start, play and serve; return the exit code."""
    options = _lire_options(arguments)
    var = Path(os.environ.get("FACTURIER_VAR") or RACINE / "var").absolute()
    lancement = Lancement(
        options.port, var, options.port_banc, options.port_banc_lyra, options.passerelle
    )
    for numero in SIGNAUX:
        signal.signal(numero, _interrompre)
    try:
        lancement.preparer()
        lancement.demarrer()
        if not options.sans_circuit:
            _jouer(lancement, est_servi=not options.sans_servir)
        if not options.sans_servir:
            _servir(lancement)
    except Interruption:
        print("\nArrêt demandé.", flush=True)
    except LancementImpossible as erreur:
        print(str(erreur), file=sys.stderr)
        return 1
    finally:
        lancement.arreter()
    return 0


if __name__ == "__main__":
    sys.exit(main())
