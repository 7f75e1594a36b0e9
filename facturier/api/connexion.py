"""Send a message to an address that a supplier chose, without lending it our network.

A name is resolved once: every address it gives must be public, and the connection goes to the one
that was checked, so that a name cannot change its mind in between. Redirections are not followed.
The setting `WEBHOOKS_VERS_LE_RESEAU_LOCAL` lifts this, for the demonstration and the tests.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

DELAI = 5  # seconds, to connect and for each reading
DUREE_MAXIMALE = 15  # seconds, for the whole exchange
PORT_HTTPS = 443
PORTS_LIBRES = 1024  # from which a port is accepted
LONGUEUR_ADRESSE = 500
RAISONS = (
    (ssl.SSLCertVerificationError, "Le certificat du serveur n’est pas valable."),
    (ssl.SSLError, "La connexion chiffrée a échoué."),
    (TimeoutError, f"Le serveur n’a pas répondu en {DELAI} s."),
    (ConnectionRefusedError, "Le serveur refuse la connexion."),
    (http.client.HTTPException, "Le serveur n’a pas répondu en HTTP."),
)
ECHEC = "La connexion a été coupée."
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AdresseRefusee(ValidationError):
    """The address cannot be called; the message, in French, says why."""


class EchecEnvoi(Exception):
    """Nobody answered; the message, in French, says what happened."""


@dataclass(frozen=True, slots=True)
class Cible:
    """Where to connect: the address as written, and the one IP address that was checked."""

    adresse: SplitResult
    ip: str
    port: int

    @property
    def hote(self) -> str:
        """The name, as TLS checks it."""
        return self.adresse.hostname or ""

    @property
    def chemin(self) -> str:
        """Path and query."""
        return (self.adresse.path or "/") + (f"?{self.adresse.query}" if self.adresse.query else "")


def viser(adresse: str) -> Cible:
    """Check an address and resolve its name.

    Raises:
        AdresseRefusee: not https, unknown, or inside a private network.
    """
    parties = _decouper(adresse)
    port = parties.port or (PORT_HTTPS if parties.scheme == "https" else 80)
    try:
        trouvees = socket.getaddrinfo(parties.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AdresseRefusee(
            f"Le nom « {parties.hostname} » ne désigne aucune machine : vérifiez-le."
        ) from None
    ips = [str(trouvee[4][0]) for trouvee in trouvees]
    if not settings.WEBHOOKS_VERS_LE_RESEAU_LOCAL and not all(map(est_publique, ips)):
        raise AdresseRefusee(
            "Cette adresse mène à un réseau privé : donnez celle d’un serveur joignable depuis "
            "Internet."
        )
    return Cible(parties, ips[0], port)


def _decouper(adresse: str) -> SplitResult:
    try:
        parties = urlsplit(adresse)
        port = parties.port
    except ValueError:
        raise AdresseRefusee("Cette adresse est mal formée.") from None
    schemes = {"https", "http"} if settings.WEBHOOKS_VERS_LE_RESEAU_LOCAL else {"https"}
    if parties.scheme not in schemes or not parties.hostname:
        raise AdresseRefusee("L’adresse commence par « https:// », suivi d’un nom de serveur.")
    if parties.username or parties.password or parties.fragment or not adresse.isprintable():
        raise AdresseRefusee("L’adresse ne porte ni identifiant, ni mot de passe, ni « # ».")
    if len(adresse) > LONGUEUR_ADRESSE or " " in adresse or not adresse.isascii():
        raise AdresseRefusee(
            f"L’adresse a au plus {LONGUEUR_ADRESSE} caractères, sans espace ni accent."
        )
    if port is not None and port != PORT_HTTPS and port < PORTS_LIBRES:
        raise AdresseRefusee(f"Le port {port} n’est pas accepté : 443, ou {PORTS_LIBRES} et plus.")
    return parties


def est_publique(ip: str) -> bool:
    """Tell whether an IP address is on the Internet: not private, loopback, link-local, reserved.

    An IPv6 address that wraps an IPv4 one is as public as the latter.
    """
    valeur: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(
        ip.split("%", maxsplit=1)[0]
    )
    if isinstance(valeur, ipaddress.IPv6Address):
        enveloppee = valeur.ipv4_mapped or valeur.sixtofour
        if valeur in NAT64:
            enveloppee = ipaddress.IPv4Address(int(valeur) & 0xFFFFFFFF)
        if enveloppee is not None:
            return est_publique(str(enveloppee))
    return valeur.is_global and not valeur.is_multicast


def poster(adresse: str, corps: bytes, entetes: Mapping[str, str]) -> int:
    """Send `corps` by POST and return the HTTP status; what is answered besides is not read.

    Raises:
        AdresseRefusee: the address may no longer be called.
        EchecEnvoi: no answer in time, refused connection, bad certificate.
    """
    cible = viser(adresse)
    connexion = _Connexion(cible)
    garde = threading.Timer(DUREE_MAXIMALE, connexion.rompre)
    garde.daemon = True
    garde.start()
    try:
        connexion.request("POST", cible.chemin, body=corps, headers=dict(entetes))
        return connexion.getresponse().status
    except (OSError, http.client.HTTPException) as erreur:
        raise EchecEnvoi(_raison(erreur)) from None
    finally:
        garde.cancel()
        connexion.close()


def _raison(erreur: Exception) -> str:
    """Return in French why an exchange failed."""
    return next((texte for genre, texte in RAISONS if isinstance(erreur, genre)), ECHEC)


class _Connexion(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever its name has become since."""

    def __init__(self, cible: Cible) -> None:
        super().__init__(cible.hote, cible.port, timeout=DELAI)
        self.cible = cible

    def connect(self) -> None:
        """Connect to the checked address; TLS checks the name."""
        self.sock = socket.create_connection((self.cible.ip, self.cible.port), DELAI)
        if self.cible.adresse.scheme == "https":
            contexte = ssl.create_default_context()
            self.sock = contexte.wrap_socket(self.sock, server_hostname=self.cible.hote)

    def rompre(self) -> None:
        """End an exchange that lasts too long."""
        with suppress(OSError, AttributeError):  # not connected yet, or ended by itself
            self.sock.shutdown(socket.SHUT_RDWR)
