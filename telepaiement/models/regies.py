"""Régies, their counters and what they may collect (décret 2012-829)."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Passage, ServiceGestionnaire, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.transmissible import exiger_transmissible
from facturier.grand_livre.models import Ecriture, Tiers

JOURS_MAXIMAUX = 31  # art. 10: at least once a month


class Produit(models.Model):
    """A kind of revenue: its local code for the treasury, its account."""

    code = models.CharField("code produit local", max_length=4, unique=True)
    libelle = models.CharField("libellé", max_length=100)
    compte = models.CharField("compte de produits", max_length=12)

    class Meta:
        verbose_name = "produit"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{1,4}$"),
                name="produit_code_alphanumerique",
                violation_error_message="Le code produit a d’un à quatre chiffres ou majuscules.",
            ),
            models.CheckConstraint(
                condition=Q(compte__regex=r"^7[0-9]{1,11}$"),
                name="produit_compte_classe_7",
                violation_error_message="Le compte d’un produit est de la classe 7.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.libelle}"


class Regie(models.Model):
    """A delegated cash office, within the bounds of its acte constitutif.

    The acte fixes what it collects (art. 8), in which ways (art. 9), the fonds de caisse and the
    highest encaisse (art. 12); it is created on the avis conforme of the comptable (art. 2).
    """

    code = models.CharField(max_length=10, unique=True)
    libelle = models.CharField("libellé", max_length=100, validators=[exiger_transmissible])
    acte = models.CharField("acte constitutif", max_length=100)
    date_acte = models.DateField("date de l’acte")
    date_avis_conforme = models.DateField("date de l’avis conforme du comptable")
    comptable = models.CharField("comptable assignataire", max_length=100)
    produits = models.ManyToManyField(Produit, related_name="regies")
    plafond_encaisse = MontantField("encaisse maximale")
    fonds_caisse = MontantField("fonds de caisse", default=0)
    est_en_ligne = models.BooleanField("régie du paiement en ligne", default=False)
    accepte_especes = models.BooleanField("accepte les espèces", default=True)
    accepte_cheque = models.BooleanField("accepte les chèques", default=True)
    accepte_tpe = models.BooleanField("accepte la carte au terminal bancaire", default=True)
    accepte_virement = models.BooleanField("accepte les virements constatés", default=False)
    versement_jours = models.PositiveSmallIntegerField(
        "rythme des versements, en jours", default=30, help_text="31 jours au plus (art. 10)"
    )
    tiers = models.ForeignKey(
        Tiers,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regies",
        help_text="au nom de qui ses ventes au comptant sont régularisées par un titre",
    )
    service = models.ForeignKey(
        ServiceGestionnaire,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regies",
        help_text="service de ses titres de régularisation",
    )

    class Meta:
        verbose_name = "régie"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(versement_jours__gte=1) & Q(versement_jours__lte=JOURS_MAXIMAUX),
                name="regie_versement_mensuel",
                violation_error_message="Une régie verse ses recettes au moins une fois par mois.",
            ),
            models.CheckConstraint(
                condition=Q(plafond_encaisse__gt=0)
                & Q(fonds_caisse__gte=0)
                & Q(fonds_caisse__lte=models.F("plafond_encaisse")),
                name="regie_fonds_sous_plafond",
                violation_error_message="Le fonds de caisse ne dépasse pas l’encaisse maximale.",
            ),
            models.CheckConstraint(
                condition=Q(date_avis_conforme__lte=models.F("date_acte")),
                name="regie_avis_avant_acte",
                violation_error_message="L’avis conforme du comptable précède l’acte constitutif.",
            ),
            models.UniqueConstraint(
                fields=["est_en_ligne"],
                condition=Q(est_en_ligne=True),
                name="regie_en_ligne_unique",
                violation_error_message="Une seule régie tient le paiement en ligne.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle

    def admet(self, code_produit: str) -> bool:
        """Tell whether the acte lets the régie collect this product (art. 8)."""
        return self.produits.filter(code=code_produit).exists()


class PassageRegie(Passage):
    """Trace of a change of a régie or of its counters; `motif` names the acte and what changed."""

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de régie"
        verbose_name_plural = "passages de régie"


class MouvementFonds(models.Model):
    """The fonds de caisse that the comptable hands over, or takes back. Append only."""

    class Nature(models.TextChoices):
        """Which way the cash went."""

        REMISE = "remise", "Remis par la Trésorerie"
        RESTITUTION = "restitution", "Rendu à la Trésorerie"

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="mouvements_fonds")
    nature = models.CharField(max_length=12, choices=Nature)
    montant = MontantField()
    jour = models.DateField()
    reference = models.CharField("référence du reçu", max_length=60)
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="mouvement_fonds")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "mouvement du fonds de caisse"
        verbose_name_plural = "mouvements du fonds de caisse"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0) & ~Q(reference=""),
                name="mouvement_fonds_montant",
                violation_error_message="Un mouvement de fonds a un montant et un reçu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} : {self.montant} F"


class Guichet(models.Model):
    """A counter of a régie."""

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="guichets")
    code = models.CharField(max_length=10, unique=True)
    libelle = models.CharField("libellé", max_length=100)
    terminal = models.CharField("terminal bancaire (TPE)", max_length=30, blank=True)
    lecteur = models.CharField("lecteur de carte piloté", max_length=100, blank=True)
    est_ouvert = models.BooleanField("en service", default=True)

    class Meta:
        verbose_name = "guichet"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecteur"],
                condition=~Q(lecteur=""),
                name="guichet_lecteur_unique",
                violation_error_message="Ce lecteur de carte est déjà celui d’un autre guichet.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle
