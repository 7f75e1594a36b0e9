"""The series that bordereaux belong to: amounts that stand still, departures in their order.

The cumulative amount of the year is signed with a bordereau and counts those of its type that come
before it; the treasury checks the sequence of their numbers (decision 49).
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from facturier.commun.etats import TransitionInterdite
from facturier.commun.typographie import autres
from facturier.grand_livre.models import PAS_SIGNES, Bordereau, EtatBordereau

PAS_PARTIS = (*PAS_SIGNES, EtatBordereau.SIGNE)
COMPTES = (EtatBordereau.SIGNE, EtatBordereau.TRANSMIS, EtatBordereau.ACCEPTE)
CITES = 5


def exiger_composition_libre(bordereau: Bordereau) -> None:
    """Refuse to change what `bordereau` lists once a later one signed its amount.

    Locks it until the end of the transaction, as the signature of a later one does.

    Raises:
        TransitionInterdite: naming the one whose signature is to be taken off first.
    """
    Bordereau.objects.select_for_update().get(pk=bordereau.pk)
    suivants = Bordereau.objects.filter(
        **_serie(bordereau),
        type_bordereau=bordereau.type_bordereau,
        numero__gt=bordereau.numero,
        etat__in=COMPTES,
    )
    if suivant := suivants.order_by("-numero").first():
        raise TransitionInterdite(
            f"Le montant cumulé du bordereau {suivant.reference}, déjà signé, compte les pièces du "
            f"{bordereau.reference} : elles ne changent plus. Faites d’abord retirer la signature "
            f"du bordereau {suivant.reference}."
        )


def figer_precedents(bordereau: Bordereau) -> None:
    """Lock those whose amounts the signature of `bordereau` will count, and that may change.

    From the highest number down, so that two signatures never wait for each other.
    """
    precedents = Bordereau.objects.select_for_update().filter(
        **_serie(bordereau),
        type_bordereau=bordereau.type_bordereau,
        numero__lt=bordereau.numero,
        etat__in=PAS_SIGNES,
    )
    list(precedents.order_by("-numero").values_list("pk", flat=True))


def attendus_avant(bordereaux: Sequence[Bordereau]) -> QuerySet[Bordereau]:
    """Return what has not left and comes, in its series, before one of `bordereaux`.

    Args:
        bordereaux: of one budget and exercice; each is left out of the answer.
    """
    derniers = {b.sens: b for b in sorted(bordereaux, key=lambda b: b.numero)}
    avant = Bordereau.objects.none()
    for dernier in derniers.values():
        avant |= Bordereau.objects.filter(**_serie(dernier), numero__lt=dernier.numero)
    cles = [bordereau.pk for bordereau in bordereaux]
    return avant.filter(etat__in=PAS_PARTIS).exclude(pk__in=cles).order_by("sens", "numero")


def dire_attendus(attendus: Sequence[Bordereau]) -> str:
    """Say which bordereaux leave first and what each waits for, in French."""
    return (
        "La Trésorerie contrôle la suite des numéros ; doivent partir avant : "
        f"{citer_avec_etat(attendus)}. "
        "Envoyez-les d’abord, ou ensemble ; un bordereau vide s’abandonne."
    )


def citer_avec_etat(bordereaux: Sequence[Bordereau]) -> str:
    """Name the first bordereaux, each with its state, and count the others, in French."""
    cites = ", ".join(
        f"{bordereau.reference} (« {bordereau.get_etat_display()} »)"
        for bordereau in bordereaux[:CITES]
    )
    reste = len(bordereaux) - CITES
    return f"{cites}, et {autres(reste)}" if reste > 0 else cites


def exiger_vide(bordereau: Bordereau) -> None:
    """Raise ValidationError unless `bordereau` lists nothing any more."""
    if bordereau.pieces.exists():
        raise ValidationError(
            f"{bordereau} contient des pièces : retirez-les d’abord, puis abandonnez-le."
        )


def _serie(bordereau: Bordereau) -> dict[str, object]:
    return {
        "exercice": bordereau.exercice_id,
        "budget": bordereau.budget_id,
        "sens": bordereau.sens,
    }
