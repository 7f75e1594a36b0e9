"""What the register of établissements says, what it proves, and where our data differ from it."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from facturier.commun import ridet
from fournisseurs.models.fournisseurs import Etablissement
from fournisseurs.models.modifications import DemandeModification


class Inscription(models.Model):
    """What the register says of an établissement, on the day of an extract."""

    denomination = models.CharField("dénomination", max_length=200)
    enseigne = models.CharField(max_length=200, blank=True)
    adresse = models.CharField(max_length=200, blank=True)
    code_postal = models.CharField(max_length=5, blank=True)
    ville = models.CharField("commune", max_length=100, blank=True)
    activite = models.CharField("activité (APE)", max_length=10, blank=True)
    forme_juridique = models.CharField(max_length=100, blank=True)
    extrait_le = models.DateField("extrait du registre le")

    class Meta:
        abstract = True

    @property
    def adresse_complete(self) -> str:
        """The address on one line."""
        return ", ".join(
            partie
            for partie in (self.adresse, f"{self.code_postal} {self.ville}".strip())
            if partie
        )


class EtablissementRegistre(Inscription):
    """An établissement as the last extract of the register (RIDET) gives it.

    The table is the extract: a new one replaces it whole.
    """

    ridet = models.CharField("RIDET", max_length=10, primary_key=True)
    cesse_le = models.DateField("cessé le", null=True, blank=True)

    class Meta:
        verbose_name = "établissement du registre"
        verbose_name_plural = "établissements du registre"
        ordering = ["ridet"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ridet__regex=r"^[0-9]{10}$"),
                name="registre_ridet_dix_chiffres",
                violation_error_message="Un RIDET a dix chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.denomination} ({ridet.afficher(self.ridet)})"


class PreuveRegistre(Inscription):
    """The line of an extract that proves a request, kept as it was read. Append only.

    Dites-le-nous une seule fois: what the administration holds already is asked of nobody.
    """

    demande = models.ForeignKey(
        DemandeModification, models.PROTECT, related_name="preuves_registre"
    )
    ridet = models.CharField("RIDET", max_length=10)
    retenue_le = models.DateTimeField("retenue le", auto_now_add=True)

    class Meta:
        verbose_name = "preuve tirée du registre"
        verbose_name_plural = "preuves tirées du registre"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ridet__regex=r"^[0-9]{10}$"),
                name="preuve_registre_dix_chiffres",
                violation_error_message="Un RIDET a dix chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return f"Extrait du registre RIDET du {self.extrait_le:%d/%m/%Y}"

    @property
    def ridet_affiche(self) -> str:
        """The RIDET as people write it."""
        return ridet.afficher(self.ridet)


class EcartRegistreQuerySet(models.QuerySet["EcartRegistre"]):
    """Questions about many differences."""

    def par_nature(self, nature: str) -> Self:
        """Those of one nature, in the order of the list."""
        return self.filter(nature=nature).order_by("pk")


class EcartRegistre(models.Model):
    """A difference between one of our établissements and the register, as last compared.

    The rows are made anew at each comparison.
    """

    class Nature(models.TextChoices):
        """What differs."""

        CESSE = "cesse", "Cessés"
        RENOMME = "renomme", "Renommés"
        DEMENAGE = "demenage", "Déménagés"
        INCONNU = "inconnu", "Inconnus du registre"

    etablissement = models.ForeignKey(Etablissement, models.CASCADE, related_name="ecarts_registre")
    nature = models.CharField(max_length=10, choices=Nature)

    objects: Any = EcartRegistreQuerySet.as_manager()

    class Meta:
        verbose_name = "écart avec le registre"
        verbose_name_plural = "écarts avec le registre"
        ordering = ["pk"]
        indexes = [models.Index(fields=["nature", "id"], name="ecart_registre_nature")]
        constraints = [
            models.UniqueConstraint(
                fields=["etablissement", "nature"],
                name="ecart_registre_unique",
                violation_error_message="Cet écart est déjà connu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} : {self.etablissement}"
