"""When to try again: delays that double, then a transport left alone; all read from the attempts.

A clock set back makes no one wait: what was written « later than now » is taken as long past.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from exports_tps.models import EtatFlux, Flux, NouveauDepot, PassageFlux, Transmission
from facturier.grand_livre.models import Parametre

PREMIER, PLAFOND = "envoi_reprise_minutes", "envoi_reprise_plafond_minutes"
PANNES, REPOS = "envoi_disjoncteur_pannes", "envoi_disjoncteur_repos_minutes"
DELAI_DE_GRACE = timedelta(minutes=10)  # a sender that is alive has done its work by then
DOUBLEMENTS = 16  # beyond, the ceiling is reached whatever the first delay


@dataclass(frozen=True, slots=True)
class EtatTransport:
    """Failures in a row, the last reason, and until when the transport is left alone."""

    pannes: int = 0
    raison: str = ""
    depuis: datetime | None = None
    au_repos_jusqu_a: datetime | None = None


def etat_transport(maintenant: datetime | None = None) -> EtatTransport:
    """Return the state of the transport, by the attempts since it last worked."""
    maintenant = maintenant or timezone.now()
    pannes = list(Transmission.objects.pannes().values_list("tentee_le", "detail"))
    if not pannes:
        return EtatTransport()
    (premiere, _), (derniere, raison) = pannes[0], pannes[-1]
    lire = Parametre.objects.lecteur(PANNES, REPOS)
    jour = timezone.localdate(maintenant)
    fin = derniere + timedelta(minutes=int(lire(REPOS, jour)))
    est_au_repos = len(pannes) >= int(lire(PANNES, jour)) and derniere <= maintenant < fin
    return EtatTransport(len(pannes), raison, premiere, fin if est_au_repos else None)


def vient_de_s_ouvrir(etat: EtatTransport) -> bool:
    """Whether the last failure is the one after which the transport is left alone."""
    return etat.pannes == Parametre.objects.entier(PANNES, timezone.localdate())


def prochain_essai(flux: Flux, maintenant: datetime) -> datetime:
    """Return when to try `flux` again after the failure that happens `maintenant`."""
    lire = Parametre.objects.lecteur(PREMIER, PLAFOND)
    jour = timezone.localdate(maintenant)
    deja = Transmission.objects.filter(flux=flux, issue=Transmission.Issue.ECHOUEE).count()
    minutes = int(lire(PREMIER, jour)) * 2 ** min(deja, DOUBLEMENTS)
    return maintenant + timedelta(minutes=min(minutes, int(lire(PLAFOND, jour))))


def a_reprendre(maintenant: datetime | None = None) -> QuerySet[Flux]:
    """Return the flux whose sending, or new deposit, was asked for, was interrupted, and is due.

    A failure that is not the transport's waits for a person: it has no next attempt.
    """
    maintenant = maintenant or timezone.now()
    depots = NouveauDepot.objects.en_cours().filter(flux=OuterRef("pk"))
    derniere = (
        Transmission.objects.annotate(depot=Coalesce("nouveau_depot", 0))
        .filter(flux=OuterRef("pk"), depot=Coalesce(OuterRef("depot"), 0))
        .order_by("-pk")
    )
    demande = PassageFlux.objects.filter(flux=OuterRef("pk"), acte="demander_envoi")
    etats = (
        Flux.objects.annotate(depot=Subquery(depots.values("pk")[:1]))
        .filter(Q(etat=EtatFlux.CONSTITUE) | Q(depot__isnull=False))
        .annotate(
            demandee_le=Coalesce(
                Subquery(depots.values("demande_le")[:1]), Subquery(demande.values("le")[:1])
            ),
            issue=Subquery(derniere.values("issue")[:1]),
            tentee_le=Subquery(derniere.values("tentee_le")[:1]),
            prochaine_le=Subquery(derniere.values("prochaine_le")[:1]),
        )
    )
    limite = maintenant - DELAI_DE_GRACE
    jamais_tentee = Q(issue=None) & (Q(demandee_le__lte=limite) | Q(demandee_le__gt=maintenant))
    engagee = Q(issue=Transmission.Issue.ENGAGEE) & (
        Q(tentee_le__lte=limite) | Q(tentee_le__gt=maintenant)
    )
    en_panne = Q(issue=Transmission.Issue.ECHOUEE, prochaine_le__isnull=False) & (
        Q(prochaine_le__lte=maintenant) | Q(tentee_le__gt=maintenant)
    )
    return etats.filter(Q(demandee_le__isnull=False), jamais_tentee | engagee | en_panne).order_by(
        "prochaine_le", "pk"
    )
