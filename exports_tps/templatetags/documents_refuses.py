"""The refused documents of a pièce that wait for a decision, on any page that shows it."""

from typing import Any

from django import template

from exports_tps.documents_refuses import a_decider, en_suspens
from facturier.grand_livre.models import Piece

register = template.Library()


@register.inclusion_tag("exports_tps/partiels/documents_en_suspens.html", takes_context=True)
def documents_en_suspens(context: template.Context, piece: Piece) -> dict[str, Any]:
    """Say which documents of `piece` wait for a decision, and let who may decide do so."""
    documents = en_suspens([piece.pk]).get(piece.pk, [])
    cles = [document.pk for document in documents]
    decidables = a_decider(cles, context["request"].user) if cles else set()
    return {"documents": documents, "decidables": decidables}
