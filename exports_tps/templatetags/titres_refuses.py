"""What the refusal of a settled titre asks for, on any page that shows the titre."""

from typing import Any

from django import template

from exports_tps.models import RegularisationRecette
from exports_tps.recettes_percues import ce_qui_interdit_de_detacher
from exports_tps.remises import (
    PAS_PARTIS,
    RENVOYABLES,
    a_remettre,
    dire_correction,
    dire_numero_pris,
    dire_rejet_apres_coup,
    numeros_pris,
    raisons_du_refus,
    regles_par_p503,
    rejetes_apres_coup,
)
from facturier.acces.models import Role
from facturier.grand_livre.models import Piece, SensPiece
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
    elif piece.etat in PAS_PARTIS:
        suite = _en_preparation(piece)
    elif rejetes_apres_coup([piece.pk]):
        regle = regle_par_piece([piece.pk]).get(piece.pk, 0)
        suite = {"impasse": dire_rejet_apres_coup(piece, regle)}
    return {
        "titre": piece,
        "est_agent": context["request"].user.a_role(Role.AGENT),
        "recettes": [lien.recette for lien in liens.select_related("recette").order_by("pk")],
        "est_detachable": not ce_qui_interdit_de_detacher(piece),
        **suite,
    }


@register.simple_tag
def refuse_depuis(titre: Piece) -> bool:
    """Whether the treasury rejected `titre` once taken in charge: the database reduces it no more.

    `titre_refuse` says why.
    """
    return bool(rejetes_apres_coup([titre.pk]))


@register.simple_tag
def attend_sa_remise(titre: Piece) -> bool:
    """Whether `titre`, refused, may go back in preparation: the database keeps what settles it."""
    return a_remettre().filter(pk=titre.pk).exists()


def _refuse(titre: Piece) -> dict[str, Any]:
    """Return what is known of the refusal of a titre that is as it was sent; nothing without."""
    if numeros_pris([titre.pk]):
        return {"impasse": dire_numero_pris(titre)}
    if not a_remettre().filter(pk=titre.pk).exists():
        return {}
    return {
        "regle": regle_par_piece([titre.pk]).get(titre.pk, 0),
        "raison": raisons_du_refus([titre])[titre.pk],
        "correction": dire_correction(est_p503=bool(regles_par_p503([titre.pk]))),
    }


def _en_preparation(titre: Piece) -> dict[str, Any]:
    """Return what is known of the last refusal of a titre that left its bordereau since."""
    remise = titre.remises.select_related("bordereau", "par").last()
    if remise and numeros_pris([titre.pk]):
        return {"remise": remise, "impasse": dire_numero_pris(titre)}
    return {"remise": remise}
