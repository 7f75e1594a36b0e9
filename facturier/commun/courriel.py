"""E-mail domains that people misspell: what they meant. No network is asked."""

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

DOMAINES_COURANTS = (
    "gmail.com",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "lagoon.nc",
    "live.fr",
    "mls.nc",
    "offratel.nc",
    "orange.fr",
    "outlook.com",
    "outlook.fr",
    "yahoo.com",
    "yahoo.fr",
    "canl.nc",
    "nautile.nc",
    "province-sud.nc",
)


def domaine_propose(adresse: str) -> str | None:
    """Return the well-known domain that `adresse` misspells by one key; None when it does not."""
    domaine = adresse.rpartition("@")[2].strip().casefold()
    if not domaine or domaine in DOMAINES_COURANTS:
        return None
    voisin = process.extractOne(
        domaine, DOMAINES_COURANTS, scorer=DamerauLevenshtein.distance, score_cutoff=1
    )
    return str(voisin[0]) if voisin and len(domaine) > len("mls.nc") else None
