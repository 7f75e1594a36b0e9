"""What an application offers to the shell: entries of the menu, cards of the dashboard.

An application that wants some has a module `navigation.py` with `ENTREES` (a sequence of `Entree`)
and, or, `cartes(utilisateur)` (an iterable of `Carte`). `facturier.accueil` gathers them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from facturier.commun.tons import Ton

GROUPE_FACTURES = "Factures et commandes"
GROUPE_PIECES = "Mandats et titres"
GROUPE_FOURNISSEURS = "Fournisseurs"


@dataclass(frozen=True, slots=True)
class Entree:
    """One entry of the menu; hidden from other roles, and when `vue` does not resolve.

    `toutes_directions` hides it from the staff of one direction too. Those of one `groupe` fold
    under its name, where a person has several of them; the group stands where its first one does.
    """

    libelle: str
    vue: str
    roles: Collection[str]
    ordre: int = 100
    toutes_directions: bool = False
    groupe: str = ""


@dataclass(frozen=True, slots=True)
class Carte:
    """One card of the dashboard: a work list with its number, or a plain link (`nombre` None).

    `vue` is a URL name with its arguments in `parametres`, `recherche` a query string without the
    question mark (`etat=deposee`).
    """

    libelle: str
    vue: str
    nombre: int | None = None
    detail: str = ""
    ton: Ton = Ton.NEUTRE
    recherche: str = ""
    parametres: dict[str, str | int] = field(default_factory=dict)
    ordre: int = 100
