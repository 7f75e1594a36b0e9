"""Answers when something went wrong: in French, calm, saying what to do."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from facturier.commun.problemes import attend_un_probleme, probleme


def requete_refusee(requete: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    if attend_un_probleme(requete):
        return probleme("requete-illisible", "La requête ne se comprend pas : vérifiez-la.")
    return render(requete, "400.html", status=400)


def acces_refuse(requete: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the page exists, for others; the reason is told when the code gave one."""
    if attend_un_probleme(requete):
        return probleme("acces-refuse", str(exception))
    return render(requete, "403.html", {"raison": str(exception)}, status=403)


def page_introuvable(requete: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address, or nothing that this person may see."""
    if attend_un_probleme(requete):
        return probleme("introuvable", "Aucune ressource n’est à cette adresse.")
    return render(requete, "404.html", status=404)


def jeton_refuse(requete: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open too long, or cookies are blocked."""
    return render(requete, "403_csrf.html", status=403)


def panne(requete: HttpRequest, *arguments: Any) -> HttpResponse:
    """500: rendered without context processors, as the database may be what failed."""
    if attend_un_probleme(requete):
        return probleme("panne", "Le service est en panne : réessayez dans quelques minutes.")
    identifiant = structlog.contextvars.get_contextvars().get("requete", "")
    return HttpResponse(render_to_string("500.html", {"identifiant": identifiant}), status=500)
