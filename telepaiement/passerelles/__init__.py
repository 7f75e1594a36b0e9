"""Gateways of card payment: one seam, one module per provider, chosen by the settings."""

from functools import cache

from django.conf import settings

from telepaiement.passerelles.contrat import Passerelle, TerminalCarte
from telepaiement.passerelles.lyra import PasserelleLyra
from telepaiement.passerelles.stripe import PasserelleStripe

PASSERELLES: dict[str, type[PasserelleStripe] | type[PasserelleLyra]] = {
    "stripe": PasserelleStripe,
    "lyra": PasserelleLyra,
}


@cache
def passerelle() -> Passerelle:
    """Return the gateway of the settings: one client per process."""
    return PASSERELLES[settings.PAIEMENT_PASSERELLE].des_reglages()


@cache
def terminal() -> TerminalCarte:
    """Return what drives the card readers, those of Stripe: one client per process."""
    return PasserelleStripe.des_reglages()
