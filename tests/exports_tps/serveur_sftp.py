"""A real SFTP server on the loopback, run in a thread: what the treasury offers, and its cuts."""

import asyncio
import threading
from contextlib import contextmanager
from pathlib import Path

import asyncssh


class ServeurSftp:
    """One server, its keys and its two folders; `couper_apres` bytes written, it hangs up.

    When it `est_muet`, it lets in and never opens a file; `refus` is what it answers to a write.
    """

    def __init__(self, racine: Path) -> None:
        self.racine = racine
        self.cle_hote = asyncssh.generate_private_key("ssh-ed25519")
        self.cle_client = asyncssh.generate_private_key("ssh-ed25519")
        self.couper_apres: int | None = None
        self.est_muet = False
        self.refus: asyncssh.SFTPError | None = None
        for boite in ("envois", "retours"):
            (racine / boite).mkdir(parents=True)
        self.fichier_cle = racine.parent / f"{racine.name}.cle"
        self.cle_client.write_private_key(self.fichier_cle)

    def reglage(self, **champs):
        """Return the setting `TPS_SFTP` of a client that knows this server."""
        return {
            "hote": "127.0.0.1",
            "port": self.port,
            "utilisateur": "province",
            "cle": str(self.fichier_cle),
            "cle_hote": self.cle_hote.export_public_key().decode().strip(),
            "envois": "/envois",
            "retours": "/retours",
        } | champs

    @contextmanager
    def servir(self):
        """Serve until the end of the block."""
        boucle = asyncio.new_event_loop()
        fil = threading.Thread(target=boucle.run_forever, daemon=True)
        fil.start()
        ecoute = asyncio.run_coroutine_threadsafe(self._ecouter(), boucle).result()
        self.port = ecoute.get_port()
        yield self
        asyncio.run_coroutine_threadsafe(_fermer(ecoute), boucle).result()
        boucle.call_soon_threadsafe(boucle.stop)
        fil.join()
        boucle.close()

    async def _ecouter(self):
        cles = asyncssh.import_authorized_keys(self.cle_client.export_public_key().decode())
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self.cle_hote],
            authorized_client_keys=cles,
            sftp_factory=lambda canal: _Sftp(canal, self),
        )


class _Sftp(asyncssh.SFTPServer):
    """The folders of the server, and the cut of the line."""

    def __init__(self, canal, serveur):
        super().__init__(canal, chroot=str(serveur.racine).encode())
        self._serveur = serveur
        self._ecrits = 0

    async def open(self, path, pflags, attrs):
        """Open a file, unless no answer is to come."""
        if self._serveur.est_muet:
            await asyncio.Event().wait()
        return super().open(path, pflags, attrs)

    def write(self, file_obj, offset, data):
        """Write, unless the line is to be cut or nothing is to be written."""
        if self._serveur.refus is not None:
            raise self._serveur.refus
        self._ecrits += len(data)
        limite = self._serveur.couper_apres
        if limite is not None and self._ecrits > limite:
            self.channel.get_connection().abort()
        return super().write(file_obj, offset, data)


async def _fermer(ecoute):
    ecoute.close()
    await ecoute.wait_closed()
