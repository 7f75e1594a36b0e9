"""What the refusal of a settled titre asks for, on any page that shows the titre."""

from typing import Any

from django import template

from exports_tps.models import RegularisationRecette
from exports_tps.recettes_percues import ce_qui_interdit_de_detacher
from exports_tps.remises import (
    NUMERO_PRIS,
    RENVOYABLES,
    a_remettre,
    dire_correction,
    numeros_pris,
    raisons_du_refus,
    regles_par_p503,
)
from facturier.acces.models import Role
from facturier.grand_livre.models import EtatPiece, Piece, SensPiece
from facturier.grand_livre.soldes import regle_par_piece

register = template.Library()


@register.inclusion_tag("exports_tps/partiels/titre_refuse.html", takes_context=True)
def titre_refuse(context: template.Context, piece: Piece) -> dict[str, Any]:
    """Say what receipts settle a titre, that it was refused, or waits after it was.

    Who may act is led to the act.
    """
    if piece.sens != SensPiece.RECETTE:
        return {}
    liens = RegularisationRecette.objects.en_vigueur().filter(titre=piece.pk)
    suite: dict[str, Any] = {}
    if piece.etat in RENVOYABLES:
        suite = _refuse(piece)
    elif piece.etat == EtatPiece.EMISE:
        suite = {"remise": piece.remises.select_related("bordereau", "par").last()}
    return {
        "titre": piece,
        "est_agent": context["request"].user.a_role(Role.AGENT),
        "recettes": [lien.recette for lien in liens.select_related("recette").order_by("pk")],
        "est_detachable": not ce_qui_interdit_de_detacher(piece),
        **suite,
    }


def _refuse(titre: Piece) -> dict[str, Any]:
    """Return what is known of the refusal of a titre that is as it was sent; nothing without."""
    if numeros_pris([titre.pk]):
        return {"impasse": NUMERO_PRIS.format(titre=titre)}
    if not a_remettre().filter(pk=titre.pk).exists():
        return {}
    return {
        "regle": regle_par_piece([titre.pk]).get(titre.pk, 0),
        "raison": raisons_du_refus([titre])[titre.pk],
        "correction": dire_correction(est_p503=bool(regles_par_p503([titre.pk]))),
    }
