"""What an order asks for line by line, and what was delivered of it, when, seen by whom."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.suivi.models.commandes import BonCommande
from facturier.suivi.models.echanges import ServiceFait


class LigneCommande(models.Model):
    """One line of an order, as it was imported; an order without lines is known by its amount."""

    commande = models.ForeignKey(BonCommande, models.CASCADE, related_name="lignes")
    rang = models.PositiveSmallIntegerField()
    libelle = models.CharField("désignation", max_length=200)
    quantite = models.DecimalField("quantité", max_digits=14, decimal_places=4)
    montant_ttc = MontantField("montant TTC")

    class Meta:
        verbose_name = "ligne de commande"
        verbose_name_plural = "lignes de commande"
        ordering = ["commande", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["commande", "rang"],
                name="ligne_commande_rang_unique",
                violation_error_message="Ce rang de ligne est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(quantite__gt=0) & Q(montant_ttc__gte=0),
                name="ligne_commande_positive",
                violation_error_message="Une ligne de commande a une quantité, et un montant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rang}. {self.libelle}"


class Reception(models.Model):
    """A delivery, partial or whole, attested on the day it came (décret 2012-1246, art. 31).

    Append only: one that was recorded by mistake is cancelled by another row, of the opposite
    amount. Certifying an invoice records what was not received yet.
    """

    commande = models.ForeignKey(BonCommande, models.PROTECT, related_name="receptions")
    date_reception = models.DateField("reçu le")
    description = models.CharField("ce qui a été reçu", max_length=300)
    bon_livraison = models.CharField("bon de livraison", max_length=60, blank=True)
    montant = MontantField("montant reçu TTC")
    service_fait = models.OneToOneField(
        ServiceFait, models.PROTECT, null=True, blank=True, related_name="reception"
    )
    annule = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="annulation"
    )
    constatee_le = models.DateTimeField("constatée le", auto_now_add=True)
    constatee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "réception"
        ordering = ["commande", "date_reception", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(annule__isnull=True, montant__gt=0)
                | Q(annule__isnull=False, montant__lt=0),
                name="reception_montant_du_bon_cote",
                violation_error_message=(
                    "Une réception est positive ; seule son annulation est négative."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(description=""),
                name="reception_a_description",
                violation_error_message="Dites ce qui a été reçu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commande.numero}, {self.date_reception:%d/%m/%Y} : {self.description}"

    @property
    def est_annulee(self) -> bool:
        """Whether another row cancels it."""
        return hasattr(self, "annulation")


class LigneReception(models.Model):
    """How much of one line of the order a delivery brought."""

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="lignes")
    ligne = models.ForeignKey(LigneCommande, models.PROTECT, related_name="receptions")
    quantite = models.DecimalField("quantité reçue", max_digits=14, decimal_places=4)

    class Meta:
        verbose_name = "ligne de réception"
        verbose_name_plural = "lignes de réception"
        ordering = ["reception", "ligne"]
        constraints = [
            models.UniqueConstraint(
                fields=["reception", "ligne"],
                name="ligne_reception_unique",
                violation_error_message="Cette ligne est déjà dans la réception.",
            ),
            models.CheckConstraint(
                condition=~Q(quantite=0),
                name="ligne_reception_non_nulle",
                violation_error_message="Une quantité reçue n’est pas nulle.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantite} de {self.ligne}"
