"""How files reach the treasury and come from it: one seam, a folder or SFTP, chosen by settings.

A transport is opened for a session. Writing goes through a provisional name, hidden from whoever
reads the folder; giving the file its own name is one atomic step that takes the provisional away.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from django.conf import settings

PROVISOIRE = ".part"


class TransportEnPanne(Exception):
    """The transport cannot be reached or refuses us; the message says why, in French."""


class NomOccupe(Exception):
    """Another file bears the name: nothing was written over it."""


class Session(Protocol):
    """What can be done once connected; every method may raise `TransportEnPanne`."""

    def empreinte(self, nom: str) -> str | None:
        """Return the SHA-256 of what the outbox holds under `nom`; None when it holds nothing."""

    def ecrire(self, nom: str, source: BinaryIO) -> None:
        """Write all of `source` under `nom`, flushed as far as the other side allows."""

    def nommer(self, provisoire: str, nom: str) -> bool:
        """Rename in one step; False when `provisoire` is no longer there.

        Raises:
            NomOccupe: `nom` is taken.
        """

    def nettoyer(self, prefixe: str) -> None:
        """Remove the provisional files whose names begin with `prefixe`."""

    def accuse(self, nom: str) -> str:
        """Return what the other side says of `nom`, in French, as a proof that it has it."""


class Transport(Protocol):
    """Where files go; `adresse` names it for people, and tells it from another one."""

    @property
    def adresse(self) -> str:
        """Name of the outbox, without any secret."""

    def ouvrir(self) -> AbstractContextManager[Session]:
        """Connect.

        Raises:
            TransportEnPanne: it is not possible.
        """

    def relever(self) -> list[str]:
        """Bring what is new to the folder of answers; return the names.

        Raises:
            TransportEnPanne: the other side cannot be reached; what was brought stays.
        """


def transport() -> Transport:
    """Return the transport that the settings choose."""
    if settings.TPS_SFTP is not None:
        from exports_tps.transports.sftp import Sftp  # noqa: PLC0415  (loads a whole SSH library)

        return Sftp(settings.TPS_SFTP, settings.TPS_RETOURS)
    from exports_tps.transports.dossier import Dossier  # noqa: PLC0415  (it imports this module)

    return Dossier(settings.TPS_ENVOIS)


def est_entier(nom: str) -> bool:
    """Whether a file of the inbox is whole: neither hidden nor still being written."""
    return not nom.startswith(".") and not nom.endswith(PROVISOIRE)


def blocs(source: BinaryIO, taille: int) -> Iterator[bytes]:
    """Yield what is left of `source`, `taille` bytes at a time."""
    while bloc := source.read(taille):
        yield bloc
