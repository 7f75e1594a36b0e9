"""Gateways of card payment: one seam, one module per provider."""

from functools import cache

from telepaiement.passerelles.contrat import Passerelle, TerminalCarte
from telepaiement.passerelles.stripe import PasserelleStripe


@cache
def passerelle() -> Passerelle:
    """Return the gateway of the settings: one client per process."""
    return PasserelleStripe.des_reglages()


@cache
def terminal() -> TerminalCarte:
    """Return what drives the card readers: one client per process."""
    return PasserelleStripe.des_reglages()
