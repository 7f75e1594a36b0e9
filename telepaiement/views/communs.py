"""What the pages of counters and staff share."""

from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from facturier.acces.alertes import signaler_document_perdu
from facturier.acces.models import Utilisateur
from facturier.commun.apercu import REMISE
from facturier.commun.exports import Tableau, TropDeLignes, exporter
from facturier.commun.fichiers import DocumentPerdu
from facturier.commun.nombres import lire_entier
from facturier.commun.pdf import modules_qr
from facturier.commun.types_contenu import PDF
from telepaiement import recus_apurement
from telepaiement.models import RecuApurement

PAR_PAGE = 50
SAISIES_RETENUES = 10  # typed and not confirmed, of one kind, in one session
MARGE_QR = 4  # modules of white around the code, which readers need
Objet = TypeVar("Objet", bound=Model)


class CaisseFermee(Http404):
    """The page needs an open till: none was opened, or another tab has just closed it."""


def agent(request: HttpRequest) -> Utilisateur:
    """Return who is logged in; the access control saw to it that someone is."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError("page ouverte sans compte")
    return request.user


def retenir(request: HttpRequest, genre: str, identifiant: UUID, donnees: dict[str, Any]) -> None:
    """Keep what was typed, to be confirmed on a next page, in the session of the browser.

    Args:
        genre: what is typed; the last ten of a kind are kept.
        donnees: what JSON can write.
    """
    retenues = request.session.get(genre, {}) | {str(identifiant): donnees}
    request.session[genre] = dict(list(retenues.items())[-SAISIES_RETENUES:])


def retenue(request: HttpRequest, genre: str, identifiant: UUID) -> dict[str, Any]:
    """Return what `retenir` kept.

    Raises:
        Http404: it is unknown in this session.
    """
    donnees: dict[str, Any] | None = request.session.get(genre, {}).get(str(identifiant))
    if donnees is None:
        raise Http404("Saisie inconnue.")
    return donnees


def page_par_cle(
    lot: QuerySet[Objet], apres: str, *, taille: int = PAR_PAGE, croissant: bool = False
) -> tuple[list[Objet], int | None]:
    """Return a page of rows and the key to ask the next one with.

    The newest come first; the oldest when `croissant`, for what waits its turn.
    """
    if (depuis := lire_entier(apres)) is not None:
        lot = lot.filter(pk__gt=depuis) if croissant else lot.filter(pk__lt=depuis)
    page = list(lot.order_by("pk" if croissant else "-pk")[: taille + 1])
    suivant = page[taille - 1].pk if len(page) > taille else None
    return page[:taille], suivant


def reponse_pdf(contenu: bytes, nom: str) -> HttpResponse:
    """Return a PDF to download, which the browser neither guesses nor keeps."""
    piece = {"Content-Disposition": f'attachment; filename="{nom}"'}
    return HttpResponse(contenu, content_type=PDF, headers=REMISE | piece)


def reponse_recu(request: HttpRequest, recu: RecuApurement) -> HttpResponse:
    """Return the receipt of a settlement, drawn again when the store has lost it."""
    try:
        contenu = recus_apurement.document(recu)
    except DocumentPerdu as perdu:
        signaler_document_perdu(perdu, request)
        contenu = recus_apurement.dessiner(recu)
    return reponse_pdf(contenu, f"recu-{recu.reference}.pdf")


def reponse_qr(texte: str) -> HttpResponse:
    """Return an image of `texte`, to be scanned from a screen."""
    rangees = modules_qr(texte)
    cote = len(rangees) + 2 * MARGE_QR
    trace = "".join(
        f"M{x + MARGE_QR} {y + MARGE_QR}h1v1h-1z"
        for y, rangee in enumerate(rangees)
        for x, est_noir in enumerate(rangee)
        if est_noir
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240" '
        f'viewBox="0 0 {cote} {cote}">'
        f'<path fill="#fff" d="M0 0h{cote}v{cote}H0z"/><path d="{trace}"/></svg>'
    )
    return HttpResponse(svg, content_type="image/svg+xml")


def donner(
    request: HttpRequest, tableau: Tableau, extension: str, *, retour: str
) -> HttpResponseBase:
    """Give a list as a file; one too long for its format goes back to `retour`, which says so.

    Raises:
        Http404: `extension` is no format of `facturier.commun.exports`.
    """
    try:
        return exporter(tableau, extension)
    except TropDeLignes as refus:
        messages.error(request, str(refus))
        return redirect(retour)
