"""Access to pages: denied unless the view says whom it serves.

A view carries `roles_admis`, set by one of the decorators below. A view without it answers 403
to everybody: forgetting the rule closes the page instead of opening it. `docs/acces.md` lists the
result for every URL, and a test compares it with what the server answers.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from facturier.acces.models import Role, Utilisateur

Vue = TypeVar("Vue", bound=Callable[..., Any])
TOUS = "tous"
CONNECTE = "connecte"
CLE = "cle"
MODULES_PUBLICS = ("allauth.account.",)  # sign-in pages protect themselves


class RequeteConnectee(HttpRequest):
    """A request whose person is known: the access control lets no other through."""

    user: Utilisateur


def reserver_a(*roles: Role) -> Callable[[Vue], Vue]:
    """Open a view to the holders of one of `roles`."""

    def decorer(vue: Vue) -> Vue:
        vue.roles_admis = frozenset(roles)  # type: ignore[attr-defined]
        return vue

    return decorer


def reserver_aux_finances(*roles: Role) -> Callable[[Vue], Vue]:
    """Open a view to the holders of one of `roles` whose sight stops at no direction.

    For the pages that look at the whole base (decision 16).
    """

    def decorer(vue: Vue) -> Vue:
        vue.toutes_directions = True  # type: ignore[attr-defined]
        return reserver_a(*roles)(vue)

    return decorer


def ouvrir_a_tous(vue: Vue) -> Vue:
    """Open a view to everybody, without an account."""
    vue.roles_admis = frozenset({TOUS})  # type: ignore[attr-defined]
    return vue


def ouvrir_aux_comptes(vue: Vue) -> Vue:
    """Open a view to anybody who is logged in; it restricts by object itself."""
    vue.roles_admis = frozenset({CONNECTE})  # type: ignore[attr-defined]
    return vue


def roles_admis(vue: Any) -> frozenset[str]:
    """Return whom `vue` serves: role codes, `tous`, `connecte`, `cle` (programs that show a key,
    which the view checks itself), or nobody when it says nothing.
    """
    if getattr(vue, "__module__", "").startswith(MODULES_PUBLICS):
        return frozenset({TOUS})
    classe = getattr(vue, "view_class", None)
    admis: frozenset[str] = getattr(vue, "roles_admis", frozenset())
    return admis or getattr(classe, "roles_admis", frozenset())


def toutes_directions(vue: Any) -> bool:
    """Tell whether `vue` serves only those who see the tiers of every direction."""
    return getattr(vue, "toutes_directions", False)


def motif_de_refus(vue: Any, personne: Utilisateur | AnonymousUser) -> str:
    """Say why `vue` does not serve `personne`, or nothing when it does."""
    admis = roles_admis(vue)
    if admis & {TOUS, CLE}:
        return ""
    if not isinstance(personne, Utilisateur):
        return "Connectez-vous pour ouvrir cette page."
    if CONNECTE not in admis and not personne.a_role(*admis):
        return "Cette page est réservée à d’autres rôles que le vôtre."
    if toutes_directions(vue) and not personne.voit_toutes_les_directions:
        return (
            "Cette page montre les tiers de toutes les directions : elle est réservée à la "
            "direction des finances."
        )
    return ""


class ControleAccesMiddleware:
    """Refuse a request whose view does not serve the person who asks."""

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Let the request through to `process_view`."""
        return self.suite(requete)

    def process_view(
        self, requete: HttpRequest, vue: Any, arguments: Any, noms: Any
    ) -> HttpResponse | None:
        """Answer nothing (go on), a redirection to the login page, or 403."""
        admis = roles_admis(vue)
        if not admis & {TOUS, CLE} and not requete.user.is_authenticated:
            return redirect_to_login(requete.get_full_path())
        if refus := motif_de_refus(vue, requete.user):
            raise PermissionDenied(refus)
        return None
