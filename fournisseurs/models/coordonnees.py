"""Bank accounts of a supplier: versions that follow one another, of which one is live."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun import banque
from facturier.commun.transmissible import exiger_transmissible
from fournisseurs.models.demandes import DemandeEtablissement
from fournisseurs.models.fournisseurs import Etablissement, Fournisseur


class CoordonneesQuerySet(models.QuerySet["CoordonneesBancaires"]):
    """Questions about many bank accounts."""

    def courantes(self) -> Self:
        """The last version of each account, which nothing has replaced."""
        return self.filter(fin__isnull=True)

    def en_vigueur(self, au: date) -> Self:
        """Those that could be paid on day `au`: begun, and not yet ended."""
        return self.filter(Q(fin__isnull=True) | Q(fin__gt=au), debut__lte=au)


class CoordonneesBancaires(models.Model):
    """One version of a bank account. Append only: a trigger lets nothing but `fin` be set, once.

    Without `etablissement` it is the main account of the supplier; with it, an account kept for
    the payments of that établissement alone. `fin` is the first day it no longer holds.
    """

    class Origine(models.TextChoices):
        """Where a version comes from."""

        DEMANDE = "demande", "Demande de rattachement"
        IMPORT = "import", "Reprise de données"
        FUSION = "fusion", "Fusion de tiers"
        MODIFICATION = "modif", "Demande de modification"

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="coordonnees")
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="coordonnees"
    )
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    titulaire = models.CharField(
        "titulaire du compte", max_length=32, validators=[exiger_transmissible]
    )
    origine = models.CharField(max_length=10, choices=Origine)
    demande = models.ForeignKey(
        DemandeEtablissement, models.PROTECT, null=True, blank=True, related_name="coordonnees"
    )
    verifiee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    verifiee_le = models.DateTimeField("vérifiées le")
    debut = models.DateField("en vigueur à partir du")
    fin = models.DateField("remplacées le", null=True, blank=True)

    objects: Any = CoordonneesQuerySet.as_manager()

    class Meta:
        verbose_name = "coordonnées bancaires"
        verbose_name_plural = "coordonnées bancaires"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fournisseur"],
                condition=Q(etablissement__isnull=True, fin__isnull=True),
                name="coordonnees_une_par_fournisseur",
                violation_error_message="Ce fournisseur a déjà un compte bancaire en vigueur.",
            ),
            models.UniqueConstraint(
                fields=["etablissement"],
                condition=Q(etablissement__isnull=False, fin__isnull=True),
                name="coordonnees_une_par_etablissement",
                violation_error_message="Cet établissement a déjà un compte bancaire en vigueur.",
            ),
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="coordonnees_fin_apres_debut",
                violation_error_message="Un compte ne finit pas avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$"),
                name="coordonnees_forme_iban",
                violation_error_message="L’IBAN n’a pas la forme attendue.",
            ),
            models.CheckConstraint(
                condition=~Q(origine="demande") | Q(demande__isnull=False),
                name="coordonnees_demande_designee",
                violation_error_message="Un compte issu d’une demande désigne cette demande.",
            ),
        ]

    def __str__(self) -> str:
        return self.iban_masque

    @property
    def iban_masque(self) -> str:
        """Enough of the IBAN to recognise it."""
        return banque.masquer_iban(self.iban)
