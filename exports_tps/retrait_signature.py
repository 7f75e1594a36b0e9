"""The ordonnateur takes his signature off a bordereau that never left, so that it can be mended."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps.etapes import pouvoir_pour
from exports_tps.models import Flux, LigneFlux
from exports_tps.presentables import verrouiller
from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir, franchir_lot
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.suivi.avancement import constater_retrait_signature


@transaction.atomic
def retirer_signature(bordereau: Bordereau, *, motif: str, par: Utilisateur) -> Bordereau:
    """Bring a signed bordereau back to its preparation, its pièces and invoices with it.

    It keeps its number and its pièces; the signature stays on record, as withdrawn. It is signed
    again as a new one would be, after the parapheur where a circuit is in force.

    Raises:
        ActeInterdit: `par` could not sign this bordereau.
        TransitionInterdite: it is not signed, or it left.
        ValidationError: no reason, or a flux that may still leave holds it.
    """
    verrouille = verrouiller(bordereau)
    raison = motif.strip()
    if not raison:
        raise ValidationError("Dites pourquoi la signature est retirée.")
    pouvoir_pour(verrouille, par, None)
    if flux := flux_vivant(verrouille):
        raise ValidationError(
            f"{verrouille} est dans le {flux}, qui peut partir : sa signature ne se retire plus."
        )
    franchir(
        verrouille,
        "retirer_signature",
        par=par,
        motif=raison,
        signe_le=None,
        signataire="",
        empreinte_signee="",
    )
    verrouille.signatures.filter(retiree_le=None).update(retiree_le=timezone.now())
    pieces = verrouille.pieces.all()
    franchir_lot(Piece, pieces, "retirer_signature", par=par)
    if verrouille.sens == SensPiece.DEPENSE:
        constater_retrait_signature(pieces.values("pk"), par=par)
    bordereau.refresh_from_db()
    return bordereau


def flux_vivant(bordereau: Bordereau) -> Flux | None:
    """Return the flux that holds `bordereau`, unless it was set aside."""
    lignes = LigneFlux.objects.filter(bordereau=bordereau, liberee_le=None)
    return Flux.objects.filter(pk__in=lignes.values("flux")).first()
