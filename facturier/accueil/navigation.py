"""Gathers what each application offers: its menu entries and its dashboard cards."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from facturier.acces.models import Utilisateur
from facturier.commun.navigation import Carte, Entree

APPLICATIONS = (
    "facturier.acces",
    "fournisseurs",
    "facturier.suivi",
    "telepaiement",
    "exports_tps",
)


@cache
def _modules() -> tuple[ModuleType, ...]:
    """The `navigation` modules of the business applications that have one."""
    noms = [f"{nom}.navigation" for nom in APPLICATIONS if apps.is_installed(nom)]
    return tuple(import_module(nom) for nom in noms if find_spec(nom))


def _adresse(vue: str, parametres: dict[str, str | int] | None = None) -> str | None:
    try:
        return reverse(vue, kwargs=parametres or None)
    except NoReverseMatch:
        return None


def _entrees(utilisateur: Utilisateur) -> Iterator[Entree]:
    for module in _modules():
        for entree in getattr(module, "ENTREES", ()):
            est_a_portee = not entree.toutes_directions or utilisateur.voit_toutes_les_directions
            if est_a_portee and utilisateur.a_role(*entree.roles):
                yield entree


def navigation(requete: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, the menu of the person who asks; empty for a visitor."""
    utilisateur = getattr(requete, "user", None)
    if utilisateur is None or not utilisateur.is_authenticated:
        return {"navigation": []}
    liens = [("Tableau de bord", reverse("accueil:tableau"), "")]
    for entree in sorted(_entrees(utilisateur), key=lambda entree: entree.ordre):
        if adresse := _adresse(entree.vue):
            liens.append((entree.libelle, adresse, entree.groupe))
    siens = [lien for _, lien, _ in liens if requete.path.startswith(lien)]
    return {"navigation": _menu(liens, max(siens, key=len, default=""))}


def _menu(liens: Sequence[tuple[str, str, str]], courant: str) -> list[dict[str, Any]]:
    """Return the menu: plain entries, and groups of several with their `entrees`."""
    nombres = Counter(groupe for _, _, groupe in liens)
    menu: dict[str, dict[str, Any]] = {}
    for libelle, adresse, groupe in liens:
        entree = {"libelle": libelle, "adresse": adresse, "courant": adresse == courant}
        if not groupe or nombres[groupe] == 1:
            menu[adresse] = entree
            continue
        pli = menu.setdefault(groupe, {"libelle": groupe, "courant": False, "entrees": []})
        pli["entrees"].append(entree)
        pli["courant"] |= entree["courant"]
    return list(menu.values())


def cartes(utilisateur: Utilisateur) -> list[dict[str, Any]]:
    """Return the cards of the dashboard of `utilisateur`, in order, each with its address."""
    offertes: list[Carte] = []
    for module in _modules():
        if hasattr(module, "cartes"):
            offertes += module.cartes(utilisateur)
    visibles = []
    for carte in sorted(offertes, key=lambda carte: carte.ordre):
        if adresse := _adresse(carte.vue, carte.parametres):
            recherche = f"?{carte.recherche}" if carte.recherche else ""
            visibles.append({"carte": carte, "adresse": adresse + recherche})
    return visibles
