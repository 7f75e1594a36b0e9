"""SFTP, as Passtrans or another relay offers it: pinned host key, key authentication.

The library is asynchronous and the product is not: each session has a loop of its own in a thread.
"""

import asyncio
import hashlib
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import asyncssh
from asyncssh.sftp import SFTPName

from exports_tps.transports import (
    PROVISOIRE,
    NomOccupe,
    TransportEnPanne,
    blocs,
    est_entier,
)
from facturier.commun.causes import cause
from facturier.commun.fichiers import TAILLE_BLOC, taille_lisible
from facturier.commun.heures import jour_et_heure

ATTENTE = 20  # seconds to connect, or without a sign of life
SILENCE = 120  # seconds for one request: a block of 4 MiB takes some thirty on a slow line
BLOC_SFTP = 4 * 1024 * 1024  # bytes handed over at once: the library asks for them side by side
COUPEE = "la connexion est coupée ou n’aboutit pas"
REFUS = {  # the answers that have a number of their own; for the others, see `_refus`
    asyncssh.FX_NO_SUCH_FILE: "un dossier ou un fichier n’existe pas",
    asyncssh.FX_NO_SUCH_PATH: "un dossier n’existe pas",
    asyncssh.FX_PERMISSION_DENIED: "l’accès y est refusé",
    asyncssh.FX_WRITE_PROTECT: "son disque est en lecture seule",
    asyncssh.FX_NO_SPACE_ON_FILESYSTEM: "son disque est plein",
    asyncssh.FX_QUOTA_EXCEEDED: "notre quota y est atteint",
    asyncssh.FX_FILE_ALREADY_EXISTS: "un fichier y porte déjà ce nom",
}
T = TypeVar("T")


class Sftp:
    """A server of the treasury; `serveur` is the setting `TPS_SFTP`."""

    def __init__(self, serveur: dict[str, Any], retours: Path) -> None:
        self._serveur = serveur
        self._retours = retours

    @property
    def adresse(self) -> str:
        """The outbox as an address."""
        serveur = self._serveur
        boite = serveur["envois"].rstrip("/")
        return f"sftp://{serveur['utilisateur']}@{serveur['hote']}:{serveur['port']}{boite}"

    @contextmanager
    def ouvrir(self) -> Iterator["SessionSftp"]:
        """Connect, and translate into French what the other side or the network says."""
        with _Boucle() as boucle, _en_francais():
            connexion = boucle.faire(self._connecter())
            try:
                client = boucle.faire(_client(connexion))
                yield SessionSftp(boucle, connexion, client, self._serveur["envois"])
            finally:
                boucle.faire(_fermer(connexion))

    def relever(self) -> list[str]:
        """Fetch what changed since it was last fetched: each file keeps its time of change."""
        self._retours.mkdir(parents=True, exist_ok=True)
        with self.ouvrir() as session:
            return list(session.relever(self._serveur["retours"], self._retours))

    async def _connecter(self) -> asyncssh.SSHClientConnection:
        serveur = self._serveur
        cle_hote = asyncssh.import_public_key(serveur["cle_hote"])
        return await asyncssh.connect(
            serveur["hote"],
            serveur["port"],
            username=serveur["utilisateur"],
            client_keys=[asyncssh.read_private_key(serveur["cle"])],
            known_hosts=([cle_hote], [], []),
            server_host_key_algs=_algorithmes(cle_hote),
            agent_path=None,
            config=None,
            password=None,
            preferred_auth="publickey",
            connect_timeout=ATTENTE,
            login_timeout=ATTENTE,
            keepalive_interval=ATTENTE,
            keepalive_count_max=2,
        )


