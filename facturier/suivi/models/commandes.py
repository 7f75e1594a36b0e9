"""Bons de commande: what the province has engaged, and what is left to invoice."""

from typing import Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.transmissible import exiger_transmissible
from facturier.suivi.etats import ACCEPTES, SANS_EFFET
from fournisseurs.models import Etablissement, Fournisseur, Habilitation


class BonCommandeQuerySet(models.QuerySet["BonCommande"]):
    """Questions about many bons de commande."""

    def avec_reste(self) -> "BonCommandeQuerySet":
        """Annotate `montant_facture` and `montant_restant`, in whole francs with tax.

        An avoir gives back what it corrects once the service has agreed to it.
        """
        factures = BonCommande.factures.rel.related_model._base_manager
        facture = (
            factures.filter(bon_commande=OuterRef("pk"))
            .exclude(etat__in=SANS_EFFET)
            .exclude(~Q(etat__in=ACCEPTES), nature="avoir")
            .order_by()
            .values("bon_commande")
            .annotate(
                total=Sum(
                    Case(When(nature="avoir", then=-1), default=1) * F("montant_ttc"),
                    output_field=models.BigIntegerField(),
                )
            )
            .values("total")
        )
        return self.annotate(
            montant_facture=Coalesce(Subquery(facture), 0, output_field=models.BigIntegerField()),
            montant_restant=F("montant_engage") - F("montant_facture"),
        )

    def avec_recu(self) -> "BonCommandeQuerySet":
        """Annotate `montant_recu`: whole francs of the deliveries, cancellations deducted."""
        receptions = BonCommande.receptions.rel.related_model._base_manager
        recu = (
            receptions.filter(commande=OuterRef("pk"))
            .order_by()
            .values("commande")
            .annotate(total=Sum("montant"))
            .values("total")
        )
        return self.annotate(
            montant_recu=Coalesce(Subquery(recu), 0, output_field=models.BigIntegerField())
        )

    def visibles_par(self, utilisateur: Utilisateur) -> "BonCommandeQuerySet":
        """Keep what `utilisateur` may read: all, those of his service, or those he may invoice."""
        habilitations = Habilitation.objects.en_vigueur().de(utilisateur)
        siens = Etablissement.objects.filter(pk__in=habilitations.values("etablissement"))
        droits = Q(etablissement__in=siens) | Q(
            etablissement__isnull=True, fournisseur__in=siens.values("fournisseur")
        )
        if utilisateur.a_role(Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR, Role.COMPTABLE):
            droits |= Q(pk__isnull=False)
        if utilisateur.a_role(Role.SERVICE) and utilisateur.service_id is not None:
            droits |= Q(service=utilisateur.service_id)
        return self.filter(droits)

    def facturables_par(self, etablissement: Etablissement) -> "BonCommandeQuerySet":
        """Keep the open orders addressed to the supplier of `etablissement`."""
        return self.filter(
            Q(etablissement=etablissement) | Q(etablissement__isnull=True),
            fournisseur=etablissement.fournisseur_id,
            est_clos=False,
        )


class BonCommande(models.Model):
    """An engagement: the number a supplier quotes, and the imputation its invoices are paid on."""

    SUIT_LA_FUSION = Q()

    numero = models.CharField(
        "numéro", max_length=30, unique=True, validators=[exiger_transmissible]
    )
    objet = models.CharField(max_length=100, validators=[exiger_transmissible])
    date_commande = models.DateField("date de la commande")
    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="bons_commande")
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="bons_commande"
    )
    service = models.ForeignKey(ServiceGestionnaire, models.PROTECT, related_name="bons_commande")
    compte = models.CharField(max_length=12)
    fonction = models.CharField(max_length=10)
    montant_engage = MontantField("montant engagé TTC")
    est_clos = models.BooleanField("clos", default=False)

    objects: Any = BonCommandeQuerySet.as_manager()

    class Meta:
        verbose_name = "bon de commande"
        verbose_name_plural = "bons de commande"
        ordering = ["-date_commande", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant_engage__gt=0),
                name="bon_commande_montant_positif",
                violation_error_message="Le montant engagé est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(compte__regex=r"^[0-9]{2,12}$"),
                name="bon_commande_compte_chiffres",
                violation_error_message="Le compte d’imputation a de 2 à 12 chiffres.",
            ),
        ]
        indexes = [models.Index(fields=["fournisseur", "est_clos"], name="bon_commande_ouvert")]

    def __str__(self) -> str:
        return f"{self.numero} – {self.objet}"

    def get_absolute_url(self) -> str:
        """Return the page of finance staff."""
        return reverse("suivi:commande", args=[self.pk])

    def reste(self) -> int:
        """Whole francs left to invoice on the order, invoices rejected or withdrawn apart."""
        commande: Any = BonCommande.objects.avec_reste().get(pk=self.pk)
        restant: int = commande.montant_restant
        return restant
