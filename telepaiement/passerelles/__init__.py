"""Gateways of card payment: one seam, one module per provider, chosen by the settings."""

from functools import cache
from typing import cast

from django.conf import settings

from telepaiement.passerelles.contrat import Passerelle, TerminalCarte
from telepaiement.passerelles.lyra import PasserelleLyra
from telepaiement.passerelles.patience import Patience, est_dans_une_page
from telepaiement.passerelles.stripe import PasserelleStripe

PASSERELLES: dict[str, type[PasserelleStripe] | type[PasserelleLyra]] = {
    "stripe": PasserelleStripe,
    "lyra": PasserelleLyra,
}


@cache
def construire(nom: str, *, est_dans_une_page: bool) -> PasserelleStripe | PasserelleLyra:
    """Build a gateway from the settings, for a page or for the background: once per process."""
    patience = Patience.d_une_page() if est_dans_une_page else Patience.de_fond()
    return PASSERELLES[nom].des_reglages(patience)


def passerelle() -> Passerelle:
    """Return the gateway of the settings."""
    return construire(settings.PAIEMENT_PASSERELLE, est_dans_une_page=est_dans_une_page())


def terminal() -> TerminalCarte:
    """Return what drives the card readers, those of Stripe."""
    return cast("PasserelleStripe", construire("stripe", est_dans_une_page=est_dans_une_page()))