class SessionSftp:
    """A connected client. Its methods raise what the library raises: `Sftp.ouvrir` explains it."""

    def __init__(
        self,
        boucle: "_Boucle",
        connexion: asyncssh.SSHClientConnection,
        client: asyncssh.SFTPClient,
        envois: str,
    ) -> None:
        self._boucle = boucle
        self._connexion = connexion
        self._client = client
        self._envois = envois.rstrip("/")

    def empreinte(self, nom: str) -> str | None:
        """Read back what bears `nom`."""
        relu = hashlib.sha256()
        try:
            self._boucle.faire(self._lire(self._chemin(nom), relu.update))
        except asyncssh.SFTPNoSuchFile:
            return None
        return relu.hexdigest()

    def ecrire(self, nom: str, source: BinaryIO) -> None:
        """Write by blocks, removed when refused; synchronised when the server knows how."""
        self._boucle.faire(self._ecrire(self._chemin(nom), source))

    def nommer(self, provisoire: str, nom: str) -> bool:
        """Rename in one step; a server without that of POSIX has its own."""
        return self._boucle.faire(self._nommer(self._chemin(provisoire), self._chemin(nom)))

    def nettoyer(self, prefixe: str) -> None:
        """Remove what killed senders left, when the server lets us see it."""
        self._boucle.faire(self._nettoyer(prefixe))

    def accuse(self, nom: str) -> str:
        """Tell size and time as the server keeps them, and by which key it proved itself."""
        return self._boucle.faire(self._accuse(self._chemin(nom)))

    def relever(self, distant: str, dossier: Path) -> Iterator[str]:
        """Yield the names of the files of `distant` that were brought to `dossier`."""
        for entree in self._boucle.faire(_repondre(self._client.readdir(distant))):
            if _est_nouveau(entree, dossier):
                self._rapporter(distant.rstrip("/"), entree, dossier)
                yield os.fsdecode(entree.filename)

    def _rapporter(self, distant: str, entree: SFTPName, dossier: Path) -> None:
        nom = os.fsdecode(entree.filename)
        provisoire = dossier / f".{nom}{PROVISOIRE}"
        with provisoire.open("wb") as copie:
            self._boucle.faire(self._lire(f"{distant}/{nom}", copie.write))
            copie.flush()
            os.fsync(copie.fileno())
        moment = entree.attrs.mtime or 0
        os.utime(provisoire, (moment, moment))
        os.rename(provisoire, dossier / nom)

    def _chemin(self, nom: str) -> str:
        return f"{self._envois}/{nom}"

    @asynccontextmanager
    async def _ouvert(self, chemin: str, mode: str) -> AsyncIterator[asyncssh.SFTPClientFile]:
        """Open a file; when its use fails, the connection ends and the file with it."""
        fichier = await _repondre(self._client.open(chemin, mode))
        yield fichier
        await _repondre(fichier.close())

    async def _lire(self, chemin: str, prendre: Callable[[Any], Any]) -> None:
        async with self._ouvert(chemin, "rb") as fichier:
            while bloc := await _repondre(fichier.read(TAILLE_BLOC)):
                prendre(bloc)

    async def _ecrire(self, chemin: str, source: BinaryIO) -> None:
        try:
            async with self._ouvert(chemin, "wb") as fichier:
                for bloc in blocs(source, BLOC_SFTP):
                    await _repondre(fichier.write(bloc))
                with suppress(asyncssh.SFTPOpUnsupported):
                    await _repondre(fichier.fsync())
        except asyncssh.SFTPError:
            with suppress(asyncssh.Error, TimeoutError):  # a full disk is left as it was
                await _repondre(self._client.remove(chemin))
            raise

    async def _nommer(self, provisoire: str, nom: str) -> bool:
        if await _repondre(self._client.exists(nom)):
            raise NomOccupe
        try:
            try:
                await _repondre(self._client.posix_rename(provisoire, nom))
            except asyncssh.SFTPOpUnsupported:
                await _repondre(self._client.rename(provisoire, nom))
        except asyncssh.SFTPNoSuchFile:
            return False
        return True

    async def _nettoyer(self, prefixe: str) -> None:
        try:
            for entree in await _repondre(self._client.readdir(self._envois)):
                nom = os.fsdecode(entree.filename)
                if nom.startswith(prefixe) and nom.endswith(PROVISOIRE):
                    await _repondre(self._client.remove(f"{self._envois}/{nom}"))
        except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile):
            return  # the outbox may be seen by its reader alone

    async def _accuse(self, chemin: str) -> str:
        version = self._connexion.get_extra_info("server_version")
        cle = self._connexion.get_server_host_key()
        serveur = f"{version}, clé {cle.get_fingerprint() if cle else 'inconnue'}"
        try:
            attributs = await _repondre(self._client.stat(chemin))
        except asyncssh.SFTPNoSuchFile:
            return f"déjà pris par le destinataire ; {serveur}"
        moment = datetime.fromtimestamp(attributs.mtime or 0, UTC)
        return (
            f"{taille_lisible(attributs.size or 0)}, écrit le "
            f"{jour_et_heure(moment, a_la_seconde=True)} UTC ; {serveur}"
        )


