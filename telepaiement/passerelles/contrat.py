"""What the product asks of a gateway, in its own terms (telepaiement.md, §10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class StatutDistant(StrEnum):
    """Where a payment stands on the side of the gateway."""

    A_PAYER = "a_payer"
    AUTHENTIFICATION = "authentification"
    EN_COURS = "en_cours"
    REUSSI = "reussi"
    ANNULE = "annule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demande:
    """What a payment is created with: `montant` in whole francs, `cle` makes it idempotent."""

    tentative: UUID
    cle: str
    montant: int
    objet: str
    reference_titre: str
    exiger_authentification: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A payment known to the gateway, and the secret by which the payer's browser completes it."""

    identifiant: str
    secret_client: str


@dataclass(frozen=True, slots=True)
class Refus:
    """The last refusal: its code, and what tells it from the one before."""

    code: str
    identifiant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EtatDistant:
    """A payment as the gateway tells it. `montant` is what was received when `statut` is REUSSI."""

    statut: StatutDistant
    montant: int
    devise: str
    tentative: str
    charge: str = ""
    marque: str = ""
    quatre_derniers: str = ""
    refus: Refus | None = None
    encaisse_le: datetime | None = None


@dataclass(frozen=True, slots=True)
class Indice:
    """What a notification hints at: message, nature, payment. Always to be read back."""

    identifiant: str
    nature: str
    reference: str
    est_reel: bool


class PasserelleMuette(Exception):
    """No answer, or one that cannot be read: the outcome is unknown."""


class PasserelleRefuse(Exception):
    """The gateway refused the request: nothing was done."""


class NotificationInvalide(Exception):
    """The notification is not signed by the gateway, or cannot be read."""


class Passerelle(Protocol):
    """A provider of card payments.

    Every method may raise `PasserelleMuette` (outcome unknown) or `PasserelleRefuse`.
    """

    @property
    def montant_maximal(self) -> int:
        """The most that one payment may be, in whole francs."""

    @property
    def est_reelle(self) -> bool:
        """Whether real money moves; False in test mode."""

    def creer(self, demande: Demande) -> Reference:
        """Create the payment, or return the one that the same key created before."""

    def lire(self, reference: str) -> EtatDistant:
        """Read the payment."""

    def annuler(self, reference: str) -> None:
        """Cancel the payment; harmless when it is already cancelled.

        Raises:
            PasserelleRefuse: it can no longer be cancelled: read it.
        """

    def analyser_notification(self, corps: bytes, entetes: Mapping[str, str]) -> Indice:
        """Check the signature of a notification and say what it hints at.

        Raises:
            NotificationInvalide: forged, too old, or unreadable.
        """
