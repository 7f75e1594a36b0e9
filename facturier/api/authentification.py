"""Who calls: a key, never a session, so that no page can call in the name of its reader."""

from typing import Any

from django.utils.functional import SimpleLazyObject
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from facturier.api.cles import noter_usage, reconnaitre
from facturier.api.limites import attente
from facturier.api.models import CleApi
from facturier.api.models.cles import DROIT_DE_PORTEE
from facturier.commun.provenance import adresse_client

CLE_INCONNUE = "Cette clé n’existe pas : vérifiez qu’elle est copiée en entier."


class AuthentificationParCle(BaseAuthentication):
    """`Authorization: Bearer <key>`."""

    def authenticate(self, request: Request) -> tuple[Any, CleApi] | None:
        """Return the holder, read if need be, and the key; None when no key is shown.

        Raises:
            AuthenticationFailed: the key is unknown, revoked, out of date, or its holder has left.
            Throttled: too many wrong keys came from the same address.
        """
        entete = request.headers.get("Authorization", "")
        if not entete:
            return None
        adresse = adresse_client(request._request)
        schema, _, secret = entete.partition(" ")
        cle = reconnaitre(secret.strip()) if schema.lower() == "bearer" else None
        if cle is None:
            if secondes := attente("cles_inconnues", adresse):
                raise Throttled(secondes)
            raise AuthenticationFailed(CLE_INCONNUE)
        if refus := _refus(cle):
            raise AuthenticationFailed(refus)
        noter_usage(cle, adresse)
        return SimpleLazyObject(lambda: cle.titulaire), cle

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says is expected."""
        return 'Bearer realm="api"'


def _refus(cle: CleApi) -> str:
    """Return why a known key opens nothing any more; nothing when it does."""
    if cle.revoquee_le is not None:
        return "Cette clé est révoquée : créez-en une autre."
    if cle.est_expiree:
        return "Cette clé a expiré : créez-en une autre."
    if not cle.titulaire_actif or not cle.a_droit_consulter:  # type: ignore[attr-defined]  # read
        return (
            "La personne qui a créé cette clé n’agit plus pour l’établissement : une autre doit en "
            "créer une."
        )
    return ""


class PorteeRequise(BasePermission):
    """The key has the portée that the view declares, and its holder the right behind it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the call may pass.

        Raises:
            PermissionDenied: it may not, and why.
        """
        if not isinstance(request.auth, CleApi):
            return False
        cle, portee = request.auth, view.portees.get(request.method)
        if portee is None:
            return True
        if portee not in cle.portees:
            raise PermissionDenied(
                f"Cette clé n’a pas la portée « {portee} » : créez-en une qui l’a."
            )
        if not getattr(cle, f"a_droit_{DROIT_DE_PORTEE[portee]}"):
            raise PermissionDenied(
                "La personne qui a créé cette clé n’a plus le droit de déposer pour "
                "l’établissement."
            )
        return True


class SchemaCle(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the key is described in the OpenAPI document."""

    target_class = "facturier.api.authentification.AuthentificationParCle"
    name = "cle"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Une clé d’API, créée depuis la page de l’établissement.",
        }
