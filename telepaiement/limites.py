"""Limits against card testing and guessing (telepaiement.md, §8.9). All figures are settings."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from facturier.grand_livre.models import Titre
from telepaiement.models import EtatTentative, PassageTentative, Tentative

HEURE = timedelta(hours=1)
TROP_DE_RECHERCHES = (
    "Trop de recherches depuis votre connexion : attendez dix minutes, puis recommencez."
)
TROP_D_ESSAIS = (
    "Trop de paiements commencés : attendez une heure, ou payez au guichet avec votre avis."
)
PAUSE = (
    "Plusieurs cartes ont été refusées pour cette somme : attendez trente minutes, ou payez au "
    "guichet avec votre avis."
)


def recherche_permise(adresse: str) -> bool:
    """Count one look-up from `adresse`; False beyond 10 in 10 minutes (by default)."""
    limites = settings.LIMITES_PAIEMENT
    cle = f"telepaiement-recherche-{adresse}"
    cache.add(cle, 0, timeout=limites["recherches_periode_secondes"])
    try:
        return cache.incr(cle) <= limites["recherches"]
    except ValueError:  # it expired between the two calls
        return True


def refus_ouverture(titre: Titre, adresse: str | None) -> str:
    """Return in French why no new attempt may begin on `titre` from `adresse`, or ""."""
    maintenant = timezone.now()
    recentes = Tentative.objects.depuis(HEURE, maintenant)
    pause = timedelta(minutes=settings.LIMITES_PAIEMENT["pause_minutes"])
    echecs = Tentative.objects.filter(titre=titre, etat=EtatTentative.ECHOUEE)
    if echecs.filter(modifiee_le__gt=maintenant - pause).exists():
        return PAUSE
    par_dette = recentes.filter(titre=titre).count()
    par_adresse = recentes.filter(adresse_payeur=adresse).count() if adresse else 0
    if par_dette >= settings.LIMITES_PAIEMENT["paiements_par_heure_et_titre"]:
        return TROP_D_ESSAIS
    if par_adresse >= settings.LIMITES_PAIEMENT["paiements_par_heure_et_adresse"]:
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
