"""Whose account it is, when somebody arrives through an OpenID Connect provider."""

from typing import Any

import structlog
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from facturier.acces.models import Role, Utilisateur
from facturier.acces.provider import IdentiteRefusee

journal = structlog.get_logger(__name__)

ADRESSE_NON_VERIFIEE = (
    "{nom} n’a pas vérifié votre adresse électronique. Vérifiez-la auprès de lui, ou créez votre "
    "compte ici avec un mot de passe."
)
COMPTE_NON_VERIFIE = (
    "Un compte existe ici avec votre adresse électronique, mais elle n’y est pas encore vérifiée. "
    "Ouvrez le lien reçu à l’inscription, ou demandez un nouveau mot de passe, puis recommencez."
)
AUTRE_COMPTE = (
    "Cette identité {nom} ouvre déjà un autre compte. Entrez dans cet autre compte et détachez-la "
    "d’abord."
)
AUTRE_SESSION = (
    "Votre session a changé entre-temps. Connectez-vous, puis recommencez depuis « Mon compte »."
)
MAIL_DETACHEE = "socialaccount/email/account_disconnected"
COMPTE_INTERNE = (
    "Votre adresse électronique est celle d’un compte d’agent : connectez-vous avec votre mot de "
    "passe."
)


def identites_proposees() -> list[dict[str, Any]]:
    """Return the providers that are configured: code, name."""
    identites: list[dict[str, Any]] = settings.IDENTITES
    return identites


