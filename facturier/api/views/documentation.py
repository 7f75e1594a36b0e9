"""The OpenAPI document, and a page that explains the API to people."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from facturier.acces.controle import ouvrir_a_tous
from facturier.api.models import Portee
from facturier.api.serializers import ETATS_PUBLICS
from facturier.api.webhooks import ENTETE_SIGNATURE
from facturier.commun.problemes import PROBLEMES
from facturier.suivi.etats import EtatFacture
from facturier.suivi.libelles import EN_CLAIR

EXEMPLES = Path(__file__).resolve().parents[1] / "exemples"


@cache
def document_openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, made once a process."""
    generateur: Any = SchemaGenerator
    document: dict[str, Any] = generateur().get_schema(request=None, public=True)
    return document


@ouvrir_a_tous
@require_GET
def schema(requete: HttpRequest) -> HttpResponse:
    """Send the OpenAPI document."""
    return JsonResponse(document_openapi(), json_dumps_params={"ensure_ascii": False})


@ouvrir_a_tous
@require_GET
def documentation(requete: HttpRequest) -> HttpResponse:
    """Explain, with examples that the tests run."""
    contexte = {
        "racine": f"{settings.ADRESSE_PUBLIQUE}/api/v1",
        "operations": _operations(document_openapi()),
        "exemples": {fichier.stem: fichier.read_text() for fichier in EXEMPLES.iterdir()},
        "portees": Portee.choices,
        "etats": [(code, libelle, EN_CLAIR[EtatFacture(code)]) for code, libelle in ETATS_PUBLICS],
        "problemes": [(code, *valeur) for code, valeur in PROBLEMES.items()],
        "limites": settings.API_LIMITES,
        "entete_signature": ENTETE_SIGNATURE,
    }
    return render(requete, "api/documentation.html", contexte)


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of the document, as the page lists them."""
    return [
        {
            "methode": methode.upper(),
            "chemin": chemin,
            "titre": operation["summary"],
            "texte": operation.get("description", ""),
            "parametres": [
                (
                    parametre["name"],
                    parametre.get("description", ""),
                    parametre.get("required"),
                    parametre["schema"].get("enum", []),
                )
                for parametre in operation.get("parameters", [])
                if parametre["in"] != "path"
            ],
            "champs": list(_champs(document, operation)),
        }
        for chemin, operations in sorted(document["paths"].items(), key=_factures_d_abord)
        for methode, operation in operations.items()
    ]


def _factures_d_abord(entree: tuple[str, Any]) -> tuple[bool, str]:
    return "/factures" not in entree[0], entree[0]


def _champs(
    document: dict[str, Any], operation: dict[str, Any]
) -> Iterator[tuple[str, str, bool, list[str]]]:
    """Yield what the body of an operation holds: name, text, whether obligatory, values."""
    for contenu in operation.get("requestBody", {}).get("content", {}).values():
        yield from _proprietes(document, contenu["schema"])


def _proprietes(
    document: dict[str, Any], schema_objet: dict[str, Any], prefixe: str = ""
) -> Iterator[tuple[str, str, bool, list[str]]]:
    composant = _composant(document, schema_objet)
    for nom, propriete in composant.get("properties", {}).items():
        interieur = propriete.get("items", propriete)
        references = [_composant(document, r) for r in (interieur, *interieur.get("allOf", ()))]
        valeurs = [valeur for reference in references for valeur in reference.get("enum", ())]
        est_obligatoire = nom in composant.get("required", ())
        yield f"{prefixe}{nom}", propriete.get("description", ""), est_obligatoire, valeurs
        for reference in references:
            yield from _proprietes(document, reference, f"{prefixe}{nom}.")


def _composant(document: dict[str, Any], schema_objet: dict[str, Any]) -> dict[str, Any]:
    """Return the component that a schema refers to, or the schema itself."""
    nom = schema_objet.get("$ref", "").rpartition("/")[2]
    composant: dict[str, Any] = document["components"]["schemas"].get(nom, schema_objet)
    return composant
