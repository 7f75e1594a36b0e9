"""What the pages share: the request, keyset pages, files to download, acts that may be refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest

from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers

TAILLE_PAGE = 50
LECTEURS = (Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE)
M = TypeVar("M", bound=Model)


class RequeteConnectee(HttpRequest):
    """A request whose person is known: the access control lets no other through."""

    user: Utilisateur


def page_par_cle(requete: HttpRequest, objets: QuerySet[M]) -> tuple[list[M], str]:
    """Return a page of `objets`, newest first, and the query string of the next, or nothing."""
    apres = requete.GET.get("apres", "")
    if apres.isdecimal():
        objets = objets.filter(pk__lt=int(apres))
    page = list(objets.order_by("-pk")[: TAILLE_PAGE + 1])
    if len(page) <= TAILLE_PAGE:
        return page, ""
    parametres = requete.GET.copy()
    parametres["apres"] = str(page[TAILLE_PAGE - 1].pk)
    return page[:TAILLE_PAGE], f"?{parametres.urlencode()}"


def tenter(requete: HttpRequest, acte: Callable[[], Any], reussite: str) -> bool:
    """Carry out an act; tell its success, or each reason why it was refused."""
    try:
        acte()
    except ValidationError as refus:
        for raison in refus.messages:
            messages.error(requete, raison)
        return False
    messages.success(requete, reussite)
    return True


def fichier_range(sha256: str, *, nom: str, type_mime: str) -> FileResponse:
    """Answer a file of the store, to be saved.

    Raises:
        Http404: it is not in the store.
    """
    try:
        contenu = fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE)
    except fichiers.FichierIntrouvable as erreur:
        raise Http404(str(erreur)) from erreur
    return FileResponse(contenu, as_attachment=True, filename=nom, content_type=type_mime)