class AdaptateurIdentites(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers from the settings alone; accounts linked by verified address alone."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the configured providers of that code or kind."""
        applications = [
            SocialApp(
                provider="identite",
                provider_id=identite["code"],
                name=identite["libelle"],
                client_id=identite["client_id"],
                secret=identite["secret"],
                settings={
                    "server_url": identite["emetteur"],
                    "acr_values": list(identite["acr"]),
                },
            )
            for identite in identites_proposees()
        ]
        return [
            application
            for application in applications
            if provider in {None, application.provider, application.provider_id}
            and client_id in {None, application.client_id}
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in who is known, link who owns a verified address, turn the others away."""
        nom = sociallogin.provider.app.name
        if "lier" in sociallogin.state:
            raise ImmediateHttpResponse(_lier(request, sociallogin, nom))
        if sociallogin.is_existing:
            if not est_externe(sociallogin.user):
                raise ImmediateHttpResponse(page_refus(request, nom, COMPTE_INTERNE))
            return
        adresses = [adresse.email for adresse in sociallogin.email_addresses if adresse.verified]
        if not adresses:
            raise ImmediateHttpResponse(
                page_refus(request, nom, ADRESSE_NON_VERIFIEE.format(nom=nom))
            )
        connu = Utilisateur.objects.filter(email=adresses[0]).first()
        autres = EmailAddress.objects.filter(email__iexact=adresses[0])
        if connu is None and not autres.exists():
            return
        if connu is None or not autres.filter(user=connu, verified=True).exists():
            raise ImmediateHttpResponse(page_refus(request, nom, COMPTE_NON_VERIFIE))
        if not est_externe(connu):
            raise ImmediateHttpResponse(page_refus(request, nom, COMPTE_INTERNE))
        _rattacher(request, sociallogin, connu)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Create the account at once: the provider gave all that the form would ask."""
        return True

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Utilisateur:
        """Save the account of somebody new, who becomes a fournisseur."""
        utilisateur: Utilisateur = sociallogin.user
        utilisateur.set_unusable_password()
        sociallogin.save(request)
        utilisateur.attribuer(Role.FOURNISSEUR)
        _tracer(utilisateur, sociallogin.account.provider)
        return utilisateur

    def populate_user(
        self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]
    ) -> Utilisateur:
        """Fill the names and the address."""
        utilisateur: Utilisateur = sociallogin.user
        utilisateur.email = str(data.get("email") or "").lower()
        utilisateur.prenom = str(data.get("first_name") or "")[:50]
        utilisateur.nom = str(data.get("last_name") or data.get("name") or "")[:80]
        return utilisateur

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str = AuthError.UNKNOWN,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Answer in French, and leave in the log what failed, without any token."""
        nom = provider.app.name
        raison = (
            f"Vous avez interrompu la connexion avec {nom}."
            if error == AuthError.CANCELLED
            else _expliquer(nom, exception)
        )
        journal.warning(
            "identite_refusee", fournisseur=provider.app.provider_id, cause=type(exception).__name__
        )
        raise ImmediateHttpResponse(page_refus(request, nom, raison))


def _lier(request: HttpRequest, sociallogin: Any, nom: str) -> HttpResponse:
    """Link the identity to the account that asked for it from its own page, and go back there.

    The address given by the provider plays no part; an identity that opens another account stays
    where it is.
    """
    utilisateur: Any = request.user
    if utilisateur.pk != sociallogin.state["lier"]:
        return page_refus(request, nom, AUTRE_SESSION)
    if not est_externe(utilisateur):
        return page_refus(request, nom, COMPTE_INTERNE)
    if sociallogin.is_existing and sociallogin.user.pk != utilisateur.pk:
        return page_refus(request, nom, AUTRE_COMPTE.format(nom=nom))
    if not sociallogin.is_existing:
        _rattacher(request, sociallogin, utilisateur)
    messages.success(request, f"{nom} ouvre désormais votre compte.")
    return redirect("acces:identites")


def est_externe(utilisateur: Utilisateur) -> bool:
    """Whether an outside provider may open this account: never that of the staff."""
    return utilisateur.roles <= {Role.FOURNISSEUR} and not utilisateur.est_systeme


@transaction.atomic
def detacher(identite: SocialAccount, *, par: Utilisateur) -> None:
    """Take from the account of `par` the way in through `identite`; he is told by e-mail.

    Raises:
        ValidationError: it is not his, or it is the last way in: he has no password.
    """
    Utilisateur.objects.select_for_update(of=("self",)).get(pk=par.pk)
    siennes = SocialAccount.objects.filter(user=par)
    if not siennes.filter(pk=identite.pk).exists():
        raise ValidationError("Cette identité n’est plus liée à votre compte.")
    if not par.has_usable_password() and siennes.count() == 1:
        raise ValidationError(
            "C’est votre seul moyen d’entrer : choisissez d’abord un mot de passe."
        )
    code = identite.provider
    identite.delete()
    par.passages.create(acte="delier", depart=code, arrivee="", par=par)
    get_adapter().send_notification_mail(MAIL_DETACHEE, par, {"nom": libelle_identite(code)})


def identites_liees(utilisateur: Utilisateur) -> list[str]:
    """Return the names of the outside identities that open the account."""
    liees = SocialAccount.objects.filter(user=utilisateur).order_by("pk")
    return [libelle_identite(code) for code in liees.values_list("provider", flat=True)]


def libelle_identite(code: str) -> str:
    """Return the name of a provider; its code when it is no longer configured."""
    noms = {identite["code"]: str(identite["libelle"]) for identite in identites_proposees()}
    return noms.get(code, code)


@transaction.atomic
def _rattacher(request: HttpRequest, sociallogin: Any, utilisateur: Utilisateur) -> None:
    sociallogin.connect(request, utilisateur)
    _tracer(utilisateur, sociallogin.account.provider)


def _tracer(utilisateur: Utilisateur, fournisseur: str) -> None:
    utilisateur.passages.create(acte="lier", depart="", arrivee=fournisseur, par=utilisateur)


def _expliquer(nom: str, exception: Exception | None) -> str:
    if isinstance(exception, IdentiteRefusee):
        return f"La réponse de {nom} n’est pas acceptable : {exception}. Recommencez."
    if exception is None:
        return "Cette connexion a expiré, a déjà servi ou vient d’un autre navigateur. Recommencez."
    return f"{nom} ne répond pas comme prévu. Réessayez dans quelques minutes."


def page_refus(request: HttpRequest, nom: str, raison: str, statut: int = 403) -> HttpResponse:
    """Return the page that says why the person is not logged in, and what to do."""
    contexte = {"nom": nom, "raison": raison}
    return render(request, "acces/identite_refusee.html", contexte, status=statut)
