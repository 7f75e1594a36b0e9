"""What the product asks of a gateway, in its own terms (telepaiement.md, §10)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from telepaiement.models import NatureLigne, Sujet


class StatutDistant(StrEnum):
    """Where a payment stands on the side of the gateway."""

    A_PAYER = "a_payer"
    AUTHENTIFICATION = "authentification"
    EN_COURS = "en_cours"
    REUSSI = "reussi"
    ANNULE = "annule"


class StatutRemboursement(StrEnum):
    """Where a refund stands on the side of the gateway."""

    EN_COURS = "en_cours"
    REUSSI = "reussi"
    ECHOUE = "echoue"


class StatutLitige(StrEnum):
    """Where a dispute stands on the side of the gateway."""

    OUVERT = "ouvert"
    GAGNE = "gagne"
    PERDU = "perdu"


class StatutVersement(StrEnum):
    """Where a payout stands on the side of the gateway."""

    EN_ROUTE = "en_route"
    PAYE = "paye"
    REJETE = "rejete"


class StatutLecteur(StrEnum):
    """What a card reader is doing."""

    AU_REPOS = "au_repos"
    EN_COURS = "en_cours"
    REUSSI = "reussi"
    ECHOUE = "echoue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demande:
    """What a payment is created with: `montant` in whole francs, `cle` makes it idempotent.

    `au_lecteur` asks for a payment that a card reader completes, in place of a browser.
    """

    tentative: UUID
    cle: str
    montant: int
    objet: str
    reference_titre: str
    exiger_authentification: bool = False
    au_lecteur: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A payment known to the gateway, and the secret by which the payer's browser completes it."""

    identifiant: str
    secret_client: str


@dataclass(frozen=True, slots=True)
class Formulaire:
    """A signed form that the payer's browser posts at the bank, with its address."""

    adresse: str
    champs: Mapping[str, str]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RemboursementDistant:
    """A refund as the gateway tells it; `cle` is the one it was asked with, "" for another's."""

    identifiant: str
    montant: int
    statut: StatutRemboursement
    cle: str = ""
    motif_echec: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LitigeDistant:
    """A dispute as the gateway tells it; `frais` in whole francs."""

    identifiant: str
    montant: int
    motif: str
    statut: StatutLitige
    est_debite: bool
    ouvert_le: datetime
    frais: int = 0
    repondre_avant: datetime | None = None
    preuves_envoyees: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VersementDistant:
    """A payout as the gateway tells it, in the smallest unit of `devise`; below zero, a debit.

    `est_detaille`: its movements can be listed.
    """

    identifiant: str
    montant: int
    devise: str
    arrive_le: date
    statut: StatutVersement
    est_detaille: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouvement:
    """One movement of a payout: it adds `montant` less `commission`, in the unit of `devise`.

    `source` is what moved (charge, refund, dispute, payout), `paiement` the payment it belongs to.
    """

    identifiant: str
    nature: NatureLigne
    nature_distante: str
    montant: int
    devise: str
    commission: int = 0
    source: str = ""
    paiement: str = ""


@dataclass(frozen=True, slots=True)
class Indice:
    """What a notification hints at: message, nature, what to read back. Never a truth.

    `reference` is that of the payment, or of the payout for `Sujet.VERSEMENT`. `faits` is what is
    kept of the rest: identifiers, states, amounts, moments; nothing of the payer nor of his card.
    """

    identifiant: str
    nature: str
    reference: str
    est_reel: bool
    sujet: Sujet = Sujet.PAIEMENT
    faits: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as the gateway remembers it: what it hints at, and its body."""

    indice: Indice
    corps: str


@dataclass(frozen=True, slots=True)
class EtatLecteur:
    """What a reader is doing, and for which payment."""

    statut: StatutLecteur
    reference: str = ""
    est_en_ligne: bool = True


class PasserelleMuette(Exception):
    """No answer, or one that cannot be read: the outcome is unknown."""


class PasserelleAttend(PasserelleMuette):
    """Nothing was done: the act is possible later only, and is to be asked for again."""


class PasserelleRefuse(Exception):
    """The gateway refused the request: nothing was done."""


class LecteurOccupe(PasserelleRefuse):
    """The reader is busy with another payment."""


class LecteurHorsLigne(PasserelleRefuse):
    """The reader cannot be reached: offer another means at once."""


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
    def page_de_paiement(self) -> str:
        """Address of the bank's page that takes the signed form; "" when the card is typed here."""

    @property
    def est_reelle(self) -> bool:
        """Whether real money moves; False in test mode."""

    def creer(self, demande: Demande) -> Reference:
        """Create the payment, or return the one that the same key created before."""

    def formulaire(self, demande: Demande, *, retour: str, notification: str) -> Formulaire | None:
        """Return the form that takes the payer to the bank's page, or None when ours has a card.

        Args:
            retour: address that the browser comes back to.
            notification: address that the gateway tells the outcome to.
        """

    def lire(self, reference: str) -> EtatDistant:
        """Read the payment."""

    def annuler(self, reference: str) -> EtatDistant:
        """Cancel the payment and return where it then stands; harmless when already cancelled.

        Raises:
            PasserelleRefuse: it can no longer be cancelled: read it.
        """

    def rembourser(
        self, reference: str, *, charge: str, montant: int, cle: str
    ) -> RemboursementDistant:
        """Give `montant` francs of a payment back, or return the refund that `cle` made before.

        Raises:
            PasserelleAttend: a part of a payment that was not handed to the bank yet.
            PasserelleRefuse: contested, already given back, or more than what is left.
        """

    def lire_remboursements(self, reference: str) -> list[RemboursementDistant]:
        """Read all the refunds of a payment, whoever made them."""

    def lire_litiges(self, reference: str) -> list[LitigeDistant]:
        """Read the disputes about a payment."""

    def lister_versements(self, depuis: datetime) -> Iterator[VersementDistant]:
        """Read the payouts made since `depuis`, in any order."""

    def lire_versement(self, identifiant: str) -> VersementDistant:
        """Read one payout."""

    def lignes_versement(self, identifiant: str) -> Iterator[Mouvement]:
        """Read the movements that a payout is made of, without the payout itself."""

    def lister_messages(self, depuis: datetime) -> Iterator[Message]:
        """Read again what was notified since `depuis`, sent or lost, in any order.

        The answer is the gateway's own: nothing is signed. One that keeps no list yields nothing.
        """

    def analyser_notification(self, corps: bytes, entetes: Mapping[str, str]) -> Indice:
        """Check the signature of a notification and say what it hints at.

        Raises:
            NotificationInvalide: forged, too old, or unreadable.
        """


class TerminalCarte(Protocol):
    """Card readers driven from our server. As for `Passerelle`, every method may raise."""

    def lancer(self, lecteur: str, reference: str) -> None:
        """Ask `lecteur` to take the card for a payment; harmless when it already does.

        Raises:
            LecteurOccupe: it is taking another payment.
            LecteurHorsLigne: it cannot be reached.
        """

    def etat(self, lecteur: str) -> EtatLecteur:
        """Say what the reader is doing."""

    def abandonner(self, lecteur: str) -> None:
        """Make the reader forget the payment under way. The card may have won the race.

        Raises:
            LecteurHorsLigne: it cannot be reached.
        """
