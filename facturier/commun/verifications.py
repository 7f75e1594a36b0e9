"""System checks: settings that would lose money or leak it stop the start."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

BOUCLE_LOCALE = {"127.0.0.1", "localhost", "::1"}


@register()
def verifier_adresse_stripe(
    app_configs: Sequence[Any] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a live key with a loopback base, and a base in clear text outside loopback."""
    base = urlsplit(settings.STRIPE_API_BASE)
    est_locale = base.hostname in BOUCLE_LOCALE
    erreurs: list[CheckMessage] = []
    if est_locale and settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")):
        erreurs.append(
            Error(
                "Une clé Stripe réelle (sk_live_, rk_live_) est employée avec une adresse locale.",
                hint="Corriger STRIPE_API_BASE ou STRIPE_SECRET_KEY.",
                id="commun.E001",
            )
        )
    if est_locale and settings.EN_PRODUCTION:
        erreurs.append(
            Error(
                "STRIPE_API_BASE désigne cette machine : aucun paiement réel ne serait encaissé.",
                hint="Retirer STRIPE_API_BASE en production.",
                id="commun.E002",
            )
        )
    if not est_locale and base.scheme != "https":
        erreurs.append(
            Error(
                "STRIPE_API_BASE doit commencer par https:// hors de cette machine.",
                id="commun.E003",
            )
        )
    return erreurs


@register()
def verifier_adresse_lyra(
    app_configs: Sequence[Any] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse real payments at a loopback bank, and a bank in clear text outside loopback."""
    if settings.PAIEMENT_PASSERELLE != "lyra":
        return []
    base = urlsplit(settings.LYRA_ADRESSE)
    est_locale = base.hostname in BOUCLE_LOCALE
    if est_locale and (settings.LYRA_MODE == "PRODUCTION" or settings.EN_PRODUCTION):
        return [
            Error(
                "LYRA_ADRESSE désigne cette machine : aucun paiement réel ne serait encaissé.",
                hint="Corriger LYRA_ADRESSE ou LYRA_MODE.",
                id="commun.E006",
            )
        ]
    if not est_locale and base.scheme != "https":
        return [
            Error(
                "LYRA_ADRESSE doit commencer par https:// hors de cette machine.",
                id="commun.E007",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def verifier_antivirus(
    app_configs: Sequence[Any] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse to deploy without an antivirus: files would stay « non analysé »."""
    adresse = settings.CLAMD_SOCKET
    if not adresse:
        return [
            Error(
                "CLAMD_SOCKET est vide : aucun fichier déposé ne serait analysé.",
                hint="Donner le chemin de la socket de clamd, ou machine:port.",
                id="commun.E004",
            )
        ]
    if not adresse.startswith("/") and not adresse.rpartition(":")[2].isdigit():
        return [
            Error(
                f"CLAMD_SOCKET vaut « {adresse} » : attendu un chemin absolu ou machine:port.",
                id="commun.E005",
            )
        ]
    return []
