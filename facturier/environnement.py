"""Typed reading of environment variables: a bad value stops the start, in one line."""

import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

VRAI = {"1", "true", "oui", "vrai"}
FAUX = {"", "0", "false", "non", "faux"}
PARTIES_SFTP = ("HOTE", "UTILISATEUR", "CLE", "CLE_HOTE", "ENVOIS", "RETOURS")
CLE_PUBLIQUE = re.compile(r"(?:ssh|ecdsa)-[\w@.-]+ [A-Za-z0-9+/=]+(?: .*)?")


def texte(nom: str, defaut: str = "") -> str:
    """Return variable `nom`, or `defaut` when it is unset."""
    return os.environ.get(nom, defaut)


def booleen(nom: str, *, defaut: bool) -> bool:
    """Return variable `nom` as a boolean.

    Raises:
        ImproperlyConfigured: the value is neither a yes nor a no.
    """
    valeur = os.environ.get(nom)
    if valeur is None:
        return defaut
    if valeur.lower() in VRAI | FAUX:
        return valeur.lower() in VRAI
    raise ImproperlyConfigured(f"{nom} doit valoir 1 ou 0, et non « {valeur} ».")


def entier(nom: str, defaut: int) -> int:
    """Return variable `nom` as a whole number.

    Raises:
        ImproperlyConfigured: the value is not a whole number.
    """
    valeur = os.environ.get(nom, str(defaut))
    try:
        return int(valeur)
    except ValueError:
        raise ImproperlyConfigured(
            f"{nom} doit être un nombre entier, et non « {valeur} »."
        ) from None


def liste(nom: str, defaut: str = "") -> list[str]:
    """Return variable `nom`, split at commas, without empty items."""
    return [item.strip() for item in texte(nom, defaut).split(",") if item.strip()]


def choix(nom: str, permis: Sequence[str]) -> str:
    """Return variable `nom`, one of `permis`; the first of them when it is unset.

    Raises:
        ImproperlyConfigured: the value is another one.
    """
    valeur = texte(nom, permis[0])
    if valeur not in permis:
        raise ImproperlyConfigured(f"{nom} doit valoir {' ou '.join(permis)}, et non « {valeur} ».")
    return valeur


def serveur_sftp(prefixe: str) -> dict[str, Any]:
    """Return the SFTP server that the variables `<prefixe>_…` describe.

    Raises:
        ImproperlyConfigured: a part is missing, or the pinned key of the server is not one.
    """
    parties = {nom: texte(f"{prefixe}_{nom}") for nom in PARTIES_SFTP}
    if manquantes := [f"{prefixe}_{nom}" for nom, valeur in parties.items() if not valeur]:
        raise ImproperlyConfigured(f"Le transport SFTP demande aussi {', '.join(manquantes)}.")
    if not CLE_PUBLIQUE.fullmatch(parties["CLE_HOTE"]):
        raise ImproperlyConfigured(
            f"{prefixe}_CLE_HOTE doit être la clé publique du serveur, « ssh-ed25519 AAAA… »."
        )
    return {nom.lower(): valeur for nom, valeur in parties.items()} | {
        "port": entier(f"{prefixe}_PORT", 22)
    }


def passtrans(prefixe: str) -> dict[str, str] | None:
    """Return how Passtrans wants remote files named (pes_v2, §9), or None: by their own name.

    Raises:
        ImproperlyConfigured: the destination or the application is not one of theirs.
    """
    destination, application = texte(f"{prefixe}_DEST"), texte(f"{prefixe}_APPLI")
    if not destination and not application:
        return None
    if not re.fullmatch(r"VHPCE[1-7]1", destination):
        raise ImproperlyConfigured(f"{prefixe}_DEST doit être de la forme VHPCE11 à VHPCE71.")
    if application not in {"GHELPES2", "THELPES2"}:
        raise ImproperlyConfigured(
            f"{prefixe}_APPLI doit valoir GHELPES2 (production) ou THELPES2 (essais)."
        )
    return {"destination": destination, "application": application}


def jeton(prefixe: str) -> dict[str, str] | None:
    """Return the signing token that the variables `<prefixe>…` describe, or None: a file is used.

    Raises:
        ImproperlyConfigured: a token without its PKCS#11 library or its code.
    """
    nom = texte(prefixe)
    if not nom:
        return None
    parties = {p: texte(f"{prefixe}_{p}") for p in ("BIBLIOTHEQUE", "CODE")}
    if manquantes := [f"{prefixe}_{p}" for p, valeur in parties.items() if not valeur]:
        raise ImproperlyConfigured(f"{prefixe} demande aussi {' et '.join(manquantes)}.")
    return {
        "nom": nom,
        "bibliotheque": parties["BIBLIOTHEQUE"],
        "code": parties["CODE"],
        "etiquette": texte(f"{prefixe}_ETIQUETTE"),
    }


def cache(nom: str) -> dict[str, Any]:
    """Return the cache that variable `nom` designates, `redis://…`; one a process when unset.

    Raises:
        ImproperlyConfigured: anything but a Redis address.
    """
    adresse = texte(nom)
    if not adresse:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if urlsplit(adresse).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{nom} doit être une adresse redis://, et non « {adresse} ».")
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": adresse}


def secret(nom: str, *, demonstration: str, exige: bool) -> str:
    """Return secret `nom`; outside production, a demonstration value stands in for it.

    Spaces and line ends around it are dropped: a header refuses them, in an error that quotes it.

    Raises:
        ImproperlyConfigured: in production (`exige`), the secret is missing or is the one of
            the demonstration.
    """
    valeur = os.environ.get(nom, "").strip()
    if exige and valeur in {"", demonstration}:
        raise ImproperlyConfigured(
            f"{nom} doit être défini en production, autrement que dans la démonstration."
        )
    return valeur or demonstration


def identite(code: str, prefixe: str, libelle: str, *, en_production: bool) -> list[dict[str, Any]]:
    """Return the OpenID Connect provider that the variables `<prefixe>_…` describe, or nothing.

    Raises:
        ImproperlyConfigured: a part is missing, or the issuer is not reached by TLS in production.
    """
    emetteur = texte(f"{prefixe}_EMETTEUR").rstrip("/")
    if not emetteur:
        return []
    adresse = urlsplit(emetteur)
    if not adresse.netloc or adresse.scheme not in (
        {"https"} if en_production else {"http", "https"}
    ):
        raise ImproperlyConfigured(f"{prefixe}_EMETTEUR doit être une adresse https.")
    client, cle = texte(f"{prefixe}_CLIENT_ID"), texte(f"{prefixe}_SECRET")
    if not client or not cle:
        raise ImproperlyConfigured(
            f"{prefixe}_EMETTEUR demande aussi {prefixe}_CLIENT_ID et {prefixe}_SECRET."
        )
    return [
        {
            "code": code,
            "libelle": texte(f"{prefixe}_LIBELLE", libelle),
            "emetteur": emetteur,
            "origine": f"{adresse.scheme}://{adresse.netloc}",
            "client_id": client,
            "secret": cle,
            "acr": texte(f"{prefixe}_ACR").split(),
        }
    ]
