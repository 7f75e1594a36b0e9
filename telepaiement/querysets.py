"""Questions about many attempts, payments and messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from telepaiement.models import (  # noqa: F401
        Encaissement,
        EvenementRecu,
        Remboursement,
        Tentative,
    )

OUVERTS = ("a_verifier", "authentification", "creee", "en_cours", "initiee")
A_TRAITER = ("en_erreur", "recu")
SANS_SUITE = ("echoue", "refuse")
EN_ROUTE = ("approuve", "transmis")


class TentativeQuerySet(models.QuerySet["Tentative"]):
    """Attempts."""

    def ouvertes(self) -> Self:
        """Those that no final state closes."""
        return self.filter(etat__in=OUVERTS)

    def plus_anciennes_que(self, duree: timedelta, a: datetime) -> Self:
        """Those created `duree` or more before `a`."""
        return self.filter(creee_le__lte=a - duree)

    def depuis(self, duree: timedelta, a: datetime) -> Self:
        """Those created less than `duree` before `a`."""
        return self.filter(creee_le__gt=a - duree)


class EncaissementQuerySet(models.QuerySet["Encaissement"]):
    """Money facts."""

    def valides(self) -> Self:
        """Those that no cancellation undoes."""
        return self.filter(annulation__isnull=True)

    def en_trop(self) -> Self:
        """Those of which a part is still owed back, `a_rendre`: the worklist of refunds."""
        rendu = self._part_rendue("remboursements", "reussi")
        perdu = self._part_rendue("litiges", "perdu")
        return (
            self.valides()
            .filter(trop_percu__gt=0)
            .annotate(a_rendre=F("trop_percu") - rendu - perdu)
            .filter(a_rendre__gt=0)
        )

    def _part_rendue(self, relation: str, etat: str) -> Coalesce:
        """Sum of the excess that the refunds, or the disputes, in `etat` gave back."""
        objets: Any = self.model._meta.get_field(relation).related_model
        sommes = objets.objects.filter(encaissement=OuterRef("pk"), etat=etat).order_by()
        total = sommes.values("encaissement").annotate(total=Sum("trop_percu")).values("total")
        return Coalesce(Subquery(total), 0)

    def totaux_par_mode(self) -> dict[str, int]:
        """Sum of valid amounts by mode, in whole francs."""
        lignes = self.valides().order_by().values_list("mode").annotate(total=Sum("montant"))
        return dict(lignes)


class EvenementQuerySet(models.QuerySet["EvenementRecu"]):
    """Messages of the inbox."""

    def a_traiter(self, a: datetime) -> Self:
        """Those neither done nor waiting for a later attempt, oldest first."""
        return self.filter(Q(etat__in=A_TRAITER), prochain_essai_le__lte=a).order_by("pk")


class RemboursementQuerySet(models.QuerySet["Remboursement"]):
    """Refunds."""

    def actifs(self) -> Self:
        """Those that take, or will take, something from their payment."""
        return self.exclude(etat__in=SANS_SUITE)

    def en_route(self) -> Self:
        """Those approved whose outcome is not known yet, oldest first."""
        return self.filter(etat__in=EN_ROUTE).order_by("pk")

    def total(self) -> int:
        """Sum of their amounts, in whole francs."""
        return int(self.aggregate(total=Sum("montant", default=0))["total"])
