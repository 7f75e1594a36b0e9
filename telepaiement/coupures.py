"""Cash counted by notes and coins, of those that the parameter in force lists."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError

from facturier.commun.montants import afficher
from facturier.grand_livre.models import Parametre

BILLET_MINIMAL = 500  # whole francs: below, it is a coin


def coupures_du(jour: date) -> list[int]:
    """Return the face values of `jour`, in whole francs, the largest first."""
    valeurs = Parametre.objects.valeur("coupures_especes", jour).split(";")
    return sorted(map(int, valeurs), reverse=True)


def nommer_coupure(valeur: int) -> str:
    """Return `Billets de 10 000 F CFP` or `Pièces de 100 F CFP`."""
    genre = "Billets" if valeur >= BILLET_MINIMAL else "Pièces"
    return f"{genre} de {afficher(valeur)}"


def compter(coupures: Mapping[int, int], jour: date) -> int:
    """Return what `coupures` (face value: how many) are worth, in whole francs.

    Raises:
        ValidationError: a face value that does not exist, or a negative number.
    """
    connues = set(coupures_du(jour))
    for valeur, nombre in coupures.items():
        if valeur not in connues:
            raise ValidationError(f"Il n’existe pas de coupure de {afficher(valeur)}.")
        if nombre < 0:
            raise ValidationError("Un nombre de billets ou de pièces n’est pas négatif.")
    return sum(valeur * nombre for valeur, nombre in coupures.items())


def en_coupures(montant: int, jour: date) -> dict[int, int]:
    """Return `montant` francs in the fewest notes and coins."""
    coupures = {}
    for valeur in coupures_du(jour):
        coupures[valeur], montant = divmod(montant, valeur)
    return {valeur: nombre for valeur, nombre in coupures.items() if nombre}


def ranger(coupures: Mapping[int, int]) -> dict[str, int]:
    """Return the count as it is kept: largest face value first, nothing that was not there."""
    return {
        str(valeur): coupures[valeur]
        for valeur in sorted(coupures, reverse=True)
        if coupures[valeur]
    }


def detailler(coupures: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return (name, how many, whole francs) of a count that was kept."""
    return [
        (nommer_coupure(int(valeur)), str(nombre), int(valeur) * nombre)
        for valeur, nombre in sorted(coupures.items(), key=lambda paire: -int(paire[0]))
    ]


def nommer_ecart(ecart: int) -> str:
    """Say in French what the cash counted has beyond what was expected, in whole francs."""
    if not ecart:
        return "Aucun"
    return f"{'Excédent' if ecart > 0 else 'Déficit'} de {afficher(abs(ecart))}"
