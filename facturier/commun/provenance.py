"""Where the current request comes from, for whoever keeps a trace: its address, its identifier."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Provenance:
    """Address of the client and identifier of the request; both empty in a command or a task."""

    adresse_ip: str = ""
    requete: str = ""


_courante: ContextVar[Provenance | None] = ContextVar("provenance", default=None)


def provenance() -> Provenance:
    """Return where the request under way comes from."""
    return _courante.get() or Provenance()


@contextmanager
def provenir_de(origine: Provenance) -> Iterator[None]:
    """Make `origine` the current one for the time of the block."""
    jeton = _courante.set(origine)
    try:
        yield
    finally:
        _courante.reset(jeton)


def adresse_client(requete: HttpRequest) -> str:
    """Return the IP address of the client; a forwarded one only from a configured proxy."""
    directe = str(requete.META.get("REMOTE_ADDR") or "")
    if directe in settings.MANDATAIRES_DE_CONFIANCE:
        transmises = requete.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        return transmises[-1].strip() or directe
    return directe
