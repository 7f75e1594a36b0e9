"""The sweeper: settles what no notification and no return page settled (telepaiement.md, §8.9)."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from facturier.grand_livre.soldes import reste_du
from telepaiement.models import Tentative
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import PaiementIndisponible, initier

journal = structlog.get_logger(__name__)
SOURCE = "balayage"
LOT = 500


def balayer(*, a: datetime | None = None) -> dict[str, int]:
    """Bring every open attempt that is old enough where its money is; one failure stops no other.

    Args:
        a: the moment to reason at; now by default.

    Returns:
        Numbers of attempts: `examinees`, `closes` (final since), `en_panne` (no answer).
    """
    maintenant = a or timezone.now()
    resultat = {"examinees": 0, "closes": 0, "en_panne": 0}
    delai = timedelta(minutes=settings.LIMITES_PAIEMENT["creation_minutes"])
    anciennes = Tentative.objects.ouvertes().plus_anciennes_que(delai, maintenant)
    for tentative in anciennes.select_related("titre").order_by("pk")[:LOT]:
        resultat["examinees"] += 1
        try:
            etat = _examiner(tentative, maintenant)
        except (PasserelleMuette, PasserelleRefuse, PaiementIndisponible) as erreur:
            journal.warning("balayage_en_panne", tentative=str(tentative.jeton), motif=str(erreur))
            resultat["en_panne"] += 1
        except Exception:  # whatever it is, the others go on
            journal.exception("balayage_en_panne", tentative=str(tentative.jeton))
            resultat["en_panne"] += 1
        else:
            resultat["closes"] += etat.est_finale
    return resultat


def _examiner(tentative: Tentative, maintenant: datetime) -> Tentative:
    limites = settings.LIMITES_PAIEMENT
    age = maintenant - tentative.creee_le
    repos = maintenant - tentative.modifiee_le
    if not tentative.reference:
        initier(tentative, source=SOURCE)  # the same key brings back what a crash hid
        return fermer(tentative, "expirer", source=SOURCE)
    est_expiree = age >= timedelta(minutes=limites["expiration_minutes"]) and repos >= timedelta(
        minutes=limites["repos_minutes"]
    )
    titre = tentative.titre
    if est_expiree or (titre and not tentative.est_engagee and reste_du(titre) <= 0):
        return fermer(tentative, "expirer", source=SOURCE)
    if age >= timedelta(minutes=limites["verification_minutes"]):
        return synchroniser(tentative, source=SOURCE)
    return tentative
