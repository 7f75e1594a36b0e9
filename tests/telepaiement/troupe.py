"""Processes born by fork, killed by SIGKILL and born again within milliseconds."""

import gc
import os
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.wsgi import get_wsgi_application
from django.db import connections


class _Silencieux(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Keep no access log."""

    def address_string(self) -> str:
        return str(self.client_address[0])


def servir(prise: socket.socket) -> None:
    """Serve the product on a listening socket that outlives the process, and never return.

    Several processes may share the socket, as those of a web server do: what comes while one is
    dead goes to another, or waits for the next.
    """
    serveur = WSGIServer(prise.getsockname(), _Silencieux, bind_and_activate=False)
    serveur.socket.close()
    serveur.socket = prise
    serveur.server_name, serveur.server_port = prise.getsockname()
    serveur.setup_environ()
    serveur.set_app(get_wsgi_application())
    serveur.serve_forever(poll_interval=0.5)


class Troupe:
    """Named roles, each played by a process of its own.

    A role that ends has done its work; `fautes` names those that an exception ended.
    """

    def __init__(self, roles: dict[str, Callable[[], Any]]) -> None:
        self.roles = roles
        self.vivants: dict[str, int] = {}
        self.arrets: dict[str, int] = dict.fromkeys(roles, 0)
        self.fautes: list[str] = []
        gc.collect()
        gc.freeze()  # what is loaded stays shared with the children
        for nom in roles:
            self._naitre(nom)

    def _naitre(self, nom: str) -> None:
        connections.close_all()  # a connection must not be shared by two processes
        enfant = os.fork()
        if enfant == 0:
            code = 1
            try:
                self.roles[nom]()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        self.vivants[nom] = enfant

    def remplacer(self, nom: str) -> None:
        """Kill a role, which has no time for anything, and have another take its place."""
        self._tuer(nom)
        self.arrets[nom] += 1
        self._naitre(nom)

    def _tuer(self, nom: str) -> None:
        os.kill(self.vivants[nom], signal.SIGKILL)
        os.waitpid(self.vivants.pop(nom), 0)

    def relever(self) -> None:
        """Notice those that ended by themselves."""
        for nom, enfant in list(self.vivants.items()):
            mort, statut = os.waitpid(enfant, os.WNOHANG)
            if mort:
                del self.vivants[nom]
                if statut:
                    self.fautes.append(nom)

    def attendre(self, noms: Iterable[str], secondes: float) -> None:
        """Wait until these roles have ended by themselves."""
        fin = time.monotonic() + secondes
        while set(noms) & set(self.vivants) and time.monotonic() < fin:
            time.sleep(0.05)
            self.relever()

    def congedier(self) -> None:
        """Kill all that is left."""
        self.relever()
        for nom in list(self.vivants):
            self._tuer(nom)
        gc.unfreeze()
