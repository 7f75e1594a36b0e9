"""What a signature or a file says for ever of its moment: no clock set back may write it."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from facturier.commun.heures import jour_et_heure
from facturier.grand_livre.models import Bordereau

HORLOGE = timedelta(minutes=5)  # by how much two clocks, or one before and after, may differ


def pret_le(bordereau: Bordereau) -> datetime:
    """Return since when `bordereau` may be signed: made, then presented."""
    presente = bordereau.presentations.order_by("-pk").values_list("presentee_le", flat=True)
    fait = bordereau.passages.earliest("pk").le
    return max(fait, presente.first() or fait)


def exiger_apres(moment: datetime, debut: datetime | None, quoi: str) -> None:
    """Refuse a moment before that of `quoi` (« il a été signé »), which it must follow.

    Raises:
        ValidationError: the clock of the server was set back since.
    """
    if debut is None or moment >= debut - HORLOGE:
        return
    dit, fait = (jour_et_heure(timezone.localtime(instant)) for instant in (moment, debut))
    raise ValidationError(
        f"L’horloge du serveur indique le {dit}, alors que {quoi} le {fait} : elle a reculé, ou "
        "elle avançait alors. Rien n’est écrit. Faites-la remettre à l’heure, puis recommencez ; "
        "si elle y est, refaites ce qui précède."
    )
