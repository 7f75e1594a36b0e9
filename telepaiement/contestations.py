"""What follows a contestation accepted: the titre is reduced, cancelled, rejected, or stands."""

from collections.abc import Collection
from functools import partial

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Piece, Titre
from telepaiement import courriels
from telepaiement.models import (
    DemandeRedevable,
    EtatDemande,
    NatureDemande,
    SuiteContestation,
)


def sans_suite() -> QuerySet[DemandeRedevable]:
    """Return the contestations accepted whose titre has not changed yet, oldest first."""
    return (
        DemandeRedevable.objects.filter(
            nature=NatureDemande.CONTESTATION, etat=EtatDemande.ACCEPTEE, suite__isnull=True
        )
        .select_related("titre__tiers")
        .order_by("pk")
    )


def suivre_reduction(
    titre: Titre, reduction: Piece, montant: int, *, est_entiere: bool, par: Utilisateur
) -> None:
    """Say that a réduction of `montant` francs answers the contestation accepted, if there is one.

    Called in the transaction of the réduction; `est_entiere`: nothing is left of the titre.
    """
    natures = SuiteContestation.Nature
    nature = natures.ANNULATION if est_entiere else natures.REDUCTION
    _suivre(titre, nature, montant, par, reduction=reduction.pk)


def suivre_annulation(titre: Titre, *, par: Utilisateur) -> None:
    """Say that `titre`, in no bordereau, is cancelled: the contestation accepted is answered.

    Called in the transaction of the later of the two acts.
    """
    _suivre(titre, SuiteContestation.Nature.ANNULATION, titre.montant_ttc, par)


def suivre_rejets(titres: Collection[int], *, par: Utilisateur) -> None:
    """Say that the treasury rejected `titres`, by key: their contestations accepted are answered.

    Called in the transaction of the later of the two acts; one query when nothing was contested.
    """
    for titre in Titre.objects.filter(pk__in=sans_suite().filter(titre__in=titres).values("titre")):
        _suivre(titre, SuiteContestation.Nature.REJET, titre.montant_ttc, par)


def _suivre(
    titre: Titre, nature: str, montant: int, par: Utilisateur, *, reduction: int | None = None
) -> None:
    for demande in sans_suite().filter(titre=titre):
        suite = SuiteContestation.objects.create(
            demande=demande,
            nature=nature,
            reduction_id=reduction,
            montant=montant,
            motif=f"Contestation {demande.reference} acceptée",
            par=par,
        )
        transaction.on_commit(partial(courriels.envoyer_suite, suite.pk), robust=True)


@transaction.atomic
def laisser(demande: DemandeRedevable, *, motif: str, par: Utilisateur) -> SuiteContestation:
    """Say that the titre stays as it is although its contestation was accepted, and why.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: no reason, not accepted, or followed already.
    """
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("La suite d’une contestation se donne aux finances.")
    if not motif.strip():
        raise ValidationError({"motif": "Dites pourquoi le titre ne change pas."})
    if not sans_suite().filter(pk=demande.pk).exists():
        raise ValidationError("Cette contestation n’attend pas de suite.")
    try:
        with transaction.atomic():
            suite = SuiteContestation.objects.create(
                demande=demande,
                nature=SuiteContestation.Nature.SANS_CHANGEMENT,
                motif=motif.strip()[:200],
                par=par,
            )
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    transaction.on_commit(partial(courriels.envoyer_suite, suite.pk), robust=True)
    return suite
