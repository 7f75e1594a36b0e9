"""The memory of the bench: Stripe objects by kind, in order of creation, and tasks to come."""

import dataclasses
import json
import os
import secrets
import string
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from telepaiement.banc.erreurs import introuvable

Objet = dict[str, Any]

_ALPHABET = string.ascii_letters + string.digits
PREFIXES = {
    "payment_intent": "pi",
    "payment_method": "pm",
    "charge": "ch",
    "refund": "re",
    "balance_transaction": "txn",
    "payout": "po",
    "event": "evt",
    "dispute": "du",
    "terminal.reader": "tmr",
    "terminal.location": "tml",
}


def identifiant(prefixe: str) -> str:
    """Return a fresh identifier of Stripe's shape, for instance `pi_3k…`."""
    return f"{prefixe}_{''.join(secrets.choice(_ALPHABET) for _ in range(24))}"


def maintenant() -> int:
    """Return the present moment in whole seconds, UTC."""
    return int(time.time())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reglages:
    """What the command line sets: keys, webhook endpoint, delay in seconds, own address."""

    cle_secrete: str = "sk_test_banc"  # noqa: S105
    cle_publique: str = "pk_test_banc"
    url_webhook: str = ""
    secret_webhook: str = "whsec_banc"  # noqa: S105
    delai_webhook: float = 1.0
    adresse: str = ""


class Registre:
    """Objects, idempotency answers, webhook deliveries and tasks, behind one lock.

    `requete` names the API call under way, for the events it causes.
    Every read and write happens while `verrou` is held. `fichier`, when given, receives the whole
    state after each change, written beside then renamed, so that a sudden stop loses nothing.
    """

    def __init__(self, reglages: Reglages, fichier: Path | None = None) -> None:
        self.verrou = threading.RLock()
        self.reveil = threading.Condition(self.verrou)
        self._fichier = fichier
        self.objets: dict[str, dict[str, Objet]] = {genre: {} for genre in PREFIXES}
        self.reponses: dict[str, Objet] = {}
        self.livraisons: list[Objet] = []
        self.taches: list[Objet] = []
        self.pannes: dict[str, float] = {}
        self.reglages = reglages
        self.cles_en_cours: set[str] = set()
        self.requete: Objet = {"id": None, "idempotency_key": None}
        if fichier is not None and fichier.exists():
            self._relire(fichier)

    def _relire(self, fichier: Path) -> None:
        etat = json.loads(fichier.read_text(encoding="utf-8"))
        self.objets |= etat["objets"]
        self.reponses = etat["reponses"]
        self.livraisons = etat["livraisons"]
        self.taches = etat["taches"]

    def enregistrer(self) -> None:
        """Write the state to the file, all or nothing; without a file, do nothing."""
        if self._fichier is None:
            return
        etat = {
            "objets": self.objets,
            "reponses": self.reponses,
            "livraisons": self.livraisons,
            "taches": self.taches,
        }
        brouillon = self._fichier.with_suffix(".nouveau")
        with brouillon.open("w", encoding="utf-8") as sortie:
            json.dump(etat, sortie)
            sortie.flush()
            os.fsync(sortie.fileno())
        brouillon.replace(self._fichier)

    def creer(self, genre: str, **champs: Any) -> Objet:
        """Add an object of `genre` with an identifier, a date and `champs`; return it."""
        objet: Objet = {
            "id": identifiant(PREFIXES[genre]),
            "object": genre,
            "created": maintenant(),
            "livemode": False,
            **champs,
        }
        self.objets[genre][objet["id"]] = objet
        return objet

    def lire(self, genre: str, cle: str, parametre: str = "id") -> Objet:
        """Return the object, or raise the 404 `resource_missing`."""
        try:
            return self.objets[genre][cle]
        except KeyError:
            raise introuvable(genre, cle, parametre) from None

    def chercher(self, cle: str) -> Objet | None:
        """Return the object of any kind that bears this identifier, or None."""
        trouves = (objets[cle] for objets in self.objets.values() if cle in objets)
        return next(trouves, None)

    def tous(self, genre: str, **criteres: Any) -> Iterator[Objet]:
        """Yield the objects of `genre` whose fields equal `criteres`, oldest first."""
        for objet in list(self.objets[genre].values()):
            if all(objet[champ] == valeur for champ, valeur in criteres.items()):
                yield objet

    def planifier(self, action: str, cle: str, dans: float) -> None:
        """Plan `action` on the object or delivery `cle` in `dans` seconds."""
        self.taches.append({"quand": time.time() + dans, "action": action, "cle": cle})
        self.reveil.notify_all()

    def consommer(self, panne: str) -> float:
        """Use up one unit of the fault `panne`; return what was left before, 0 when none."""
        reste = self.pannes.get(panne, 0)
        if reste > 0:
            self.pannes[panne] = reste - 1
        return reste
