"""Keyset pages: stable while rows are added, constant in cost however far one goes."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.http import QueryDict

from facturier.commun.nombres import lire_entier

Modele = TypeVar("Modele", bound=models.Model)
TAILLE_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageCle(Generic[Modele]):
    """One page, with the query strings of its neighbours (empty: none)."""

    objets: list[Modele]
    precedent: str
    suivant: str


def page_cle(
    lignes: Any,
    parametres: QueryDict,
    *,
    taille: int = TAILLE_PAGE,
    est_croissante: bool = False,
) -> PageCle[Any]:
    """Cut `lignes` (a queryset) by key: `?avant=` goes to older rows, `?apres=` to newer ones.

    Newest first, unless `est_croissante`. A value that is not a number is ignored: a mistyped
    address shows the first page.
    """
    suite, retour = ("apres", "avant") if est_croissante else ("avant", "apres")
    depuis = _cle(parametres, retour)
    if depuis is not None:
        objets = _tranche(lignes, retour, depuis, taille)
        a_davantage = len(objets) > taille
        objets = objets[:taille][::-1]
        return PageCle(
            objets,
            _adresse(parametres, retour, objets) if a_davantage else "",
            _adresse(parametres, suite, objets[::-1]),
        )
    depuis = _cle(parametres, suite)
    objets = _tranche(lignes, suite, depuis, taille)
    a_davantage = len(objets) > taille
    objets = objets[:taille]
    return PageCle(
        objets,
        _adresse(parametres, retour, objets) if depuis is not None else "",
        _adresse(parametres, suite, objets[::-1]) if a_davantage else "",
    )


def _tranche(lignes: Any, sens: str, depuis: int | None, taille: int) -> list[Any]:
    """Return the rows nearest to key `depuis` on one side, and one more to tell of the others."""
    if depuis is not None:
        lignes = lignes.filter(**{"pk__gt" if sens == "apres" else "pk__lt": depuis})
    return list(lignes.order_by("pk" if sens == "apres" else "-pk")[: taille + 1])


def _cle(parametres: QueryDict, nom: str) -> int | None:
    return lire_entier(parametres.get(nom, ""))


def _adresse(parametres: QueryDict, nom: str, objets: list[Any]) -> str:
    """Return the query string that starts from the first of `objets`."""
    if not objets:
        return ""
    requete = parametres.copy()
    for cle in ("avant", "apres"):
        requete.pop(cle, None)
    requete[nom] = str(objets[0].pk)
    return f"?{requete.urlencode()}"