class _Boucle:
    """An event loop in a thread: a page, a task or a test may already have one of its own."""

    def __enter__(self) -> "_Boucle":
        self._boucle = asyncio.new_event_loop()
        self._fil = threading.Thread(target=self._boucle.run_forever, daemon=True)
        self._fil.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._boucle.call_soon_threadsafe(self._boucle.stop)
        self._fil.join()
        self._boucle.close()

    def faire(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run `coroutine` and return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._boucle).result()


@contextmanager
def _en_francais() -> Iterator[None]:
    """Say in French why SFTP fails, and what to do.

    Raises:
        TransportEnPanne: whatever the library or the system raises.
    """
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as erreur:
        raise TransportEnPanne(
            "le serveur ne présente pas la clé épinglée (TPS_SFTP_CLE_HOTE) : ne la changez "
            "qu’après l’avoir vérifiée de vive voix avec la Trésorerie"
        ) from erreur
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as erreur:
        raise TransportEnPanne(
            "la clé privée (TPS_SFTP_CLE) ou la clé épinglée du serveur est illisible"
        ) from erreur
    except asyncssh.PermissionDenied as erreur:
        raise TransportEnPanne(
            "le serveur refuse notre clé (TPS_SFTP_UTILISATEUR, TPS_SFTP_CLE) : faites-la "
            "enregistrer par la Trésorerie"
        ) from erreur
    except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost) as erreur:
        raise TransportEnPanne(COUPEE) from erreur
    except asyncssh.SFTPError as erreur:
        raise TransportEnPanne(f"le serveur refuse l’opération : {_refus(erreur)}") from erreur
    except (asyncssh.Error, TimeoutError, ConnectionError) as erreur:
        raise TransportEnPanne(COUPEE) from erreur
    except OSError as erreur:
        raise TransportEnPanne(f"réseau ou fichier local, {cause(erreur)}") from erreur


def _refus(erreur: asyncssh.SFTPError) -> str:
    """Say why the server refuses; most servers have one number for all, and a word of English."""
    mot = erreur.reason.strip()
    if connu := REFUS.get(erreur.code):
        return connu
    if "no space" in mot.lower():
        return REFUS[asyncssh.FX_NO_SPACE_ON_FILESYSTEM]
    if "quota" in mot.lower():
        return REFUS[asyncssh.FX_QUOTA_EXCEEDED]
    if mot.lower() in {"", "failure"}:
        return "il ne dit pas pourquoi ; souvent, son disque est plein"
    return f"il répond « {mot} »"


def _algorithmes(cle: asyncssh.SSHKey) -> list[str]:
    """Return the signatures by which the server may prove that it holds `cle`, and no other key."""
    algorithme = cle.get_algorithm()
    if algorithme == "ssh-rsa":
        return ["rsa-sha2-512", "rsa-sha2-256"]
    return [algorithme]


async def _repondre(demande: Awaitable[T]) -> T:
    """Wait for one answer: a server that keeps the line alive may still never give it."""
    return await asyncio.wait_for(demande, SILENCE)


async def _client(connexion: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    return await _repondre(connexion.start_sftp_client())


async def _fermer(connexion: asyncssh.SSHClientConnection) -> None:
    connexion.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(connexion.wait_closed(), ATTENTE)


def _est_nouveau(entree: SFTPName, dossier: Path) -> bool:
    """Whether a remote file differs from what was brought under its name."""
    nom = os.fsdecode(entree.filename)
    if not est_entier(nom) or "/" in nom or entree.attrs.type != asyncssh.FILEXFER_TYPE_REGULAR:
        return False
    try:
        etat = (dossier / nom).stat()
    except FileNotFoundError:
        return True
    return (etat.st_size, int(etat.st_mtime)) != (entree.attrs.size, entree.attrs.mtime)
