"""Vérifier qu’un message de webhook vient bien de nous, et qu’il est récent."""

import hashlib
import hmac
import time


def est_authentique(corps: bytes, entete: str, secret: str) -> bool:
    """« corps » : les octets reçus, tels quels ; « entete » : X-Facturier-Signature."""
    parties = dict(partie.split("=", 1) for partie in entete.split(","))
    signe = f"{parties['t']}.".encode() + corps
    attendue = hmac.new(secret.encode(), signe, hashlib.sha256).hexdigest()
    est_recent = abs(time.time() - int(parties["t"])) < 300
    return est_recent and hmac.compare_digest(attendue, parties["v1"])
