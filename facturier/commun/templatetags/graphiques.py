"""Drawings made on the server: SVG without style nor script, with the table of its data beside."""

from collections.abc import Sequence
from typing import Any

from django import template

register = template.Library()
LARGEUR, HAUTEUR, MARGE = 400, 180, 34


@register.inclusion_tag("partiels/courbe.html")
def courbe(points: Sequence[tuple[str, int]], titre: str, identifiant: str) -> dict[str, Any]:
    """Draw values from 0 to 100 as a line, the oldest first.

    Args:
        points: label (a day) and value of each point.
        titre: what is drawn; read by screen readers with the first and the last value.
        identifiant: of the drawing in the page.
    """
    pas = (LARGEUR - 2 * MARGE) / max(1, len(points) - 1)
    places = [
        (round(MARGE + rang * pas, 1), _ordonnee(valeur)) for rang, (_, valeur) in enumerate(points)
    ]
    return {
        "titre": titre,
        "identifiant": identifiant,
        "points": points,
        "places": places,
        "trace": " ".join(f"{x},{y}" for x, y in places),
        "graduations": [(valeur, _ordonnee(valeur)) for valeur in (0, 50, 100)],
        "premier": points[0] if points else None,
        "dernier": points[-1] if points else None,
        "largeur": LARGEUR,
        "hauteur": HAUTEUR,
        "gauche": MARGE,
        "droite": LARGEUR - MARGE,
        "pied": HAUTEUR - 8,
    }


def _ordonnee(valeur: int) -> float:
    return round(HAUTEUR - MARGE - valeur * (HAUTEUR - 2 * MARGE) / 100, 1)
