"""Postal address and means of contact, and the tables that help to check them."""

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun import telephone
from facturier.commun.pays import champ_pays, lignes_d_envoi
from facturier.commun.transmissible import exiger_transmissible


class AdressePostale(models.Model):
    """Where to write to and how to call. A tribe or a lieu-dit may stand in place of a street."""

    adresse_complement = models.CharField(
        "complément d’adresse",
        max_length=38,
        blank=True,
        help_text="immeuble, tribu, lieu-dit",
        validators=[exiger_transmissible],
    )
    adresse_voie = models.CharField(
        "voie ou boîte postale", max_length=38, validators=[exiger_transmissible]
    )
    code_postal = models.CharField(max_length=5)
    ville = models.CharField("commune", max_length=38, validators=[exiger_transmissible])
    pays = champ_pays()
    telephone = models.CharField("téléphone", max_length=16, blank=True)
    courriel = models.EmailField("adresse électronique", blank=True)

    class Meta:
        abstract = True

    @property
    def lignes_adresse(self) -> list[str]:
        """The lines of the address as they are written on an envelope."""
        return lignes_d_envoi(self)

    @property
    def telephone_affiche(self) -> str:
        """The telephone as people read it, or that there is none."""
        return telephone.afficher(self.telephone) if self.telephone else "non indiqué"


class CodePostal(models.Model):
    """A postal code of New Caledonia and a commune it serves; staff keep the table."""

    code = models.CharField("code postal", max_length=5)
    commune = models.CharField(max_length=38)

    class Meta:
        verbose_name = "code postal"
        verbose_name_plural = "codes postaux"
        ordering = ["code", "commune"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "commune"],
                name="code_postal_commune_unique",
                violation_error_message="Ce code postal est déjà connu pour cette commune.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{5}$"),
                name="code_postal_cinq_chiffres",
                violation_error_message="Un code postal a cinq chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.commune}"


class ChangementReferentiel(models.Model):
    """Trace of a change of the tables of banks and postal codes: before, after, who, when."""

    class Table(models.TextChoices):
        """The tables that staff keep."""

        BANQUES = "banques", "Banques"
        CODES_POSTAUX = "codes_postaux", "Codes postaux"

    table = models.CharField(max_length=15, choices=Table)
    avant = models.CharField(max_length=150, blank=True)
    apres = models.CharField("après", max_length=150, blank=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "changement d’une table"
        verbose_name_plural = "changements des tables"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(avant=F("apres")),
                name="changement_referentiel_change",
                violation_error_message="Un changement change quelque chose.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.avant or 'rien'} → {self.apres or 'rien'}"


class Banque(models.Model):
    """A bank by the five digits that open its RIBs; staff keep the table."""

    code = models.CharField("code banque", max_length=5, primary_key=True)
    nom = models.CharField(max_length=80)
    bic = models.CharField("BIC", max_length=11, blank=True)

    class Meta:
        verbose_name = "banque"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{5}$"),
                name="banque_code_cinq_chiffres",
                violation_error_message="Un code banque a cinq chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom} ({self.code})"
