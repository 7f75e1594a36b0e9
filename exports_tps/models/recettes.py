"""Receipts that the treasury collected before any titre (P503), and the titres that settle them."""

from django.db import models
from django.db.models import Q

from exports_tps.models.messages import MessageTPS
from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Budget, Ecriture, Titre


class RecettePercue(models.Model):
    """One line of a P503: money collected that no titre had called for. Append only.

    A line that names a régie was posted when the régie collected it: it has no entry here.
    """

    message = models.ForeignKey(MessageTPS, models.PROTECT, related_name="recettes_percues")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="+")
    exercice = models.PositiveSmallIntegerField()
    bordereau = models.CharField("numéro du bordereau", max_length=12)
    numero = models.CharField("numéro du P503", max_length=13)
    ligne = models.CharField(max_length=6)
    code_produit = models.CharField("produit local", max_length=4, blank=True)
    payeur = models.CharField(max_length=80, blank=True)
    objet = models.CharField(max_length=160, blank=True)
    regie = models.CharField("régie", max_length=10, blank=True)
    montant = MontantField()
    encaissee_le = models.DateField("encaissée le")
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="recette_percue"
    )

    class Meta:
        verbose_name = "recette perçue avant titre"
        verbose_name_plural = "recettes perçues avant titre"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "exercice", "numero", "ligne"],
                name="recette_percue_une_fois",
                violation_error_message="Cette recette est déjà connue.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="recette_percue_positive",
                violation_error_message="Une recette perçue est positive.",
            ),
            models.CheckConstraint(
                condition=Q(regie="", ecriture__isnull=False)
                | (~Q(regie="") & Q(ecriture__isnull=True)),
                name="recette_percue_comptee_une_fois",
                violation_error_message="La recette d’une régie est déjà comptée chez elle.",
            ),
        ]

    def __str__(self) -> str:
        return f"P503 {self.exercice}-{self.numero}, ligne {self.ligne}"

    @property
    def titre_regle(self) -> Titre | None:
        """The titre that it settles, if any yet."""
        liens = (lien for lien in self.regularisations.all() if lien.annulation_id is None)
        return next((lien.titre for lien in liens), None)


class AnnulationRegularisation(models.Model):
    """That a receipt does not settle a titre after all, and the reversal. Append only."""

    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, related_name="annulation_regularisation"
    )
    motif = models.CharField(max_length=400)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "annulation d’une régularisation"
        verbose_name_plural = "annulations de régularisations"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="annulation_regularisation_motivee",
                violation_error_message="Dites pourquoi cette régularisation est annulée.",
            ),
        ]

    def __str__(self) -> str:
        return self.motif


class RegularisationQuerySet(models.QuerySet["RegularisationRecette"]):
    """Which of them still hold."""

    def en_vigueur(self) -> "RegularisationQuerySet":
        """Keep those that nothing cancels."""
        return self.filter(annulation=None)


class RegularisationRecette(models.Model):
    """The titre that such a receipt settles, and the entry that says so.

    Nothing of it changes but its `annulation`, set once: the receipt may then settle another.
    """

    recette = models.ForeignKey(RecettePercue, models.PROTECT, related_name="regularisations")
    titre = models.ForeignKey(Titre, models.PROTECT, related_name="recettes_percues")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="regularisation_recette")
    message = models.ForeignKey(
        MessageTPS,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="qui la dit ; vide : décidée ici",
    )
    annulation = models.OneToOneField(
        AnnulationRegularisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regularisation",
    )
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    objects = RegularisationQuerySet.as_manager()

    class Meta:
        verbose_name = "régularisation d’une recette perçue"
        verbose_name_plural = "régularisations de recettes perçues"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recette"],
                condition=Q(annulation__isnull=True),
                name="regularisation_une_en_vigueur",
                violation_error_message="Cette recette règle déjà un titre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recette} réglant {self.titre}"
