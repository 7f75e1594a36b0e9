"""Errors told to programs: `application/problem+json` (RFC 9457), in French, never HTML."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.http import HttpRequest, JsonResponse

TYPE_MIME = "application/problem+json"
CHEMIN_API = "/api/"
CHEMIN_TYPES = "/api/documentation/#erreur-"
PROBLEMES = {  # code, which programs compare: status, title
    "requete-illisible": (400, "Requête illisible"),
    "cle-refusee": (401, "Clé absente ou refusée"),
    "acces-refuse": (403, "Accès refusé"),
    "introuvable": (404, "Introuvable"),
    "methode-refusee": (405, "Méthode refusée"),
    "etat-incompatible": (409, "État incompatible"),
    "requete-trop-grande": (413, "Requête trop grande"),
    "type-refuse": (415, "Type de contenu refusé"),
    "donnees-refusees": (422, "Données refusées"),
    "identifiant-deja-employe": (422, "Idempotency-Key déjà employé"),
    "trop-de-requetes": (429, "Trop de requêtes"),
    "panne": (500, "Panne"),
}


def attend_un_probleme(requete: HttpRequest) -> bool:
    """Tell whether the request comes from a program: its errors are then no pages."""
    return requete.path.startswith(CHEMIN_API)


def probleme(code: str, detail: str, erreurs: Sequence[dict[str, Any]] = ()) -> JsonResponse:
    """Return the answer that tells an error.

    Args:
        code: a key of `PROBLEMES`; also an anchor of the documentation.
        detail: what happened this time, and what to do.
        erreurs: one entry a datum at fault: `champ`, `message`.
    """
    statut, titre = PROBLEMES[code]
    contenu: dict[str, Any] = {
        "type": f"{CHEMIN_TYPES}{code}",
        "title": titre,
        "status": statut,
        "detail": detail,
        "requete": structlog.contextvars.get_contextvars().get("requete", ""),
    }
    if erreurs:
        contenu["erreurs"] = list(erreurs)
    return JsonResponse(
        contenu,
        status=statut,
        content_type=TYPE_MIME,
        json_dumps_params={"ensure_ascii": False},
    )
