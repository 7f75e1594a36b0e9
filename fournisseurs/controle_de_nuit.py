"""What the night checks of the data of suppliers: nobody served beyond his due, nothing forgotten.

Each check yields anomalies and never raises; `verifier_grand_livre` runs them with the others.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db.models import Case, F, OuterRef, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from facturier.commun.calendrier import ajouter_jours_ouvres
from facturier.grand_livre.models import (
    PIECES_SANS_EFFET,
    LigneEcriture,
    Parametre,
    PartCedee,
    Sens,
)
from facturier.grand_livre.verification import Anomalie
from fournisseurs.models import DecisionPaiement, DemandeModification, Opposition

RETARD_D_APPLICATION = timedelta(days=1)  # the task runs every few minutes


def oppositions_trop_servies() -> Iterator[Anomalie]:
    """Oppositions that mandats in force serve beyond their ceiling."""
    parts = (
        PartCedee.objects.filter(creance=OuterRef("numero"))
        .exclude(ligne__piece__etat__in=PIECES_SANS_EFFET)
        .order_by()
        .values("creance")
        .annotate(total=Sum("montant"))
        .values("total")
    )
    servies = Opposition.objects.annotate(servi=Coalesce(Subquery(parts), 0))
    for numero, plafond, servi in (
        servies.filter(servi__gt=F("plafond"))
        .order_by("pk")
        .values_list("numero", "plafond", "servi")
    ):
        yield Anomalie(
            "opposition", f"opposition {numero}", f"{servi} F servis pour un plafond de {plafond} F"
        )


def decisions_mal_suivies() -> Iterator[Anomalie]:
    """Mandats that pay an opposition another amount than the one decided for it."""
    parts = (
        PartCedee.objects.filter(
            creance=OuterRef("opposition__numero"), ligne__piece=OuterRef("mandat")
        )
        .order_by()
        .values("creance")
        .annotate(total=Sum("montant"))
        .values("total")
    )
    suivies = DecisionPaiement.objects.annotate(verse=Coalesce(Subquery(parts), 0))
    for numero, mandat, retenu, verse in (
        suivies.exclude(verse=F("montant_retenu"))
        .order_by("pk")
        .values_list("opposition__numero", "mandat_id", "montant_retenu", "verse")
    ):
        yield Anomalie(
            "opposition",
            f"mandat {mandat}",
            f"l’opposition {numero} y reçoit {verse} F au lieu des {retenu} F décidés",
        )


def beneficiaires_trop_payes() -> Iterator[Anomalie]:
    """Payees of a mandat to whom the entries paid more than they made the province owe."""
    du = Case(When(sens=Sens.CREDIT, then=F("montant")), default=-F("montant"))
    mandats = PartCedee.objects.order_by().values("ligne__piece")
    restes = (
        LigneEcriture.objects.filter(piece__in=mandats, tiers__isnull=False)
        .order_by()
        .values("piece", "tiers")
        .annotate(reste=Sum(du))
    )
    for mandat, code, reste in (
        restes.filter(reste__lt=0)
        .order_by("piece", "tiers")
        .values_list("piece", "tiers__code", "reste")
    ):
        yield Anomalie(
            "opposition", f"mandat {mandat}", f"le tiers {code} y est payé {-reste} F de trop"
        )


def decisions_en_retard() -> Iterator[Anomalie]:
    """Oppositions and mainlevées that wait for a second agent beyond the day promised."""
    jour = timezone.localdate()
    delai = Parametre.objects.entier("delai_instruction_jours_ouvres", jour)
    attendent = Opposition.objects.a_decider().order_by("pk").prefetch_related("passages")
    for opposition in attendent:
        depuis = timezone.localdate(max(p.le for p in opposition.passages.all()))
        if ajouter_jours_ouvres(depuis, delai) < jour:
            yield Anomalie(
                "decision",
                str(opposition),
                f"attend un second agent depuis le {depuis:%d/%m/%Y} : "
                f"{opposition.get_etat_display().lower()}",
            )


def modifications_non_appliquees() -> Iterator[Anomalie]:
    """Changes approved, whose cooling period has passed, that nothing has applied."""
    limite = timezone.now() - RETARD_D_APPLICATION
    for demande in DemandeModification.objects.a_appliquer(limite):
        yield Anomalie(
            "decision",
            f"demande {demande.pk}",
            "approuvée et mûre depuis plus d’un jour, sans être appliquée : lancez "
            "appliquer_modifications, ou voyez si ses anciens contacts ont pu être prévenus",
        )


CONTROLES: list[Callable[[], Iterator[Anomalie]]] = [
    oppositions_trop_servies,
    decisions_mal_suivies,
    beneficiaires_trop_payes,
    decisions_en_retard,
    modifications_non_appliquees,
]
