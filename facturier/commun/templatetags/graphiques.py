"""Drawings made on the server: SVG without style nor script, with the table of its data beside."""

from collections.abc import Sequence
from datetime import date
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


PAS_BARRE, LARGEUR_BARRES = 48, 215


@register.inclusion_tag("partiels/barres.html")
def barres(donnees: Sequence[Any], titre: str, legende: str, rang: int) -> dict[str, Any]:
    """Draw one horizontal bar a row, its label above, what it is worth at its end.

    Args:
        donnees: rows with `libelle`, `valeur` (0 or more), `texte` and `repere` (a second mark, or
            None).
        titre: what is drawn; read by screen readers with the greatest value.
        legende: what the bars show, under the title.
        rang: of the drawing in the page.
    """
    plus_grand = max([1, *(max(b.valeur, b.repere or 0) for b in donnees)])
    lignes = []
    for place, barre in enumerate(donnees):
        longueur = max(2.0, round(LARGEUR_BARRES * barre.valeur / plus_grand, 1))
        repere = None if barre.repere is None else _longueur(barre.repere, plus_grand)
        lignes.append(
            {
                "barre": barre,
                "longueur": longueur,
                "repere": repere,
                "haut": place * PAS_BARRE,
                "base": place * PAS_BARRE + 23,
                "fin": max(longueur, repere or 0) + 8,
            }
        )
    return {
        "titre": titre,
        "legende": legende,
        "identifiant": f"barres-{rang}",
        "lignes": lignes,
        "largeur": LARGEUR,
        "hauteur": len(lignes) * PAS_BARRE,
        "premier": max(donnees, key=lambda barre: barre.valeur) if donnees else None,
    }


def _longueur(valeur: int, plus_grand: int) -> float:
    return round(LARGEUR_BARRES * valeur / plus_grand, 1)


@register.filter
def avec_colonnes(ligne: Sequence[Any], colonnes: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Pair each cell of a row with its column."""
    return list(zip(colonnes, ligne, strict=True))


@register.filter
def lisible(valeur: Any) -> Any:
    """Show a day as people write it, anything else as it is."""
    return f"{valeur:%d/%m/%Y}" if isinstance(valeur, date) else valeur
