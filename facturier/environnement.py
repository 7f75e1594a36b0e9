"""Typed reading of environment variables: a bad value stops the start, in one line."""

import os

from django.core.exceptions import ImproperlyConfigured

VRAI = {"1", "true", "oui", "vrai"}
FAUX = {"", "0", "false", "non", "faux"}


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


def secret(nom: str, *, demonstration: str, exige: bool) -> str:
    """Return secret `nom`; outside production, a demonstration value stands in for it.

    Raises:
        ImproperlyConfigured: in production (`exige`), the secret is missing or is the one of
            the demonstration.
    """
    valeur = os.environ.get(nom, "")
    if exige and valeur in {"", demonstration}:
        raise ImproperlyConfigured(
            f"{nom} doit être défini en production, autrement que dans la démonstration."
        )
    return valeur or demonstration
