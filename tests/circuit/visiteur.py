"""Follow the links of every page, as one person of each set of roles, and as a passer-by.

Run in an installation (`python -m tests.circuit.visiteur`), it prints how many pages each saw and
the links that led nowhere, as JSON. Of links that differ by their numbers alone, two are followed.
"""

import json
import re
import sys
from collections import Counter, deque
from typing import Any
from urllib.parse import urljoin, urlsplit

import django
from django.contrib.auth import get_user_model
from django.test import Client
from lxml import html

POSTE = "http://127.0.0.1"
PAR_FORME = 2
VARIABLE = re.compile(r"\d+|[A-Z0-9]{8,}|[0-9a-f-]{32,}")


def forme(adresse: str) -> str:
    """Return what the addresses of one kind of page have in common: no number, no value."""
    decoupee = urlsplit(adresse)
    noms = sorted(champ.partition("=")[0] for champ in decoupee.query.split("&"))
    return VARIABLE.sub("#", decoupee.path) + "?" + "&".join(noms)


def liens(page: bytes, adresse: str) -> list[str]:
    """Return the addresses of this site that a page leads to, without their fragments."""
    trouves = html.fromstring(page).xpath("//a/@href")
    cibles = [urlsplit(urljoin(POSTE + adresse, lien)) for lien in trouves]
    return [
        cible.path + (f"?{cible.query}" if cible.query else "")
        for cible in cibles
        if f"{cible.scheme}://{cible.netloc}" == POSTE and "/logout/" not in cible.path
    ]


def visiter(personne: Any) -> tuple[int, list[str]]:
    """Go from page to page as somebody, or nobody; return how many, and the dead ends."""
    navigateur = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    if personne:
        navigateur.force_login(personne)
    vues, impasses = 0, []
    formes: Counter[str] = Counter()
    a_suivre, connues = deque([("/", "")]), {"/"}
    while a_suivre:
        adresse, venue_de = a_suivre.popleft()
        reponse = navigateur.get(adresse)
        vues += 1
        if reponse.status_code >= 400:
            impasses.append(f"{reponse.status_code} {adresse}, depuis {venue_de}")
        for trouve in suites(reponse, adresse):
            if trouve not in connues and formes[forme(trouve)] < PAR_FORME:
                formes[forme(trouve)] += 1
                connues.add(trouve)
                a_suivre.append((trouve, adresse))
        reponse.close()
    return vues, impasses


def suites(reponse: Any, adresse: str) -> list[str]:
    """Return where an answer leads: its redirection, or the links of its page."""
    if "Location" in reponse:
        return liens(f'<a href="{reponse["Location"]}"></a>'.encode(), adresse)
    est_page = reponse["Content-Type"].startswith("text/html") and not reponse.streaming
    return liens(reponse.content, adresse) if est_page and reponse.content else []


def principal() -> None:
    """Visit as each, and print what was seen."""
    personnes: dict[frozenset[str], Any] = {frozenset(): None}
    for personne in (
        get_user_model().objects.filter(est_systeme=False, is_active=True).order_by("pk")
    ):
        personnes.setdefault(frozenset(personne.roles), personne)
    bilan = {str(personne or "passant"): visiter(personne) for personne in personnes.values()}
    json.dump(bilan, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    django.setup()
    principal()
