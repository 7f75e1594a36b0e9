"""The thread that carries out planned tasks: webhook deliveries and late outcomes."""

import contextlib
import hashlib
import hmac
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.registre import Objet, Registre

ESSAIS_MAXIMAUX = 12
ATTENTE_MAXIMALE = 60.0
DELAI_REPONSE = 10.0
Tache = Callable[[Registre, str], None]


class Ordonnanceur(threading.Thread):
    """Runs due tasks one after the other; a task leaves the list once done, so none is lost."""

    def __init__(self, registre: Registre, taches: Mapping[str, Tache]) -> None:
        super().__init__(name="ordonnanceur", daemon=True)
        self._registre = registre
        self._taches = taches
        self._arrete = False

    def arreter(self) -> None:
        """Stop after the task under way."""
        with self._registre.verrou:
            self._arrete = True
            self._registre.reveil.notify_all()
        self.join(timeout=DELAI_REPONSE)

    def run(self) -> None:
        """Wait for the next due task, carry it out, begin again until stopped."""
        while (tache := self._prochaine()) is not None:
            if tache["action"] == "livrer":
                livrer(self._registre, tache["cle"])
            with self._registre.verrou:
                self._issue(tache)
                self._registre.taches.remove(tache)
                self._registre.enregistrer()

    def _issue(self, tache: Objet) -> None:
        """Bring a late outcome, unless something else (a control) brought another meanwhile."""
        if tache["action"] in self._taches:
            with contextlib.suppress(ErreurStripe):
                self._taches[tache["action"]](self._registre, tache["cle"])

    def _prochaine(self) -> Objet | None:
        with self._registre.verrou:
            while not self._arrete:
                tache = min(self._registre.taches, key=lambda une: une["quand"], default=None)
                attente = tache["quand"] - time.time() if tache else None
                if tache is not None and attente is not None and attente <= 0:
                    return tache
                self._registre.reveil.wait(attente)
        return None


def signer(secret: str, corps: bytes, moment: int) -> str:
    """Return the `Stripe-Signature` header of `corps` at `moment` (seconds, UTC)."""
    message = f"{moment}.".encode() + corps
    empreinte = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={moment},v1={empreinte}"


def livrer(registre: Registre, cle: str) -> None:
    """Send one webhook; on anything but 2xx, plan another attempt twice as late as the last."""
    with registre.verrou:
        livraison = next(une for une in registre.livraisons if une["id"] == cle)
        evenement = registre.objets["event"][livraison["evenement"]]
        corps = json.dumps(evenement, ensure_ascii=False, indent=2).encode()
        reglages = registre.reglages
    resultat = envoyer(reglages.url_webhook, corps, reglages.secret_webhook)
    with registre.verrou:
        livraison["essais"].append({"quand": int(time.time()), "resultat": resultat})
        rang = len(livraison["essais"])
        if resultat.startswith("2"):
            livraison["etat"] = "livree"
            evenement["pending_webhooks"] = 0
        elif rang >= ESSAIS_MAXIMAUX:
            livraison["etat"] = "abandonnee"
        else:
            attente = max(reglages.delai_webhook, 0.1) * 2.0**rang
            registre.planifier("livrer", cle, min(attente, ATTENTE_MAXIMALE))


def envoyer(url: str, corps: bytes, secret: str) -> str:
    """POST `corps` signed to `url`; return the status, or why there was no answer."""
    parties = urlsplit(url)
    hote = parties.hostname
    if not hote:
        return "aucune adresse"
    connexion = (
        http.client.HTTPSConnection(
            hote, parties.port, timeout=DELAI_REPONSE, context=ssl.create_default_context()
        )
        if parties.scheme == "https"
        else http.client.HTTPConnection(hote, parties.port, timeout=DELAI_REPONSE)
    )
    entetes = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signer(secret, corps, int(time.time())),
    }
    chemin = parties.path or "/"
    if parties.query:
        chemin += f"?{parties.query}"
    try:
        connexion.request("POST", chemin, body=corps, headers=entetes)
        return str(connexion.getresponse().status)
    except (OSError, http.client.HTTPException) as erreur:
        return type(erreur).__name__
    finally:
        connexion.close()
