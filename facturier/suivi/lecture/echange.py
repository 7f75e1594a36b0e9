"""FactureLue to JSON and back: what crosses from the child process to its parent.

JSON and not pickle: the child has read hostile content, so its answer is rebuilt value by value.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from facturier.suivi.lecture.facture_lue import (
    Donnee,
    FactureLue,
    FichierJoint,
    Format,
    LigneLue,
    Origine,
    TauxLu,
    TypeDocument,
)


def en_json(valeur: Any) -> Any:
    """Return dataclasses as objects, tuples as lists, dates and decimals as texts."""
    if is_dataclass(valeur):
        return {champ.name: en_json(getattr(valeur, champ.name)) for champ in fields(valeur)}
    if isinstance(valeur, tuple):
        return [en_json(element) for element in valeur]
    if isinstance(valeur, date):
        return valeur.isoformat()
    return str(valeur) if isinstance(valeur, Decimal) else valeur


def de_json(brut: dict[str, Any]) -> FactureLue:
    """Rebuild what `en_json` wrote. Raises ValueError, TypeError or KeyError for anything else."""
    donnees = {
        nom: _donnee(brut[nom], convertir)
        for nom, convertir in _CONVERSIONS.items()
        if brut[nom] is not None
    }
    return FactureLue(
        format=Format(brut["format"]),
        profil=None if brut["profil"] is None else str(brut["profil"]),
        lignes=tuple(_ligne(ligne) for ligne in brut["lignes"]),
        fichiers_joints=tuple(_joint(joint) for joint in brut["fichiers_joints"]),
        avertissements=tuple(str(avertissement) for avertissement in brut["avertissements"]),
        **donnees,
    )


def _donnee(brut: dict[str, Any], convertir: Callable[[Any], Any]) -> Any:
    return Donnee(convertir(brut["valeur"]), Origine(brut["origine"]))


def _repartition(brut: list[dict[str, Any]]) -> tuple[TauxLu, ...]:
    return tuple(
        TauxLu(Decimal(taux["taux"]), _entier(taux["base"]), int(taux["taxe"])) for taux in brut
    )


def _ligne(brut: dict[str, Any]) -> LigneLue:
    return LigneLue(
        libelle=str(brut["libelle"]),
        quantite=_decimal(brut["quantite"]),
        prix=_decimal(brut["prix"]),
        montant=_entier(brut["montant"]),
        taux=_decimal(brut["taux"]),
    )


def _joint(brut: dict[str, Any]) -> FichierJoint:
    return FichierJoint(str(brut["nom"]), str(brut["type_mime"]), int(brut["taille"]))


def _entier(brut: int | None) -> int | None:
    return None if brut is None else int(brut)


def _decimal(brut: str | None) -> Decimal | None:
    return None if brut is None else Decimal(brut)


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "numero": str,
    "date_emission": date.fromisoformat,
    "date_echeance": date.fromisoformat,
    "ridet_emetteur": str,
    "nom_emetteur": str,
    "numero_commande": str,
    "numero_corrige": str,
    "devise": str,
    "montant_ht": int,
    "montant_tgc": int,
    "montant_ttc": int,
    "iban": str,
    "type_document": TypeDocument,
    "repartition": _repartition,
}
