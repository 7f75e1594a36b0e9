"""Answers when something went wrong: in French, calm, saying what to do."""

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from facturier.acces.alertes import signaler_document_perdu
from facturier.commun.apercu import fermer
from facturier.commun.fichiers import DocumentPerdu
from facturier.commun.problemes import attend_un_probleme, probleme
from facturier.commun.types_contenu import PDF
from facturier.grand_livre.passation import EcritureRefusee
from telepaiement.views.communs import CaisseFermee
from telepaiement.views.consultation import BORNE

journal = structlog.get_logger(__name__)

BASE, BASE_BORNE = "base.html", "telepaiement/base_payer.html"


def requete_refusee(requete: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    if attend_un_probleme(requete):
        return probleme("requete-illisible", "La requête ne se comprend pas : vérifiez-la.")
    return _page(requete, "400.html", 400)


def acces_refuse(requete: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the page exists, for others; the reason is told when the code gave one."""
    if attend_un_probleme(requete):
        return probleme("acces-refuse", str(exception))
    return _page(requete, "403.html", 403, raison=str(exception))


def page_introuvable(requete: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address, or nothing that this person may see."""
    if attend_un_probleme(requete):
        return probleme("introuvable", "Aucune ressource n’est à cette adresse.")
    caisse_fermee = isinstance(exception, CaisseFermee)
    return _page(requete, "404.html", 404, caisse_fermee=caisse_fermee)


class AdresseLisibleMiddleware:
    """400: no address of ours holds the character NUL, which the database cannot even compare.

    The API names the filter that holds it itself.
    """

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Serve the request, or refuse its address."""
        adresse = requete.path if attend_un_probleme(requete) else requete.get_full_path()
        if "\0" in adresse or "%00" in adresse:
            return requete_refusee(requete, ValueError("NUL"))
        return self.suite(requete)


class EcritureRefuseeMiddleware:
    """409: the ledger refuses the entry of an act (closed exercice), whatever the act and its page.

    The act is undone whole, and the page says what the ledger said.
    """

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Serve the request."""
        return self.suite(requete)

    def process_exception(self, requete: HttpRequest, erreur: Exception) -> HttpResponse | None:
        """Answer for what no form told on its page; leave any other exception alone."""
        if not isinstance(erreur, EcritureRefusee):
            return None
        journal.warning("ecriture_refusee", raison=str(erreur))
        if attend_un_probleme(requete):
            return probleme("etat-incompatible", str(erreur))
        return _page(requete, "409.html", 409, raison=str(erreur))


class DocumentPerduMiddleware:
    """409: a document that the page needs is lost by the store; the administrators are told.

    The act is undone whole, so nothing is said to be printed or sent.
    """

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Serve the request."""
        return self.suite(requete)

    def process_exception(self, requete: HttpRequest, erreur: Exception) -> HttpResponseBase | None:
        """Answer for what no page told itself; leave any other exception alone."""
        if not isinstance(erreur, DocumentPerdu):
            return None
        signaler_document_perdu(erreur, requete)
        if attend_un_probleme(requete):
            return probleme("etat-incompatible", str(erreur))
        if requete.headers.get("Sec-Fetch-Dest") == "iframe":  # shown inside a page of ours
            texte = HttpResponse(str(erreur), content_type="text/plain; charset=utf-8", status=409)
            return fermer(texte, PDF)
        return _page(requete, "document_perdu.html", 409, raison=str(erreur))


def jeton_refuse(requete: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open too long, or cookies are blocked."""
    return _page(requete, "403_csrf.html", 403)


def _page(requete: HttpRequest, gabarit: str, statut: int, **contexte: Any) -> HttpResponse:
    """Render an error; on a kiosk with its bare head, whose only ways lead back to its start."""
    session = getattr(requete, "session", None)  # none when a middleware refused before it
    est_borne = session is not None and session.get(BORNE)
    contexte["base_erreur"] = BASE_BORNE if est_borne else BASE
    return render(requete, gabarit, contexte, status=statut)


def panne(requete: HttpRequest, *arguments: Any) -> HttpResponse:
    """500: rendered without context processors, as the database may be what failed."""
    if attend_un_probleme(requete):
        return probleme("panne", "Le service est en panne : réessayez dans quelques minutes.")
    identifiant = structlog.contextvars.get_contextvars().get("requete", "")
    contexte = {"identifiant": identifiant, "base_erreur": BASE}
    return HttpResponse(render_to_string("500.html", contexte), status=500)
