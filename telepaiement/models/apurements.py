"""Sums that wait in the account of receipts to regularise, and the titres that they settle."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Ecriture, Titre
from telepaiement.models.caisse import SessionCaisse
from telepaiement.models.depots import RectificationVersement
from telepaiement.models.versements import LigneVersement


class Apurement(models.Model):
    """A part, or the whole, of a sum that waits: it settles a titre. Append only.

    The sum is a receipt imputed in a payout, the excédent of a closed till, or that of a versement.
    A trigger keeps the parts of one sum within it. One is undone by another person, by a row of the
    contrary amount that names it (`annule`): a trigger too.
    """

    ligne = models.ForeignKey(LigneVersement, models.PROTECT, null=True, related_name="apurements")
    session = models.ForeignKey(SessionCaisse, models.PROTECT, null=True, related_name="apurements")
    rectification = models.ForeignKey(
        RectificationVersement, models.PROTECT, null=True, related_name="apurements"
    )
    titre = models.ForeignKey(Titre, models.PROTECT, related_name="apurements")
    montant = MontantField()
    motif = models.CharField(max_length=200)
    annule = models.OneToOneField("self", models.PROTECT, null=True, related_name="annulation")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="apurement")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "apurement"
        verbose_name_plural = "apurements"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(annule__isnull=True, montant__gt=0)
                | Q(annule__isnull=False, montant__lt=0),
                name="apurement_montant",
                violation_error_message="Un apurement est d’au moins 1 F.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="apurement_a_motif",
                violation_error_message="Un apurement a un motif.",
            ),
            models.CheckConstraint(
                condition=Q(ligne__isnull=False, session__isnull=True, rectification__isnull=True)
                | Q(ligne__isnull=True, session__isnull=False, rectification__isnull=True)
                | Q(ligne__isnull=True, session__isnull=True, rectification__isnull=False),
                name="apurement_d_une_somme",
                violation_error_message=(
                    "Un apurement est celui d’un mouvement imputé, d’une caisse ou d’un versement."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Apurement {self.pk} : {self.montant} F"


class RecuApurement(models.Model):
    """What proves to a debtor that a sum which waited settled his titre. Append only.

    Numbered without gap per year, kept as issued, verifiable by its code as a quittance is.
    """

    apurement = models.OneToOneField(Apurement, models.PROTECT, related_name="recu")
    annee = models.PositiveSmallIntegerField("année")
    numero = models.PositiveIntegerField("numéro")
    code = models.CharField("code de vérification", max_length=14, unique=True)
    sha256 = models.CharField("empreinte du document", max_length=64)
    emis_le = models.DateTimeField("émis le")

    class Meta:
        verbose_name = "reçu de règlement"
        verbose_name_plural = "reçus de règlement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["annee", "numero"],
                name="recu_apurement_numero_unique",
                violation_error_message="Ce numéro de reçu est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(numero__gt=0) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="recu_apurement_scelle",
                violation_error_message="Un reçu a un numéro et l’empreinte de son document.",
            ),
        ]

    def __str__(self) -> str:
        return f"Reçu de règlement {self.reference}"

    @property
    def reference(self) -> str:
        """Year and number, as people quote it: `REGLEMENT-2026-000012`."""
        return f"REGLEMENT-{self.annee}-{self.numero:06d}"

    @property
    def annulation(self) -> Apurement | None:
        """What undid the settlement, or None; a page that lists many selects it with them."""
        return getattr(self.apurement, "annulation", None)


class ActeLettreReglement(models.Model):
    """An act on the letter that tells a debtor without a mail address of a settlement undone.

    It is asked for by what undoes it, printed, then posted: the last print is what left. Append
    only.
    """

    class Acte(models.TextChoices):
        """What was done of the letter."""

        DEMANDER = "demander", "Lettre à poster"
        IMPRIMER = "imprimer", "Lettre imprimée"
        POSTER = "poster", "Lettre postée"

    recu = models.ForeignKey(RecuApurement, models.PROTECT, related_name="lettre")
    acte = models.CharField(max_length=10, choices=Acte)
    sha256 = models.CharField("empreinte du document", max_length=64, blank=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField()

    class Meta:
        verbose_name = "acte sur une lettre de règlement annulé"
        verbose_name_plural = "actes sur les lettres de règlements annulés"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recu", "acte"],
                condition=~Q(acte="imprimer"),
                name="lettre_reglement_une_fois",
                violation_error_message="Cette lettre est déjà demandée, ou déjà postée.",
            ),
            models.CheckConstraint(
                condition=Q(acte__in=["imprimer", "poster"], sha256__regex=r"^[0-9a-f]{64}$")
                | Q(acte="demander", sha256=""),
                name="lettre_reglement_scellee",
                violation_error_message="Une lettre imprimée a l’empreinte de son document.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_acte_display()} : {self.recu}"
