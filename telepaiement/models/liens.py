"""A link by which somebody else pays: what he needs to see, and nothing more."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Titre


class LienPaiementQuerySet(models.QuerySet["LienPaiement"]):
    """Questions about many links."""

    def en_vigueur(self) -> Self:
        """Those neither revoked nor out of date."""
        return self.filter(revoque_le__isnull=True, expire_le__gt=timezone.now())


class LienPaiement(models.Model):
    """A payment link, which expires and can be revoked.

    Who holds the key of a titre makes it, for a relative: the receipt is then discreet. A counter
    (`par`) makes it for a payer who is there: his receipt is whole, as on paper.
    """

    identifiant = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    titre = models.ForeignKey(Titre, models.PROTECT, related_name="liens_paiement")
    cree_le = models.DateTimeField("créé le", default=timezone.now)
    expire_le = models.DateTimeField("expire le")
    revoque_le = models.DateTimeField("révoqué le", null=True, blank=True)
    par = models.ForeignKey(
        Utilisateur,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="remis au guichet par",
    )

    objects = LienPaiementQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de paiement"
        verbose_name_plural = "liens de paiement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("cree_le")),
                name="lien_paiement_expire",
                violation_error_message="Un lien de paiement expire.",
            ),
        ]

    def __str__(self) -> str:
        return f"Lien de paiement du titre {self.titre_id}"
