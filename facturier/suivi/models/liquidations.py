"""What a liquidation fixes: gross, avoirs, deductions, net, and the tax rate by rate."""

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Piece
from facturier.suivi.models.commandes import BonCommande
from facturier.suivi.models.factures import Facture


class Liquidation(models.Model):
    """The amounts an invoice is owed for (décret 2012-1246, art. 31). Append only.

    The last of an invoice prevails. Avoirs reduce what is mandated; the guarantee, the advance
    recovered and the penalties are withheld from what the mandat pays. Avoirs that give the whole
    invoice back leave nothing to pay, and nothing to withhold.
    """

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="liquidations")
    rang = models.PositiveSmallIntegerField()
    brut_ht = MontantField("montant HT facturé")
    brut_tgc = MontantField("TGC facturée")
    avoirs_ht = MontantField("avoirs HT", default=0)
    avoirs_tgc = MontantField("TGC des avoirs", default=0)
    taux_garantie = models.DecimalField(
        "taux de la retenue de garantie", max_digits=4, decimal_places=2, default=0
    )
    garantie = MontantField("retenue de garantie", default=0)
    avance = MontantField("avance récupérée", default=0)
    penalites = MontantField("pénalités de retard", default=0)
    motif_penalites = models.CharField("motif des pénalités", max_length=200, blank=True)
    net = MontantField("net à payer")
    etablie_le = models.DateTimeField("établie le", auto_now_add=True)
    etablie_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "liquidation"
        ordering = ["facture", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture", "rang"],
                name="liquidation_rang_unique",
                violation_error_message="Cette facture vient d’être liquidée : rechargez la page.",
            ),
            models.CheckConstraint(
                condition=Q(
                    net=F("brut_ht")
                    + F("brut_tgc")
                    - F("avoirs_ht")
                    - F("avoirs_tgc")
                    - F("garantie")
                    - F("avance")
                    - F("penalites")
                ),
                name="liquidation_tombe_juste",
                violation_error_message="Le net est le brut moins les avoirs et les déductions.",
            ),
            models.CheckConstraint(
                condition=Q(avoirs_ht__gte=0, avoirs_tgc__gte=0, taux_garantie__gte=0)
                & Q(avoirs_ht__lt=F("brut_ht"), avoirs_tgc__lte=F("brut_tgc"), net__gt=0)
                & Q(garantie__gte=0, avance__gte=0, penalites__gte=0)
                | Q(avoirs_ht=F("brut_ht"), avoirs_tgc=F("brut_tgc"), net=0, taux_garantie=0)
                & Q(garantie=0, avance=0, penalites=0),
                name="liquidation_montants_positifs",
                violation_error_message=(
                    "Les avoirs et les déductions sont positifs, et laissent un net à payer, sauf "
                    "des avoirs qui rendent la facture en entier."
                ),
            ),
            models.CheckConstraint(
                condition=Q(penalites=0) | ~Q(motif_penalites=""),
                name="liquidation_penalites_motivees",
                violation_error_message="Des pénalités de retard ont un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Liquidation {self.rang} de {self.facture}"

    @property
    def brut(self) -> int:
        """What was invoiced, with tax."""
        total: int = self.brut_ht + self.brut_tgc
        return total

    @property
    def avoirs(self) -> int:
        """What avoirs give back, with tax."""
        total: int = self.avoirs_ht + self.avoirs_tgc
        return total

    @property
    def mandate_ht(self) -> int:
        """What is mandated, without tax."""
        total: int = self.brut_ht - self.avoirs_ht
        return total

    @property
    def mandate_tgc(self) -> int:
        """The tax of what is mandated."""
        total: int = self.brut_tgc - self.avoirs_tgc
        return total

    @property
    def mandate(self) -> int:
        """What is mandated, with tax: the expense of the province."""
        return self.mandate_ht + self.mandate_tgc

    @property
    def a_deductions(self) -> bool:
        """Whether the supplier is paid less than he invoiced."""
        return bool(self.net != self.brut)


class LigneLiquidation(models.Model):
    """Base and TGC of one rate, and what avoirs take from them. Append only."""

    liquidation = models.ForeignKey(Liquidation, models.PROTECT, related_name="lignes")
    taux = models.DecimalField("taux de TGC", max_digits=5, decimal_places=2)
    base = MontantField("base HT")
    taxe = MontantField("TGC")
    avoir_base = MontantField("base HT des avoirs", default=0)
    avoir_taxe = MontantField("TGC des avoirs", default=0)

    class Meta:
        verbose_name = "ligne de liquidation"
        verbose_name_plural = "lignes de liquidation"
        ordering = ["liquidation", "taux"]
        constraints = [
            models.UniqueConstraint(
                fields=["liquidation", "taux"],
                name="ligne_liquidation_taux_unique",
                violation_error_message="Ce taux est déjà liquidé.",
            ),
            models.CheckConstraint(
                condition=Q(avoir_base__gte=0, avoir_base__lte=F("base"))
                & Q(avoir_taxe__gte=0, avoir_taxe__lte=F("taxe")),
                name="ligne_liquidation_avoir_borne",
                violation_error_message="À chaque taux, un avoir rend au plus ce qui est facturé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taux} % : {self.base} + {self.taxe}"


class Avance(models.Model):
    """Money paid on an order before any delivery, and recovered on its invoices. Append only."""

    commande = models.ForeignKey(BonCommande, models.PROTECT, related_name="avances")
    montant = MontantField("montant versé")
    mandat = models.OneToOneField(Piece, models.PROTECT, related_name="avance")
    motif = models.CharField("calcul de l’avance", max_length=200)
    accordee_le = models.DateTimeField("accordée le", auto_now_add=True)
    accordee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "avance"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="avance_montant_positif",
                violation_error_message="Une avance est positive.",
            ),
        ]

    def __str__(self) -> str:
        return f"Avance sur {self.commande.numero} : {self.montant}"


class ReductionParAvoir(models.Model):
    """The réduction of a mandat that an avoir founds. Append only.

    The avoir is deducted for good once the comptable takes the réduction in charge; a rejected or
    cancelled réduction frees it for another: a trigger refuses two living ones.
    """

    avoir = models.ForeignKey(Facture, models.PROTECT, related_name="reductions")
    reduction = models.OneToOneField(Piece, models.PROTECT, related_name="fondee_sur")

    class Meta:
        verbose_name = "réduction fondée sur un avoir"
        verbose_name_plural = "réductions fondées sur un avoir"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.reduction} fondée sur {self.avoir}"


class LiberationGarantie(models.Model):
    """The act that gives a retenue de garantie back to the supplier. Append only.

    A rejected or cancelled order to pay frees the guarantee for another act.
    """

    liquidation = models.ForeignKey(Liquidation, models.PROTECT, related_name="liberations")
    mandat = models.OneToOneField(Piece, models.PROTECT, related_name="liberation_garantie")
    motif = models.CharField("acte de mainlevée", max_length=200)
    liberee_le = models.DateField("libérée le")
    liberee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "libération de retenue de garantie"
        verbose_name_plural = "libérations de retenues de garantie"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Garantie libérée le {self.liberee_le:%d/%m/%Y}"
