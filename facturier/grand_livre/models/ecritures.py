"""Double-entry écritures. Append only: triggers refuse every UPDATE and DELETE.

The header seals its lines (conception.md, decision 2): lines are inserted first, then the
`Ecriture`, whose insert trigger checks that they balance and agree with its control totals; a
line whose `Ecriture` already exists is refused.
"""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models.comptes import Compte, Exercice, Journal
from facturier.grand_livre.models.pieces import Piece
from facturier.grand_livre.models.sens import Sens
from facturier.grand_livre.models.tiers import Tiers


class Ecriture(models.Model):
    """A balanced entry, written by `passer()` or `contrepasser()` only."""

    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="ecritures")
    journal = models.ForeignKey(Journal, models.PROTECT, related_name="ecritures")
    date_comptable = models.DateField()
    evenement = models.CharField("événement", max_length=40)
    libelle = models.CharField("libellé", max_length=200)
    total = MontantField()
    nombre_lignes = models.PositiveIntegerField("nombre de lignes")
    cle = models.CharField("clé d’unicité", max_length=120, unique=True, null=True)  # noqa: DJ001
    contrepasse = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="contrepassee_par"
    )
    passee_le = models.DateTimeField()
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "écriture"
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gt=0),
                name="ecriture_total_positif",
                violation_error_message="Le total d’une écriture est positif.",
            ),
            models.CheckConstraint(
                condition=Q(nombre_lignes__gte=2),
                name="ecriture_deux_lignes",
                violation_error_message="Une écriture a deux lignes ou plus.",
            ),
        ]

    def __str__(self) -> str:
        return f"Écriture {self.pk} : {self.libelle}"


class LigneEcriture(models.Model):
    """One leg of an entry. With a tiers and a pièce, it is part of the debt of that pièce."""

    ecriture = models.ForeignKey(Ecriture, models.PROTECT, related_name="lignes")
    rang = models.PositiveIntegerField()
    compte = models.ForeignKey(Compte, models.PROTECT, related_name="lignes", db_index=False)
    tiers = models.ForeignKey(
        Tiers, models.PROTECT, null=True, related_name="lignes", db_index=False
    )
    piece = models.ForeignKey(
        Piece, models.PROTECT, null=True, related_name="lignes", db_index=False
    )
    sens = models.CharField(max_length=1, choices=Sens)
    montant = MontantField()

    class Meta:
        verbose_name = "ligne d’écriture"
        verbose_name_plural = "lignes d’écriture"
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="ligne_montant_positif",
                violation_error_message="Le montant d’une ligne est positif.",
            ),
            models.CheckConstraint(
                condition=Q(sens__in=Sens.values),
                name="ligne_sens_connu",
                violation_error_message="Le sens d’une ligne est D ou C.",
            ),
        ]
        indexes = [
            models.Index(fields=["piece"], name="ligne_piece", condition=Q(piece__isnull=False)),
            models.Index(
                fields=["tiers", "compte"], name="ligne_tiers", condition=Q(tiers__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sens} {self.compte_id} {self.montant}"


class AttenteScellement(models.Model):
    """A posted entry that is not yet numbered, chained and added to the balances."""

    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, primary_key=True, related_name="attente"
    )

    class Meta:
        verbose_name = "écriture en attente de scellement"
        verbose_name_plural = "écritures en attente de scellement"

    def __str__(self) -> str:
        return str(self.pk)


class Scellement(models.Model):
    """Number and chained digest of one entry, per exercice and journal. Append only."""

    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, primary_key=True, related_name="scellement"
    )
    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, models.PROTECT, related_name="+", db_index=False)
    numero = models.PositiveBigIntegerField("numéro")
    empreinte = models.CharField(max_length=64)
    scelle_le = models.DateTimeField("scellé le", auto_now_add=True)

    class Meta:
        verbose_name = "scellement"
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "journal", "numero"],
                name="scellement_numero_unique",
                violation_error_message="Ce numéro d’écriture est déjà pris.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id} {self.exercice_id}-{self.numero}"


class Solde(models.Model):
    """Snapshot: what the sealed entries of one day moved on one account.

    A balance is the sum of these rows plus the tail that is not sealed yet; an account has at
    most one row a day, so reading stays constant as the ledger grows.
    """

    compte = models.ForeignKey(Compte, models.PROTECT, related_name="soldes", db_index=False)
    jour = models.DateField()
    debit = MontantField("débit", default=0)
    credit = MontantField("crédit", default=0)

    class Meta:
        verbose_name = "solde"
        constraints = [
            models.UniqueConstraint(
                fields=["compte", "jour"],
                name="solde_un_par_jour",
                violation_error_message="Ce compte a déjà un solde pour ce jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compte_id} au {self.jour} : {self.debit} / {self.credit}"


class Lettrage(models.Model):
    """Lines of one account and one tiers that settle each other exactly. Append only."""

    compte = models.ForeignKey(Compte, models.PROTECT, related_name="+")
    tiers = models.ForeignKey(Tiers, models.PROTECT, related_name="lettrages")
    numero = models.PositiveBigIntegerField("numéro")
    total = MontantField()
    lettre_le = models.DateTimeField("lettré le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "lettrage"
        constraints = [
            models.UniqueConstraint(
                fields=["compte", "numero"],
                name="lettrage_numero_unique",
                violation_error_message="Ce numéro de lettrage est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(total__gt=0),
                name="lettrage_total_positif",
                violation_error_message="Le total d’un lettrage est positif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Lettrage {self.numero}"


class LigneLettrage(models.Model):
    """A line that has been lettered; a line is lettered once."""

    lettrage = models.ForeignKey(Lettrage, models.PROTECT, related_name="lignes")
    ligne = models.OneToOneField(LigneEcriture, models.PROTECT, related_name="lettrage")

    class Meta:
        verbose_name = "ligne de lettrage"
        verbose_name_plural = "lignes de lettrage"

    def __str__(self) -> str:
        return f"{self.lettrage_id} : {self.ligne_id}"
