"""Keyset pages: stable while rows are added, constant in cost however far one goes."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.http import QueryDict

Modele = TypeVar("Modele", bound=models.Model)
TAILLE_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageCle(Generic[Modele]):
    """One page, newest first, with the query strings of its neighbours (empty: none)."""

    objets: list[Modele]
    precedent: str
    suivant: str


def page_cle(lignes: Any, parametres: QueryDict, *, taille: int = TAILLE_PAGE) -> PageCle[Any]:
    """Cut `lignes` (a queryset) by key: `?avant=` goes to older rows, `?apres=` to newer ones.

    A value that is not a number is ignored: a mistyped address shows the first page.
    """
    avant, apres = _cle(parametres, "avant"), _cle(parametres, "apres")
    if apres is not None:
        objets = list(lignes.filter(pk__gt=apres).order_by("pk")[: taille + 1])
        a_plus_recent = len(objets) > taille
        objets = objets[:taille][::-1]
        return PageCle(
            objets,
            _adresse(parametres, "apres", objets) if a_plus_recent else "",
            _adresse(parametres, "avant", objets[::-1]),
        )
    if avant is not None:
        lignes = lignes.filter(pk__lt=avant)
    objets = list(lignes.order_by("-pk")[: taille + 1])
    a_plus_ancien = len(objets) > taille
    objets = objets[:taille]
    return PageCle(
        objets,
        _adresse(parametres, "apres", objets) if avant is not None else "",
        _adresse(parametres, "avant", objets[::-1]) if a_plus_ancien else "",
    )


def _cle(parametres: QueryDict, nom: str) -> int | None:
    valeur = parametres.get(nom, "")
    return int(valeur) if valeur.isascii() and valeur.isdigit() and len(valeur) < 19 else None  # noqa: PLR2004


def _adresse(parametres: QueryDict, nom: str, objets: list[Any]) -> str:
    """Return the query string that starts from the first of `objets`."""
    if not objets:
        return ""
    requete = parametres.copy()
    for cle in ("avant", "apres"):
        requete.pop(cle, None)
    requete[nom] = str(objets[0].pk)
    return f"?{requete.urlencode()}"
