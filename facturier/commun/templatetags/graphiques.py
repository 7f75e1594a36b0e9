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


PAS_BARRE, LARGEUR_BARRES, HAUTEUR_AXE, GRADUATIONS = 48, 215, 24, 6


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
    graduations = graduer(max([1, *(max(b.valeur, b.repere or 0) for b in donnees)]))
    plus_grand = graduations[-1]
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
        "axe": [(_longueur(valeur, plus_grand), _court(valeur)) for valeur in graduations],
        "pied_axe": len(lignes) * PAS_BARRE,
        "hauteur": len(lignes) * PAS_BARRE + HAUTEUR_AXE,
        "premier": max(donnees, key=lambda barre: barre.valeur) if donnees else None,
    }


def graduer(maximum: int) -> list[int]:
    """Return round values from 0 to `maximum` (above 0) or just beyond, at most five of them."""
    grandeur = 10 ** (len(str(maximum)) - 1)
    pas = next(
        pas
        for pas in (
            max(1, coefficient * grandeur // 10) for coefficient in (1, 2, 3, 5, 10, 15, 20, 25, 50)
        )
        if pas * (GRADUATIONS - 1) >= maximum
    )
    return list(range(0, pas * -(-maximum // pas) + 1, pas))


def _court(valeur: int) -> str:
    """Write a value of the axis: `45`, `250 k`, `1,5 M`."""
    for seuil, unite in ((1_000_000, "M"), (10_000, "k")):
        if valeur >= seuil:
            reduite = valeur / (1_000_000 if unite == "M" else 1_000)
            return f"{reduite:g}".replace(".", ",") + f"\u00a0{unite}"
    return str(valeur)


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
