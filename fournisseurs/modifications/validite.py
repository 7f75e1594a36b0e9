"""How long a document holds."""

from datetime import date, timedelta

from facturier.grand_livre.models import Parametre
from facturier.grand_livre.models.comptes import ParametreAbsent


def fin_de_validite(genre: str, depuis: date) -> date | None:
    """Return the last day a document of `genre` handed in on `depuis` holds.

    The duration is the parameter `validite_<genre>_jours`; a kind that has none has no limit.
    """
    try:
        return depuis + timedelta(days=Parametre.objects.entier(f"validite_{genre}_jours", depuis))
    except ParametreAbsent:
        return None
