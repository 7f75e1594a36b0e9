"""What went wrong, as a program reads it: one table from exceptions to problems."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from facturier.commun.etats import TransitionInterdite
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.problemes import probleme
from facturier.suivi.controles import Anomalie
from facturier.suivi.depot import DepotRefuse

CHAMPS = {  # data of an invoice, as the API names them
    "numero": "numeroFacture",
    "date_emission": "dateFacture",
    "montant_ht": "montantHt",
    "montant_tgc": "montantTgc",
    "montant_ttc": "montantTtc",
    "nature": "typeFacture",
    "numero_corrige": "numeroFactureCorrigee",
    "bon_commande": "numeroBonCommande",
    "service": "codeService",
    "fichier": "pieceJointePrincipale",
    "periode_debut": "periodeDebut",
    "periode_fin": "periodeFin",
}
INVITE = (
    "Créez une clé depuis la page de l’établissement, et montrez-la : « Authorization: Bearer »."
)


class IdentifiantDejaEmploye(ValidationError):
    """The same Idempotency-Key comes with another request."""


class RequeteIllisible(exceptions.ParseError):
    """Something of the request is malformed; `detail` says what, and `champ` where."""

    def __init__(self, detail: str, champ: str = "") -> None:
        super().__init__(detail)
        self.champ = champ


def traduire(erreur: Exception, contexte: dict[str, Any]) -> HttpResponse | None:
    """Answer an exception of a view; None for one that nobody expected: it is a failure."""
    for classes, repondre in REPONSES:
        if isinstance(erreur, classes):
            return repondre(erreur)
    return None


def champ_api(champ: str) -> str:
    """Return the name under which the API knows a datum."""
    return CHAMPS.get(champ, champ)


def erreur_de(anomalie: Anomalie) -> dict[str, Any]:
    """Return an anomaly of a draft, with the invoice that it names."""
    erreur: dict[str, Any] = {"champ": champ_api(anomalie.champ), "message": anomalie.message}
    if anomalie.facture:
        erreur["facture"] = anomalie.facture.pk
    return erreur


def _cle(erreur: Any) -> HttpResponse:
    absente = isinstance(erreur, exceptions.NotAuthenticated)
    reponse = probleme("cle-refusee", INVITE if absente else str(erreur.detail))
    reponse["WWW-Authenticate"] = erreur.auth_header
    return reponse


def _limite(erreur: Any) -> HttpResponse:
    secondes = max(1, int(erreur.wait or 1))
    reponse = probleme("trop-de-requetes", f"Attendez {secondes} s avant la prochaine requête.")
    reponse["Retry-After"] = str(secondes)
    return reponse


def _methode(erreur: Any) -> HttpResponse:
    return probleme("methode-refusee", "Cette ressource n’accepte pas cette méthode HTTP.")


def _type(erreur: Any) -> HttpResponse:
    return probleme(
        "type-refuse", "Envoyez un corps « multipart/form-data », comme dans la documentation."
    )


def _illisible(erreur: Any) -> HttpResponse:
    champ, detail = getattr(erreur, "champ", ""), str(erreur.detail)
    erreurs = [{"champ": champ, "message": detail}] if champ else []
    return probleme("requete-illisible", detail, erreurs)


def _serialiseur(erreur: Any) -> HttpResponse:
    return probleme(
        "donnees-refusees",
        "Des données sont refusées : « erreurs » dit lesquelles.",
        list(_erreurs(erreur.detail)),
    )


def _erreurs(detail: Any, champ: str = "") -> Iterator[dict[str, str]]:
    """Yield the errors of a serializer, nested ones by their path: `taxes.0.taux`."""
    if isinstance(detail, Mapping):
        for nom, valeur in detail.items():
            suite = "" if nom == "non_field_errors" else str(nom)
            yield from _erreurs(valeur, ".".join(filter(None, (champ, suite))))
    elif isinstance(detail, list):
        for valeur in detail:
            yield from _erreurs(valeur, champ)
    else:
        yield {"champ": champ, "message": str(detail)}


REPONSES: tuple[tuple[Any, Callable[[Any], HttpResponse]], ...] = (
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), _cle),
    (exceptions.Throttled, _limite),
    (exceptions.MethodNotAllowed, _methode),
    (exceptions.UnsupportedMediaType, _type),
    (exceptions.ParseError, _illisible),
    (exceptions.ValidationError, _serialiseur),
    (
        (exceptions.PermissionDenied, PermissionDenied),
        lambda erreur: probleme("acces-refuse", str(erreur)),
    ),
    (
        (exceptions.NotFound, Http404),
        lambda erreur: probleme(
            "introuvable", "Aucune ressource n’est à cette adresse pour cette clé."
        ),
    ),
    (
        DepotRefuse,
        lambda erreur: probleme(
            "donnees-refusees",
            "La facture n’est pas déposée : « erreurs » dit ce qui est à corriger.",
            [erreur_de(anomalie) for anomalie in erreur.anomalies],
        ),
    ),
    (
        FichierRefuse,
        lambda erreur: probleme("donnees-refusees", str(erreur)),
    ),
    (
        IdentifiantDejaEmploye,
        lambda erreur: probleme("identifiant-deja-employe", " ".join(erreur.messages)),
    ),
    (
        TransitionInterdite,
        lambda erreur: probleme("etat-incompatible", " ".join(erreur.messages)),
    ),
    (
        ValidationError,
        lambda erreur: probleme("donnees-refusees", " ".join(erreur.messages)),
    ),
    (
        RecursionError,
        lambda erreur: probleme("requete-illisible", "Le corps est imbriqué sans fin."),
    ),
    (
        RequestDataTooBig,
        lambda erreur: probleme("requete-trop-grande", "La requête dépasse la taille acceptée."),
    ),
    (
        SuspiciousOperation,
        lambda erreur: probleme("requete-illisible", "La requête ne se comprend pas."),
    ),
)
