"""The HTTP server: 127.0.0.1 only, one thread per connection, HTTP/1.1."""

import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from telepaiement.banc.api import Reponse, Requete, SansReponse, en_json, repondre
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.pages import repondre_hors_api
from telepaiement.banc.registre import Registre

TAILLE_MAXIMALE = 1_000_000
# How long a lost answer keeps the caller waiting before the connection closes, in seconds.
ATTENTE_PERDUE = 120.0
_ENTETES_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, stripe-version, idempotency-key",
    "Access-Control-Expose-Headers": "request-id, idempotent-replayed",
    "Access-Control-Max-Age": "300",
}


class Serveur(ThreadingHTTPServer):
    """Listens on the loopback interface and answers from one `Registre`."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Gestionnaire)
        self.registre: Registre
        self.arret = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that hung up, which the faults asked for make usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def adresse(self) -> str:
        """The address to open, with the port really taken."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Gestionnaire(BaseHTTPRequestHandler):
    """Reads a request whole, has it answered, writes the answer."""

    protocol_version = "HTTP/1.1"
    server_version = "banc"
    sys_version = ""
    timeout = 60
    disable_nagle_algorithm = True  # the body leaves at once behind the headers
    server: Serveur

    def do_GET(self) -> None:
        """Answer a GET."""
        self._traiter()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._traiter()

    def do_DELETE(self) -> None:
        """Answer a DELETE, which no route has."""
        self._traiter()

    def do_OPTIONS(self) -> None:
        """Answer the question a browser asks before a call from another origin."""
        self._ecrire(Reponse(statut=HTTPStatus.NO_CONTENT, corps=b""))

    def _traiter(self) -> None:
        requete = self._lire_requete()
        if requete is None:
            return
        try:
            self._ecrire(self._repondre(requete))
        except SansReponse:
            self.server.arret.wait(ATTENTE_PERDUE)
            self.close_connection = True

    def _repondre(self, requete: Requete) -> Reponse:
        if requete.chemin.startswith("/v1/"):
            return repondre(self.server.registre, requete)
        try:
            return repondre_hors_api(self.server.registre, requete)
        except ErreurStripe as erreur:
            return en_json(erreur.enveloppe(), erreur.statut)

    def _lire_requete(self) -> Requete | None:
        """Return the request; None after having refused its size, or when its caller died in it."""
        longueur = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not longueur.isdecimal():
            self._refuser(411, "Content-Length is required.")
            return None
        if int(longueur) > TAILLE_MAXIMALE:
            self._refuser(413, f"The body must be at most {TAILLE_MAXIMALE} bytes.")
            return None
        corps = self.rfile.read(int(longueur))
        if len(corps) < int(longueur):
            self.close_connection = True
            return None
        adresse = urlsplit(self.path)
        return Requete(
            methode=self.command,
            chemin=adresse.path,
            question=adresse.query,
            corps=corps,
            entetes={nom.lower(): valeur for nom, valeur in self.headers.items()},
        )

    def _refuser(self, statut: int, message: str) -> None:
        self.close_connection = True
        self._ecrire(en_json(ErreurStripe(message).enveloppe(), statut))

    def _ecrire(self, reponse: Reponse) -> None:
        self.send_response(reponse.statut)
        entetes = {
            "Content-Type": reponse.nature,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **reponse.entetes,
        }
        if self.path.startswith(("/v1/", "/v3/", "/js/v3/")):
            entetes |= _ENTETES_CORS
        if reponse.statut != HTTPStatus.NO_CONTENT:
            entetes["Content-Length"] = str(len(reponse.corps))
        if self.close_connection:
            entetes["Connection"] = "close"
        for nom, valeur in entetes.items():
            self.send_header(nom, valeur)
        self.end_headers()
        self.wfile.write(reponse.corps)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no access log: addresses hold client secrets."""
