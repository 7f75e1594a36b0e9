"""Limits against card testing and guessing (telepaiement.md, §8.9). All figures are settings."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from facturier.grand_livre.models import Titre
from telepaiement.alertes import signaler_cles_devinees
from telepaiement.models import (
    EtatTentative,
    LienPaiement,
    PassageTentative,
    Tentative,
)

journal = structlog.get_logger(__name__)
CLES_FAUSSES = "telepaiement-cles-fausses"

BITS_ABONNE = 64  # what an operator gives to one subscriber in IPv6
HEURE = timedelta(hours=1)
TROP_D_ESSAIS = (
    "Trop de paiements commencés : attendez une heure, ou payez au guichet avec votre avis."
)


def trop_de_recherches() -> str:
    """Say in French how long to wait before another look-up."""
    return (
        f"Trop de recherches depuis votre connexion : attendez {_minutes()} minutes, puis "
        "recommencez."
    )


def _minutes() -> int:
    """Return how long look-ups are remembered, rounded up."""
    return -(-int(settings.LIMITES_PAIEMENT["recherches_periode_secondes"]) // 60)


def reseau(adresse: str) -> str:
    """Return whom an address is counted with: itself, or in IPv6 its /64, which is one subscriber.

    An IPv4 address written as IPv6 counts as such; what is no address gives "".
    """
    try:
        lue = ip_address(adresse)
    except ValueError:
        return ""
    if isinstance(lue, IPv6Address):
        return str(lue.ipv4_mapped or IPv6Address(int(lue) >> BITS_ABONNE << BITS_ABONNE))
    return str(lue)


def recherche_permise(adresse: str, *, est_borne: bool = False) -> bool:
    """Count one look-up from `adresse`; False beyond 10 in 10 minutes (by default).

    While keys are being guessed from many addresses, each of them has 2 look-ups only: who holds
    an avis needs one. A kiosk has a limit of its own, for many people come to it.
    """
    limites, lieu = settings.LIMITES_PAIEMENT, reseau(adresse)
    if est_borne:
        return _compter(f"telepaiement-borne-{lieu}") <= limites["recherches_par_borne"]
    permises = limites["recherches_sous_alerte" if cles_devinees() else "recherches"]
    return _compter(f"telepaiement-recherche-{lieu}") <= permises


def noter_cle_fausse() -> None:
    """Count one look-up that found nothing, whoever made it; the first too many is told."""
    echecs = _compter(CLES_FAUSSES)
    if echecs == settings.LIMITES_PAIEMENT["cles_fausses"] + 1:
        journal.error("cles_de_paiement_devinees", echecs=echecs)
        signaler_cles_devinees(echecs, _minutes())


def cles_devinees() -> bool:
    """Tell whether so many look-ups failed lately that a robot must be guessing keys."""
    return int(cache.get(CLES_FAUSSES, 0)) > int(settings.LIMITES_PAIEMENT["cles_fausses"])


def _compter(cle: str) -> int:
    """Add one to a counter that lives as long as look-ups are remembered; return its value."""
    cache.add(cle, 0, timeout=settings.LIMITES_PAIEMENT["recherches_periode_secondes"])
    try:
        return int(cache.incr(cle))
    except ValueError:  # it expired between the two calls
        return 1


def refus_ouverture(
    titre: Titre,
    adresse: str | None,
    lien: LienPaiement | None = None,
    *,
    est_borne: bool = False,
) -> str:
    """Return in French why no new attempt may begin on `titre` from `adresse`, or "".

    What has succeeded does not count: who pays several debts tests no card. A kiosk has a limit of
    its own.

    What comes by a payment link counts against that link alone: one that was posted publicly and
    abused leaves the debtor free to pay.
    """
    limites = settings.LIMITES_PAIEMENT
    maintenant = timezone.now()
    impayees = Tentative.objects.exclude(etat=EtatTentative.REUSSIE).depuis(HEURE, maintenant)
    pause = timedelta(minutes=limites["pause_minutes"])
    meme_voie = Tentative.objects.filter(titre=titre, lien=lien)
    echecs = meme_voie.filter(etat=EtatTentative.ECHOUEE)
    if echecs.filter(modifiee_le__gt=maintenant - pause).exists():
        return (
            "Plusieurs cartes ont été refusées pour cette somme : attendez "
            f"{limites['pause_minutes']} minutes, ou payez au guichet avec votre avis."
        )
    par_voie = impayees.filter(titre=titre, lien=lien).count()
    par_adresse = impayees.filter(adresse_payeur=adresse).count() if adresse else 0
    lieu = "borne" if est_borne else "adresse"
    if par_voie >= limites["paiements_par_heure_et_titre"]:
        return TROP_D_ESSAIS
    if par_adresse >= limites[f"paiements_par_heure_et_{lieu}"]:
        return TROP_D_ESSAIS
    return ""


def est_sous_attaque() -> bool:
    """Tell whether the last ten minutes look like card testing: many attempts, most refused."""
    limites = settings.LIMITES_PAIEMENT
    debut = timezone.now() - timedelta(minutes=10)
    passages = PassageTentative.objects.filter(le__gt=debut)
    refus = passages.filter(acte="refuser").count()
    issues = refus + passages.filter(acte="reussir").count()
    return issues > limites["alerte_essais"] and refus * 100 > issues * limites["alerte_refus"]
