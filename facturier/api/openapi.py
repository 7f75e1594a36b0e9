"""How the OpenAPI document is made: what people read in it is French, and said on purpose."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

STRICTS = ("Metadonnees", "Destinataire", "Retrait", "Taxe")  # what `StrictSerializer` refuses


class Schema(AutoSchema):
    """Describes an operation by what `extend_schema` says, never by the docstring of its view."""

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """Return nothing: docstrings are for whoever reads the code."""
        return ""


def fermer_les_objets(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Say that the objects sent hold no other data than those described."""
    schemas: dict[str, Any] = result["components"]["schemas"]
    for nom, composant in schemas.items():
        if "enum" not in composant:
            composant.pop("description", None)  # the docstring of the serializer
        if nom.removesuffix("Request") in STRICTS and nom.endswith("Request"):
            composant["additionalProperties"] = False
    return result
