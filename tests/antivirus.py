"""A stand-in for clamd: it speaks INSTREAM over a socket, and finds one signature."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNATURE = b"SIGNATURE-DE-VIRUS-POUR-ESSAI"


class ServeurInstream(socketserver.BaseRequestHandler):
    """Speaks the INSTREAM command of clamd."""

    def handle(self) -> None:
        flux = self.request.makefile("rb")
        assert flux.read(10) == b"zINSTREAM\0"
        recu = b""
        while taille := struct.unpack(">I", flux.read(4))[0]:
            recu += flux.read(taille)
        flux.close()
        reponse = b"stream: Essai FOUND" if SIGNATURE in recu else b"stream: OK"
        self.request.sendall(reponse + b"\0")


@contextmanager
def clamd() -> Iterator[str]:
    """Run it on a free port, and lend its address."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), ServeurInstream) as serveur:
        fil = threading.Thread(target=serveur.serve_forever)
        fil.start()
        yield f"127.0.0.1:{serveur.server_address[1]}"
        serveur.shutdown()
        fil.join()
