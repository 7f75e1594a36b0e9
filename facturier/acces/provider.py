"""Arrival through an OpenID Connect provider: NC Connect, the compte provincial.

A subclass of allauth's provider, which closes what allauth leaves open: a fresh nonce, a signature
checked on every id_token, parameters taken from the settings alone, and the level of assurance
(`acr`) read again in the token. allauth loads this module by its name.
"""

import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

SIGNATURES = ("RS256", "PS256", "ES256")
TOLERANCE = 30  # seconds between two clocks
EXIGES = ("iss", "sub", "aud", "exp", "iat", "nonce")
CHAMPS_DECOUVERTE = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)


class IdentiteRefusee(OAuth2Error):  # type: ignore[misc]
    """What the provider answered cannot be trusted; the message, in French, says what failed."""


class AdaptateurIdentite(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Talks to one provider, and believes nothing it has not checked."""

    etat: dict[str, Any]
    _openid_config: dict[str, Any]

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider publishes about itself.

        Raises:
            IdentiteRefusee: it is not the issuer of the settings, or an address is missing.
        """
        if hasattr(self, "_openid_config"):
            return self._openid_config
        with get_adapter().get_requests_session() as session:
            reponse = session.get(self.get_provider().server_url)
            reponse.raise_for_status()
            configuration = reponse.json()
        if not isinstance(configuration, dict) or any(
            not isinstance(configuration.get(champ), str) for champ in CHAMPS_DECOUVERTE
        ):
            raise IdentiteRefusee("sa description est incomplète")
        if configuration["issuer"].rstrip("/") != self._emetteur():
            raise IdentiteRefusee("il n’est pas celui qui est attendu")
        self._openid_config = configuration
        return self._openid_config

    def _emetteur(self) -> str:
        emetteur: str = self.get_provider().app.settings["server_url"]
        return emetteur.rstrip("/")

    def get_access_token_data(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Exchange the code; keep what is used of the answer.

        Raises:
            IdentiteRefusee: it holds no access token.
        """
        recu: dict[str, Any] = super().get_access_token_data(*arguments, **options)
        if not isinstance(recu["access_token"], str) or not recu["access_token"]:
            raise IdentiteRefusee("il n’a pas donné de jeton d’accès")
        return {nom: recu.get(nom) for nom in ("access_token", "id_token")}

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **options: Any
    ) -> Any:
        """Return who arrives, once the id_token and what goes with it are checked.

        Raises:
            IdentiteRefusee: no id_token, a forged one, or answers about two different people.
        """
        brut = options["response"].get("id_token")
        if not isinstance(brut, str) or not brut:
            raise IdentiteRefusee("il n’a pas donné de jeton d’identité")
        jeton = self._decode_id_token(app, brut)
        personne = self._fetch_user_info(token.token)
        if not isinstance(personne, dict) or personne.get("sub") != jeton["sub"]:
            raise IdentiteRefusee("il a répondu à propos de deux personnes différentes")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": personne})

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Check signature, issuer, audience, dates, nonce and level; return the claims."""
        try:
            jeton: dict[str, Any] = jwt.decode(
                id_token,
                key=self._cle(id_token),
                algorithms=list(SIGNATURES),
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=TOLERANCE,
                options={"require": list(EXIGES)},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as erreur:
            raise IdentiteRefusee("son jeton d’identité n’est pas authentique") from erreur
        if isinstance(jeton["aud"], list) and jeton.get("azp", app.client_id) != app.client_id:
            raise IdentiteRefusee("son jeton d’identité est destiné à un autre service")
        if not constant_time_compare(str(jeton["nonce"]), str(self.etat.get("nonce") or "")):
            raise IdentiteRefusee("son jeton d’identité répond à une autre demande")
        niveaux = app.settings["acr_values"]
        if niveaux and jeton.get("acr") not in niveaux:
            raise IdentiteRefusee("le niveau de sécurité de la connexion est insuffisant")
        return jeton

    def _cle(self, id_token: str) -> Any:
        """Return the public key that the header of the token names."""
        entete = jwt.get_unverified_header(id_token)
        with get_adapter().get_requests_session() as session:
            reponse = session.get(self.openid_config["jwks_uri"])
            reponse.raise_for_status()
        for cle in jwt.PyJWKSet.from_dict(reponse.json()).keys:
            if cle.key_type in {"RSA", "EC"} and cle.key_id == entete.get("kid"):
                return cle.key
        raise IdentiteRefusee("la clé de son jeton d’identité est inconnue")

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the address to come back to, from the settings and not from the request."""
        return str(settings.ADRESSE_PUBLIQUE + self.get_provider().get_callback_url())


class FournisseurIdentite(OpenIDConnectProvider):  # type: ignore[misc]
    """One configured provider; its parameters come from the settings alone."""

    id = "identite"
    name = "Fournisseur d’identité"
    pkce_enabled_default = True
    oauth2_adapter_class = AdaptateurIdentite
    supports_token_authentication = False

    def get_login_url(self, request: HttpRequest, **options: Any) -> str:
        """Return the address that starts the journey."""
        return reverse("acces:identite", args=[self.app.provider_id])

    def get_callback_url(self) -> str:
        """Return the address that ends it."""
        return reverse("acces:identite_retour", args=[self.app.provider_id])

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Take from the request where to go next, inside the site, and whose account to link."""
        suite = request.POST.get("next", "")
        est_sure = url_has_allowed_host_and_scheme(
            suite, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        parametres = {"process": AuthProcess.LOGIN, "next_url": suite if est_sure else None}
        if request.user.is_authenticated:  # only the page « Identités liées » leads here then
            parametres["lier"] = request.user.pk
        return parametres

    def redirect(self, request: HttpRequest, process: str, **options: Any) -> HttpResponse:
        """Send the browser to the provider with a fresh nonce, kept in the session."""
        nonce = secrets.token_urlsafe(32)
        parametres = {"nonce": nonce, "prompt": "login"}
        if niveaux := self.app.settings["acr_values"]:
            parametres["acr_values"] = " ".join(niveaux)
        reponse: HttpResponse = super().redirect(
            request, process, auth_params=parametres, nonce=nonce, **options
        )
        return reponse

    def get_pkce_params(self) -> dict[str, Any]:
        """Return a fresh challenge (S256), always."""
        self.app.settings["oauth_pkce_enabled"] = True
        parametres: dict[str, Any] = super().get_pkce_params()
        return parametres

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing of what the provider tells, but who it is about."""
        return {"sub": data["userinfo"]["sub"]}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """Return the address, verified only if the provider says so in so many words."""
        adresses: list[Any] = super().extract_email_addresses(data)
        for adresse in adresses:
            adresse.email = str(adresse.email).lower()
            adresse.verified = data["userinfo"].get("email_verified") is True
        return adresses


class RetourIdentite(OAuth2CallbackView):  # type: ignore[misc]
    """allauth's view, which hands the state of the request, popped, to the check of the token."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        etat, reponse = super()._get_state(request, provider)
        self.adapter.etat = etat or {}
        return etat, reponse


provider_classes = [FournisseurIdentite]
