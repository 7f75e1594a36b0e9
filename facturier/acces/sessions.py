"""Sessions: how long they last idle, what is kept of their pages, and how they end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from facturier.acces.models import Role, Utilisateur

NAVIGATEURS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
APPAREILS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class SessionsMiddleware:
    """Give each session its idle time, and let no cache keep a page meant for one person."""

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Answer, then set the idle time and the header of caches."""
        est_connecte = requete.user.is_authenticated
        reponse = self.suite(requete)
        if SESSION_KEY in requete.session and requete.user.is_authenticated:  # a key opens none
            _regler_duree(requete, requete.user)
        if (
            est_connecte
            or requete.path.startswith(settings.CHEMINS_SANS_COPIE)
            or requete.user.is_authenticated
        ):
            reponse["Cache-Control"] = "no-store"
        return reponse


def _regler_duree(requete: HttpRequest, utilisateur: Utilisateur) -> None:
    """Staff stay longer than suppliers, who may use a shared computer."""
    est_fournisseur = utilisateur.roles <= {Role.FOURNISSEUR}
    duree = settings.SESSION_DUREE_FOURNISSEUR if est_fournisseur else settings.SESSION_COOKIE_AGE
    if requete.session.get_expiry_age() != duree:
        requete.session.set_expiry(duree)


def fermer_les_sessions(utilisateur: Utilisateur) -> None:
    """End every session of `utilisateur`, wherever it was opened."""
    Utilisateur.objects.filter(pk=utilisateur.pk).update(
        generation_sessions=F("generation_sessions") + 1
    )
    utilisateur.refresh_from_db(fields=["generation_sessions"])


def fermer_les_autres_sessions(requete: HttpRequest, utilisateur: Utilisateur) -> None:
    """End every session of `utilisateur` but the one of `requete`."""
    fermer_les_sessions(utilisateur)
    update_session_auth_hash(requete, utilisateur)
    UserSession.objects.filter(user=utilisateur).exclude(
        session_key=requete.session.session_key
    ).delete()
    UserSession.objects.create_from_request(requete)


@dataclass(frozen=True, slots=True)
class SessionOuverte:
    """A session as its owner recognises it."""

    appareil: str
    adresse_ip: str
    ouverte_le: datetime
    est_courante: bool


def sessions_ouvertes(requete: HttpRequest, utilisateur: Utilisateur) -> list[SessionOuverte]:
    """Return the living sessions of `utilisateur`, the latest first."""
    vivantes = UserSession.objects.purge_and_list(utilisateur)
    return [
        SessionOuverte(
            appareil=decrire_appareil(session.user_agent),
            adresse_ip=session.ip,
            ouverte_le=session.created_at,
            est_courante=session.session_key == requete.session.session_key,
        )
        for session in sorted(vivantes, key=lambda session: session.created_at, reverse=True)
    ]


def decrire_appareil(agent: str) -> str:
    """Return `Firefox sur Windows` for the User-Agent of a browser; best effort, for display."""
    navigateur = _reconnaitre(agent, NAVIGATEURS) or "Navigateur inconnu"
    appareil = _reconnaitre(agent, APPAREILS)
    return f"{navigateur} sur {appareil}" if appareil else navigateur


def _reconnaitre(agent: str, reperes: Iterable[tuple[str, str]]) -> str:
    return next((nom for repere, nom in reperes if repere in agent), "")
