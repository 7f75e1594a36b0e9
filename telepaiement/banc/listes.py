"""List objects (newest first, cursors) and expansion of references."""

from collections.abc import Iterable
from typing import Any

from telepaiement.banc.erreurs import ErreurStripe, introuvable
from telepaiement.banc.registre import Objet, Registre

PROFONDEUR_MAXIMALE = 4
PAGE_MAXIMALE = 100
_COMPARAISONS = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def publier(objet: Any) -> Any:
    """Return a copy of `objet` without the private fields of the bench (leading underscore)."""
    if isinstance(objet, list):
        return [publier(element) for element in objet]
    if isinstance(objet, dict):
        return {cle: publier(champ) for cle, champ in objet.items() if not cle.startswith("_")}
    return objet


def lister(objets: Iterable[Objet], url: str, parametres: Objet) -> Objet:
    """Return one page of `objets` (given oldest first) as a Stripe list, newest first."""
    limite = parametres.get("limit", 10)
    if not 1 <= limite <= PAGE_MAXIMALE:
        message = "Limit must be between 1 and 100"
        raise ErreurStripe(message, code="parameter_invalid_integer", parametre="limit")
    bornes = parametres.get("created", {})
    retenus = [objet for objet in objets if _dans(objet["created"], bornes)]
    retenus.reverse()
    page, il_en_reste = _page(retenus, parametres, limite)
    return {"object": "list", "url": url, "has_more": il_en_reste, "data": page}


def _dans(moment: int, bornes: dict[str, int]) -> bool:
    return all(_COMPARAISONS[operateur](moment, borne) for operateur, borne in bornes.items())


def _page(retenus: list[Objet], parametres: Objet, limite: int) -> tuple[list[Objet], bool]:
    if "ending_before" in parametres:
        avant = retenus[: _rang(retenus, parametres["ending_before"], "ending_before")]
        return avant[-limite:], len(avant) > limite
    debut = 0
    if "starting_after" in parametres:
        debut = _rang(retenus, parametres["starting_after"], "starting_after") + 1
    return retenus[debut : debut + limite], len(retenus) > debut + limite


def _rang(retenus: list[Objet], cle: str, parametre: str) -> int:
    for rang, objet in enumerate(retenus):
        if objet["id"] == cle:
            return rang
    raise introuvable("object", cle, parametre)


def developper(registre: Registre, objet: Objet, chemins: list[str]) -> Objet:
    """Return a copy of `objet` in which each dotted path of `chemins` holds the object itself."""
    resultat: Objet = publier(objet)
    for chemin in chemins:
        etapes = chemin.split(".")
        if len(etapes) > PROFONDEUR_MAXIMALE:
            raise ErreurStripe(
                f"You cannot expand more than {PROFONDEUR_MAXIMALE} levels of a property",
                parametre="expand",
            )
        _suivre(registre, resultat, etapes, chemin)
    return resultat


def _suivre(registre: Registre, noeud: Any, etapes: list[str], chemin: str) -> None:
    if isinstance(noeud, list):
        for element in noeud:
            _suivre(registre, element, etapes, chemin)
        return
    if not etapes or not isinstance(noeud, dict):
        return
    etape, *suite = etapes
    if etape == "refunds" and noeud.get("object") == "charge":
        remboursements = registre.tous("refund", charge=noeud["id"])
        url = f"/v1/charges/{noeud['id']}/refunds"
        noeud[etape] = publier(lister(remboursements, url, {}))
    if etape not in noeud:
        raise ErreurStripe(f"This property cannot be expanded ({chemin}).", parametre="expand")
    if isinstance(noeud[etape], str):
        cible = registre.chercher(noeud[etape])
        if cible is None:
            raise ErreurStripe(f"This property cannot be expanded ({chemin}).", parametre="expand")
        noeud[etape] = publier(cible)
    _suivre(registre, noeud[etape], suite, chemin)
