"""Budgets, exercices, journals, accounts, counters and dated parameters."""

from collections.abc import Callable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from facturier.grand_livre.models.sens import Sens


class Budget(models.Model):
    """A budget of the province, with the codes by which the treasury knows it."""

    code = models.CharField(max_length=10, unique=True)
    libelle = models.CharField("libellé", max_length=38)
    codique_poste = models.CharField("codique du poste comptable", max_length=7)
    identifiant_collectivite = models.CharField("identifiant de la collectivité", max_length=14)
    code_collectivite = models.CharField("code collectivité", max_length=3)
    code_budget = models.CharField(max_length=2)
    nomenclature = models.CharField(max_length=10, default="M52")

    class Meta:
        verbose_name = "budget"
        constraints = [
            models.CheckConstraint(
                condition=Q(code_collectivite__regex=r"^[0-9]{3}$") & ~Q(code_collectivite="000"),
                name="budget_code_collectivite",
                violation_error_message="Le code collectivité a trois chiffres, et n’est pas 000.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class Exercice(models.Model):
    """A financial year; once closed it takes no écriture any more."""

    annee = models.PositiveSmallIntegerField("année", primary_key=True)
    clos_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "exercice"
        ordering = ["annee"]

    def __str__(self) -> str:
        return str(self.annee)


class Journal(models.Model):
    """A book of entries of one kind."""

    code = models.CharField(max_length=5, primary_key=True)
    libelle = models.CharField("libellé", max_length=60)

    class Meta:
        verbose_name = "journal"
        verbose_name_plural = "journaux"

    def __str__(self) -> str:
        return f"{self.code} – {self.libelle}"


class Compte(models.Model):
    """An account of a nomenclature, for one year: charts of accounts change every January."""

    nomenclature = models.CharField(max_length=10, default="M52")
    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="comptes")
    numero = models.CharField("numéro", max_length=12)
    libelle = models.CharField("libellé", max_length=200)
    est_imputable = models.BooleanField("imputable", default=True)

    class Meta:
        verbose_name = "compte"
        ordering = ["numero"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "numero"],
                name="compte_numero_unique",
                violation_error_message="Ce compte existe déjà pour cet exercice.",
            ),
            models.CheckConstraint(
                condition=Q(numero__regex=r"^[0-9]{2,12}$"),
                name="compte_numero_chiffres",
                violation_error_message="Un numéro de compte a de 2 à 12 chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.numero} {self.libelle}"


class Compteur(models.Model):
    """The last number given in one gap-free series; locked by whoever takes the next."""

    cle = models.CharField(max_length=60, primary_key=True)
    valeur = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "compteur"

    def __str__(self) -> str:
        return f"{self.cle} : {self.valeur}"


class ParametreAbsent(LookupError):
    """No value of the parameter is in force at the date asked for."""


def _absent(cle: str, au: date) -> ParametreAbsent:
    return ParametreAbsent(
        f"Aucune valeur du paramètre « {cle} » n’est en vigueur le {au:%d/%m/%Y}."
    )


class ParametreQuerySet(models.QuerySet["Parametre"]):
    """Parameters by date."""

    def valeur(self, cle: str, au: date) -> str:
        """Return the value of `cle` in force on day `au`.

        Raises:
            ParametreAbsent: nothing is in force that day.
        """
        valeur = (
            self.filter(cle=cle, debut__lte=au)
            .order_by("-debut")
            .values_list("valeur", flat=True)
            .first()
        )
        if valeur is None:
            raise _absent(cle, au)
        return valeur

    def lecteur(self, *cles: str) -> Callable[[str, date], str]:
        """Read `cles` in one statement; return what tells a value by key and day, as `valeur`."""
        lignes = list(self.filter(cle__in=cles).order_by("-debut"))

        def valeur(cle: str, au: date) -> str:
            for ligne in lignes:
                if ligne.cle == cle and ligne.debut <= au:
                    return ligne.valeur
            raise _absent(cle, au)

        return valeur

    def entier(self, cle: str, au: date) -> int:
        """Return the value of `cle` on day `au` as a whole number."""
        return int(self.valeur(cle, au))


class Parametre(models.Model):
    """A duration, rate, threshold or wording, in force from a day until the next row begins.

    Only the first day is stored: periods can then neither overlap nor leave a hole.
    """

    cle = models.CharField("clé", max_length=60)
    debut = models.DateField("en vigueur à partir du")
    valeur = models.TextField()
    source = models.CharField(max_length=200, help_text="texte ou décision qui la fixe")

    objects = ParametreQuerySet.as_manager()

    class Meta:
        verbose_name = "paramètre"
        ordering = ["cle", "-debut"]
        constraints = [
            models.UniqueConstraint(
                fields=["cle", "debut"],
                name="parametre_une_valeur_par_jour",
                violation_error_message="Ce paramètre a déjà une valeur à partir de ce jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cle} = {self.valeur} (dès le {self.debut:%d/%m/%Y})"


class SchemaComptableQuerySet(models.QuerySet["SchemaComptable"]):
    """Entry schemes by event and date."""

    def en_vigueur(self, evenement: str, au: date) -> Self:
        """Keep the rows of `evenement` that begin the latest on or before day `au`."""
        debut = (
            self.filter(evenement=evenement, debut__lte=au)
            .order_by("-debut")
            .values_list("debut", flat=True)[:1]
        )
        return self.filter(evenement=evenement, debut=debut).order_by("rang")


class SchemaComptable(models.Model):
    """Which account one part of an event is posted to: configuration, confirmed by the TPS.

    An empty `compte` means the imputation of the pièce itself.
    """

    evenement = models.CharField("événement", max_length=40)
    debut = models.DateField("en vigueur à partir du")
    rang = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=30)
    sens = models.CharField(max_length=1, choices=Sens)
    compte = models.CharField(max_length=12, blank=True)
    journal = models.ForeignKey(Journal, models.PROTECT, related_name="+")

    objects = SchemaComptableQuerySet.as_manager()

    class Meta:
        verbose_name = "schéma comptable"
        verbose_name_plural = "schémas comptables"
        ordering = ["evenement", "-debut", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["evenement", "debut", "part"],
                name="schema_une_part_par_evenement",
                violation_error_message="Cette part de l’événement a déjà un compte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evenement} {self.part} : {self.sens} {self.compte or 'imputation'}"
