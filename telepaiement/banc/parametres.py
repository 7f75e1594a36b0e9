"""Form-encoded nested parameters, read then checked against what the API documents.

A schema is a mapping from name to a reader or to another schema. A reader takes the text and the
full name of the parameter and returns the value, or raises `ErreurStripe`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from telepaiement.banc.erreurs import ErreurStripe

Lecteur = Callable[[Any, str], Any]
# A schema nests; the value type is left open because a type alias cannot refer to itself here.
Schema = dict[str, Any]

_NOM = re.compile(r"[^\[\]]+|\[\]")
MONTANT_MAXIMAL = 99_999_999
TEXTE_MAXIMAL = 5000
METADONNEES_MAXIMALES = 50
CLE_MAXIMALE = 40
VALEUR_MAXIMALE = 500


def analyser(texte: str) -> dict[str, Any]:
    """Turn `a[b]=1&c[]=2&d[0]=3` into `{"a": {"b": "1"}, "c": {"0": "2"}, "d": {"0": "3"}}`."""
    racine: dict[str, Any] = {}
    for nom, valeur in parse_qsl(texte, keep_blank_values=True):
        _ranger(racine, _NOM.findall(nom) or [nom], valeur)
    return racine


def _ranger(racine: dict[str, Any], chemin: list[str], valeur: str) -> None:
    noeud = racine
    for etape in chemin[:-1]:
        suivant = noeud.setdefault(str(len(noeud)) if etape == "[]" else etape, {})
        if not isinstance(suivant, dict):
            raise ErreurStripe(f"Invalid request: parameter {etape} is given twice.")
        noeud = suivant
    noeud[str(len(noeud)) if chemin[-1] == "[]" else chemin[-1]] = valeur


def valider(brut: Mapping[str, Any], schema: Schema, prefixe: str = "") -> dict[str, Any]:
    """Return the typed parameters of `brut`; refuse with 400 what `schema` does not name."""
    resultat: dict[str, Any] = {}
    for cle, valeur in brut.items():
        nom = f"{prefixe}[{cle}]" if prefixe else cle
        if cle not in schema:
            raise ErreurStripe(
                f"Received unknown parameter: {nom}", code="parameter_unknown", parametre=nom
            )
        resultat[cle] = _lire(valeur, schema[cle], nom)
    return resultat


def _lire(valeur: Any, attendu: Any, nom: str) -> Any:
    if not isinstance(attendu, dict):
        return attendu(valeur, nom)
    if not isinstance(valeur, dict):
        raise ErreurStripe("Invalid object", parametre=nom)
    return valider(valeur, attendu, nom)


def exiger(parametres: Mapping[str, Any], *noms: str) -> None:
    """Refuse with 400 `parameter_missing` when one of `noms` is absent."""
    for nom in noms:
        if parametres.get(nom) in (None, ""):
            raise ErreurStripe(
                f"Missing required param: {nom}.", code="parameter_missing", parametre=nom
            )


def texte(valeur: Any, nom: str) -> str:
    """Read a string of at most 5000 characters."""
    if not isinstance(valeur, str):
        raise ErreurStripe(f"Invalid string: {valeur}", parametre=nom)
    if len(valeur) > TEXTE_MAXIMAL:
        raise ErreurStripe(f"Invalid string: {nom} is too long", parametre=nom)
    return valeur


def entier(valeur: Any, nom: str) -> int:
    """Read a whole number."""
    if not isinstance(valeur, str) or not re.fullmatch(r"-?[0-9]{1,18}", valeur):
        raise ErreurStripe(
            f"Invalid integer: {valeur}", code="parameter_invalid_integer", parametre=nom
        )
    return int(valeur)


def montant(valeur: Any, nom: str) -> int:
    """Read an amount in whole francs (smallest unit of the currency), 1 to 99 999 999."""
    resultat = entier(valeur, nom)
    if resultat < 1:
        message = "This value must be greater than or equal to 1."
        raise ErreurStripe(message, code="parameter_invalid_integer", parametre=nom)
    if resultat > MONTANT_MAXIMAL:
        message = f"Amount must be no more than {MONTANT_MAXIMAL}"
        raise ErreurStripe(message, code="amount_too_large", parametre=nom)
    return resultat


def booleen(valeur: Any, nom: str) -> bool:
    """Read `true` or `false`."""
    if valeur not in ("true", "false"):
        raise ErreurStripe(f"Invalid boolean: {valeur}", parametre=nom)
    return bool(valeur == "true")


def parmi(*choix: str) -> Lecteur:
    """Return a reader of one of `choix`."""

    def lire(valeur: Any, nom: str) -> str:
        if valeur not in choix:
            enumeration = ", ".join(choix[:-1])
            message = f"Invalid {nom}: must be one of {enumeration}, or {choix[-1]}"
            raise ErreurStripe(message, parametre=nom)
        return str(valeur)

    return lire


def liste(lecteur: Lecteur) -> Lecteur:
    """Return a reader of a list (given as ranks and values) of what `lecteur` reads."""

    def lire(valeur: Any, nom: str) -> list[Any]:
        if not isinstance(valeur, dict) or not all(rang.isdecimal() for rang in valeur):
            raise ErreurStripe("Invalid array", parametre=nom)
        return [lecteur(element, f"{nom}[{rang}]") for rang, element in valeur.items()]

    return lire


def metadonnees(valeur: Any, nom: str) -> dict[str, str]:
    """Read at most 50 free keys of 40 characters, values of 500; an empty value unsets a key."""
    if valeur == "":
        return {}
    if not isinstance(valeur, dict) or len(valeur) > METADONNEES_MAXIMALES:
        raise ErreurStripe("Invalid hash: at most 50 metadata keys", parametre=nom)
    for cle, contenu in valeur.items():
        trop_longue = len(cle) > CLE_MAXIMALE or len(contenu) > VALEUR_MAXIMALE
        if not isinstance(contenu, str) or trop_longue:
            message = f"Invalid metadata {cle}: keys have up to 40 characters, values up to 500."
            raise ErreurStripe(message, parametre=f"{nom}[{cle}]")
    return dict(valeur)


def fusionner_metadonnees(objet: dict[str, Any], nouvelles: Mapping[str, str]) -> None:
    """Apply an update of metadata: an empty value removes the key."""
    fusion = objet["metadata"] | nouvelles
    objet["metadata"] = {cle: valeur for cle, valeur in fusion.items() if valeur != ""}


INTERVALLE: Schema = dict.fromkeys(("gt", "gte", "lt", "lte"), entier)


def date_ou_intervalle(valeur: Any, nom: str) -> dict[str, int]:
    """Read `created=N` or `created[gte]=N`; return the bounds by operator."""
    if isinstance(valeur, dict):
        return valider(valeur, INTERVALLE, nom)
    moment = entier(valeur, nom)
    return {"gte": moment, "lte": moment}


PAGINATION: Schema = {
    "limit": entier,
    "starting_after": texte,
    "ending_before": texte,
    "created": date_ou_intervalle,
    "expand": liste(texte),
}
EXPANSION: Schema = {"expand": liste(texte)}
