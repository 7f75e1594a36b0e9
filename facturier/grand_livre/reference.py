"""Reference data: budgets, journals, services, schemes and dated parameters, from a TOML file."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from facturier.acces.models import ServiceGestionnaire
from facturier.grand_livre.models import Budget, Exercice, Journal, Parametre, SchemaComptable
from facturier.grand_livre.plan_comptes import importer_plan_comptes

FICHIER_REFERENCE = settings.RACINE / "fixtures" / "reference.toml"
PLAN_COMPTES = settings.RACINE / "fixtures" / "plan_comptes.csv"


@transaction.atomic
def charger_reference(
    *, fichier: Path = FICHIER_REFERENCE, plan_comptes: Path = PLAN_COMPTES
) -> dict[str, int]:
    """Create what is missing from `fichier` and `plan_comptes`; what exists is left alone.

    Returns:
        The number of rows of each kind in the file.
    """
    donnees: dict[str, list[dict[str, Any]]] = tomllib.loads(fichier.read_text(encoding="utf-8"))
    for exercice in donnees["exercice"]:
        Exercice.objects.get_or_create(**exercice)
    for journal in donnees["journal"]:
        Journal.objects.get_or_create(code=journal["code"], defaults=journal)
    for service in donnees["service"]:
        ServiceGestionnaire.objects.get_or_create(code=service["code"], defaults=service)
    for budget in donnees["budget"]:
        Budget.objects.get_or_create(code=budget["code"], defaults=budget)
    for parametre in donnees["parametre"]:
        Parametre.objects.get_or_create(
            cle=parametre["cle"], debut=parametre["debut"], defaults=parametre
        )
    for schema in donnees["schema"]:
        _charger_schema(schema)
    for exercice in donnees["exercice"]:
        importer_plan_comptes(plan_comptes, exercice=exercice["annee"], executer=True)
    return {genre: len(lignes) for genre, lignes in donnees.items()}


def _charger_schema(schema: dict[str, Any]) -> None:
    for rang, part in enumerate(schema["parts"], start=1):
        SchemaComptable.objects.get_or_create(
            evenement=schema["evenement"],
            debut=schema["debut"],
            part=part["part"],
            defaults={
                "rang": rang,
                "sens": part["sens"],
                "compte": part["compte"],
                "journal_id": schema["journal"],
            },
        )
