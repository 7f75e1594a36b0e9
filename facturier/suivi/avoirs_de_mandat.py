"""Avoirs that come once a mandat pays their invoice: each founds a réduction of that mandat.

An avoir is held while its réduction stands, deducted for good when the comptable takes the
réduction in charge, and free again when it is rejected or cancelled.
"""

from collections.abc import Collection, Iterator, Mapping

from django.core.exceptions import ValidationError

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.grand_livre.models import PIECES_SANS_EFFET, Piece
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import Facture, ReductionParAvoir
from facturier.suivi.passages import tracer


def reduction_vivante(avoir: Facture) -> Piece | None:
    """Return the réduction of a mandat founded on `avoir`, if one stands."""
    vivantes = avoir.reductions.exclude(reduction__etat__in=PIECES_SANS_EFFET)
    fondee: ReductionParAvoir | None = vivantes.select_related("reduction").last()
    return fondee.reduction if fondee else None


def fonder(reduction: Piece, avoir: Facture, *, par: Utilisateur) -> None:
    """Hold `avoir` for a réduction, in its transaction: nothing else may rest on it meanwhile.

    Raises:
        ValidationError: the service has not agreed to it, or another réduction holds it.
    """
    verrouille = Facture.objects.select_for_update(of=("self",)).get(pk=avoir.pk)
    if verrouille.etat != EtatFacture.SERVICE_FAIT or reduction_vivante(verrouille):
        raise ValidationError(
            f"L’avoir {avoir.numero} n’est plus libre : rechargez la page, et choisissez-en un "
            "autre."
        )
    ReductionParAvoir.objects.create(avoir=verrouille, reduction=reduction)
    tracer([verrouille], "reduire_mandat", f"Réduction {reduction.reference} d’un mandat", par)


def deduire(pieces: Collection[int], *, par: Utilisateur) -> None:
    """Deduct for good the avoirs of the réductions that the comptable has taken in charge."""
    motifs = {
        avoir.pk: f"Réduction {reduction.reference} acceptée par la Trésorerie"
        for avoir, reduction in _fondant(pieces)
    }
    if motifs:
        franchir_lot(Facture, motifs, "compenser_avoir", par=par, motifs=motifs)


def liberer(motifs: Mapping[int, str], *, par: Utilisateur) -> None:
    """Write on the avoirs that their réduction is rejected or cancelled: they are free again.

    Args:
        motifs: the reason, by key of pièce; a pièce that no avoir founds is left alone.
    """
    for avoir, reduction in _fondant(motifs):
        texte = (
            f"Réduction {reduction.reference} sans effet, l’avoir est de nouveau à déduire : "
            f"{motifs[reduction.pk]}"
        )
        tracer([avoir], "liberer_avoir", texte, par)


def _fondant(pieces: Collection[int]) -> Iterator[tuple[Facture, Piece]]:
    """Yield each avoir that founds a réduction among `pieces`, with that réduction; one query."""
    lues = ReductionParAvoir.objects.filter(reduction__in=list(pieces)).order_by("pk")
    for fondee in lues.select_related("avoir", "reduction"):
        yield fondee.avoir, fondee.reduction
