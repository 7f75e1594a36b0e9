"""The invoice, its lines, its taxes, its files and the trace of what was done with it.

Amounts, number, file and supplier never change once deposited: triggers on both engines refuse
it, as they refuse to leave a terminal state or to touch the trace.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse

from facturier.acces.models import Passage, ServiceGestionnaire, Utilisateur
from facturier.commun.champs import FichierRange, MontantField
from facturier.commun.tons import Ton
from facturier.grand_livre.models import PIECES_SANS_EFFET, PartCedee, Piece, PieceJustificative
from facturier.suivi import etats
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models.commandes import BonCommande
from facturier.suivi.models.motifs import MotifRetour, TypeDepense
from facturier.suivi.querysets import FactureQuerySet
from fournisseurs.models import Etablissement, Fournisseur

_BLANCS = re.compile(r"\s+")
# Avoirs give it back in whole: nothing is left to mandate.
SOLDEE_PAR_AVOIR = Q(
    etat=EtatFacture.AVOIR, montant_liquide=0, montant_liquide__isnull=False, mandat=None
)


def normaliser_numero(numero: str) -> str:
    """Return the number as duplicates are told: case and spaces do not count."""
    return _BLANCS.sub("", numero).upper()


class Facture(models.Model):
    """A supplier's invoice, from its draft to the day it is paid."""

    Etat = EtatFacture
    TRANSITIONS = etats.TRANSITIONS
    SUIT_LA_FUSION = Q(etat=EtatFacture.BROUILLON)  # once deposited, its data are frozen

    class Nature(models.TextChoices):
        """An invoice claims its amount; an avoir gives it back on the invoice it corrects."""

        FACTURE = "facture", "Facture"
        AVOIR = "avoir", "Avoir"

    TONS = {EtatFacture.COMPLETEE: Ton.COURS, EtatFacture.AVOIR: Ton.SUCCES}

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="factures")
    etablissement = models.ForeignKey(Etablissement, models.PROTECT, related_name="factures")
    nature = models.CharField(max_length=10, choices=Nature, default=Nature.FACTURE)
    facture_corrigee = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="avoirs",
        verbose_name="facture corrigée par cet avoir",
    )
    numero = models.CharField("numéro", max_length=30, blank=True)
    numero_normalise = models.CharField(max_length=30, blank=True, editable=False)
    objet = models.CharField(max_length=100, blank=True)
    date_emission = models.DateField("date d’émission", null=True, blank=True)
    periode_debut = models.DateField("début de la période", null=True, blank=True)
    periode_fin = models.DateField("fin de la période", null=True, blank=True)
    montant_ht = MontantField("montant HT", null=True, blank=True)
    montant_tgc = MontantField("TGC", null=True, blank=True)
    montant_ttc = MontantField("montant TTC", null=True, blank=True)
    bon_commande = models.ForeignKey(
        BonCommande, models.PROTECT, null=True, blank=True, related_name="factures"
    )
    service = models.ForeignKey(
        ServiceGestionnaire, models.PROTECT, null=True, blank=True, related_name="factures"
    )
    type_depense = models.CharField(
        "type de dépense", max_length=15, choices=TypeDepense, default=TypeDepense.BON_COMMANDE
    )
    sha256 = models.CharField("empreinte du fichier de la facture", max_length=64, blank=True)
    lecture = models.JSONField(default=dict, blank=True, help_text="ce qui a été lu, et comment")
    cree_le = models.DateTimeField("créée le", auto_now_add=True)
    cree_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    deposee_le = models.DateTimeField("déposée le", null=True, blank=True)
    deposee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    code_verification = models.CharField("code de vérification", max_length=19, blank=True)
    etat = models.CharField(
        "état", max_length=20, choices=EtatFacture, default=EtatFacture.BROUILLON
    )
    suspendue_depuis = models.CharField(
        "état suspendu", max_length=20, choices=EtatFacture, blank=True
    )
    motif_rejet = models.ForeignKey(
        MotifRetour, models.PROTECT, null=True, blank=True, related_name="+"
    )
    montant_liquide = MontantField("montant liquidé TTC", null=True, blank=True)
    compte = models.CharField("compte d’imputation", max_length=12, blank=True)
    fonction = models.CharField(max_length=10, blank=True)
    mandat = models.ForeignKey(
        Piece, models.PROTECT, null=True, blank=True, related_name="factures"
    )
    affectee_a = models.ForeignKey(
        Utilisateur,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="factures_affectees",
        verbose_name="affectée à",
    )
    payee_le = models.DateField("payée le", null=True, blank=True)
    reference_virement = models.CharField("référence du virement", max_length=60, blank=True)

    objects: Any = FactureQuerySet.as_manager()

    class Meta:
        verbose_name = "facture"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fournisseur", "numero_normalise"],
                condition=~Q(etat__in=sorted(etats.SANS_EFFET)),
                name="facture_numero_unique",
                violation_error_message="Une facture de ce numéro est déjà déposée.",
            ),
            models.UniqueConstraint(
                fields=["code_verification"],
                condition=~Q(code_verification=""),
                name="facture_code_unique",
                violation_error_message="Ce code de vérification est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatFacture.BROUILLON)
                | (
                    ~Q(numero_normalise="")
                    & Q(date_emission__isnull=False)
                    & Q(service__isnull=False)
                    & Q(sha256__regex=r"^[0-9a-f]{64}$")
                    & Q(deposee_le__isnull=False)
                    & Q(deposee_par__isnull=False)
                    & ~Q(code_verification="")
                ),
                name="facture_deposee_complete",
                violation_error_message=(
                    "Une facture déposée a un numéro, une date, un service et un fichier."
                ),
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatFacture.BROUILLON)
                | (
                    Q(montant_ht__isnull=False, montant_ht__gt=0)
                    & Q(montant_tgc__isnull=False, montant_tgc__gte=0)
                    & Q(montant_ttc__isnull=False, montant_ttc=F("montant_ht") + F("montant_tgc"))
                ),
                name="facture_montants_coherents",
                violation_error_message="Le montant TTC est la somme du HT et de la TGC.",
            ),
            models.CheckConstraint(
                condition=Q(periode_fin__isnull=True)
                | Q(periode_debut__isnull=False, periode_fin__gte=F("periode_debut")),
                name="facture_periode_ordonnee",
                violation_error_message="La période finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatFacture.REJETEE) | Q(motif_rejet__isnull=False),
                name="facture_rejetee_a_motif",
                violation_error_message="Une facture rejetée porte un motif.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatFacture.SUSPENDUE, EtatFacture.COMPLETEE])
                & ~Q(suspendue_depuis="")
                | ~Q(etat__in=[EtatFacture.SUSPENDUE, EtatFacture.COMPLETEE])
                & Q(suspendue_depuis=""),
                name="facture_suspendue_depuis",
                violation_error_message="Une facture suspendue retient l’état où elle l’a été.",
            ),
            models.CheckConstraint(
                condition=Q(nature="facture", facture_corrigee__isnull=True)
                | Q(nature="avoir", etat=EtatFacture.BROUILLON)
                | Q(nature="avoir", facture_corrigee__isnull=False),
                name="avoir_corrige_une_facture",
                violation_error_message="Un avoir déposé corrige une facture, et lui seul.",
            ),
            models.CheckConstraint(
                condition=Q(nature="facture")
                | Q(etat__in=sorted(etats.D_UN_AVOIR), mandat=None, montant_liquide=None),
                name="avoir_sans_mandat",
                violation_error_message="Un avoir ne se liquide pas et n’a pas de mandat.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=sorted(etats.A_LIQUIDATION))
                | Q(nature="avoir")
                | SOLDEE_PAR_AVOIR
                | (
                    Q(montant_liquide__isnull=False, montant_liquide__gt=0)
                    & Q(montant_ttc__isnull=False, montant_liquide__lte=F("montant_ttc"))
                    & ~Q(compte="")
                    & ~Q(fonction="")
                ),
                name="facture_liquidee_a_imputation",
                violation_error_message=(
                    "Une facture liquidée porte un montant liquidé et une imputation."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=sorted(etats.A_MANDAT))
                | Q(nature="avoir")
                | SOLDEE_PAR_AVOIR
                | Q(mandat__isnull=False),
                name="facture_mandatee_a_mandat",
                violation_error_message="Une facture mandatée porte son mandat.",
            ),
            models.CheckConstraint(
                condition=Q(mandat__isnull=True) | Q(etat__in=sorted(etats.A_LIQUIDATION)),
                name="facture_mandat_apres_liquidation",
                violation_error_message="Seule une facture liquidée peut porter un mandat.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatFacture.PAYEE) | Q(payee_le__isnull=False),
                name="facture_payee_a_date",
                violation_error_message="Une facture payée porte sa date de paiement.",
            ),
        ]
        indexes = [
            models.Index(fields=["etat", "-id"], name="facture_etat"),
            models.Index(fields=["fournisseur", "-id"], name="facture_fournisseur"),
            models.Index(fields=["etablissement", "-id"], name="facture_etablissement"),
            models.Index(fields=["service", "etat", "-id"], name="facture_service_etat"),
            models.Index(
                fields=["facture_corrigee", "-id"],
                name="facture_avoirs",
                condition=Q(facture_corrigee__isnull=False),
            ),
            models.Index(fields=["sha256"], name="facture_empreinte", condition=~Q(sha256="")),
            models.Index(
                fields=["affectee_a", "-id"],
                name="facture_affectee",
                condition=Q(affectee_a__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {self.numero or '(sans numéro)'}"

    def get_absolute_url(self) -> str:
        """Return the page of the supplier."""
        return reverse("suivi:detail", args=[self.pk])

    @property
    def parts_cedees(self) -> list[PartCedee]:
        """What its mandat pays of it to others than the supplier; prefetch for many invoices."""
        if self.mandat is None or self.mandat.etat in PIECES_SANS_EFFET:
            return []
        return [
            part
            for ligne in self.mandat.lignes_piece.all()
            if ligne.reference_facture == self.numero[:20]
            for part in ligne.parts_cedees.all()
        ]

    @property
    def document_principal(self) -> "Document":
        """The file of the invoice itself."""
        return self.documents.get(sha256=self.sha256)

    @property
    def est_brouillon(self) -> bool:
        """Whether the invoice is not deposited yet."""
        return self.etat == EtatFacture.BROUILLON

    def get_etat_display(self) -> str:  # type: ignore[no-redef]  # instead of Django’s
        """Return the label of the state."""
        return etats.libelle_etat(self.etat, self.nature)

    @property
    def montant_signe(self) -> int | None:
        """Francs with tax as they add up: an avoir is deducted."""
        montant: int | None = self.montant_ttc
        return -montant if self.est_avoir and montant else montant

    @property
    def est_avoir(self) -> bool:
        """Whether it gives back what another invoice claims."""
        return self.nature == self.Nature.AVOIR

    @property
    def designation(self) -> str:
        """Its kind and number inside a sentence: `la facture 42`, `l’avoir 42`."""
        return f"l’avoir {self.numero}" if self.est_avoir else f"la facture {self.numero}"

    @property
    def est_rendue(self) -> bool:
        """Whether avoirs gave it back in whole: it was settled without a mandat."""
        return self.etat == EtatFacture.AVOIR and self.montant_liquide == 0

    def reste_a_compenser(self) -> int:
        """Francs with tax that no live avoir gives back yet; another avoir may not exceed it."""
        rendus = self.avoirs.exclude(etat__in=etats.SANS_EFFET)
        return (self.montant_ttc or 0) - (rendus.aggregate(total=Sum("montant_ttc"))["total"] or 0)

    @property
    def est_paiement_revenu(self) -> bool:
        """Whether its payment came back to the treasury, and was not made again."""
        mandat = self.mandat if self.etat == EtatFacture.PAYEE else None
        return etats.est_revenu(self.etat, mandat.etat if mandat else None)

    @property
    def est_terminee(self) -> bool:
        """Whether no act is possible any more."""
        return self.etat in etats.TERMINAUX


class Document(FichierRange):
    """A file handed in with an invoice, kept for ever once the invoice is deposited."""

    facture = models.ForeignKey(Facture, models.CASCADE, related_name="documents")
    genre = models.CharField(
        max_length=20, choices=PieceJustificative.Genre, default=PieceJustificative.Genre.AUTRE
    )
    depose_le = models.DateTimeField("déposé le", auto_now_add=True)
    depose_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "document"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture", "sha256"],
                name="document_unique",
                violation_error_message="Ce fichier est déjà joint à la facture.",
            ),
            models.CheckConstraint(
                condition=Q(taille__gt=0),
                name="document_non_vide",
                violation_error_message="Un document n’est pas vide.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class LigneFacture(models.Model):
    """One line of a structured invoice, as the file gives it."""

    facture = models.ForeignKey(Facture, models.CASCADE, related_name="lignes")
    rang = models.PositiveIntegerField()
    libelle = models.CharField("désignation", max_length=200)
    quantite = models.DecimalField("quantité", max_digits=14, decimal_places=4, null=True)
    prix = models.DecimalField("prix unitaire HT", max_digits=16, decimal_places=4, null=True)
    montant_ht = MontantField("montant HT", null=True)
    taux = models.DecimalField("taux de TGC", max_digits=5, decimal_places=2, null=True)

    class Meta:
        verbose_name = "ligne de facture"
        verbose_name_plural = "lignes de facture"
        ordering = ["facture", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture", "rang"],
                name="ligne_facture_rang_unique",
                violation_error_message="Ce rang de ligne est déjà pris.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rang}. {self.libelle}"


class RepartitionTaxe(models.Model):
    """Base and TGC of one rate (code des impôts NC, Lp. 514: the tax is shown by rate)."""

    facture = models.ForeignKey(Facture, models.CASCADE, related_name="taxes")
    taux = models.DecimalField("taux de TGC", max_digits=5, decimal_places=2)
    base = MontantField("base HT")
    taxe = MontantField("TGC")

    class Meta:
        verbose_name = "répartition de la TGC"
        verbose_name_plural = "répartitions de la TGC"
        ordering = ["facture", "taux"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture", "taux"],
                name="repartition_taux_unique",
                violation_error_message="Ce taux est déjà réparti.",
            ),
            models.CheckConstraint(
                condition=Q(taux__gte=0) & Q(taux__lte=100) & Q(base__gte=0) & Q(taxe__gte=0),
                name="repartition_valeurs_positives",
                violation_error_message="Le taux, la base et la taxe sont positifs.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taux} % : {self.base} → {self.taxe}"

    def clean(self) -> None:
        """Refuse a tax without base."""
        if self.base == 0 and self.taxe > 0:
            raise ValidationError("Une TGC a une base.")


class PassageFacture(Passage):
    """Trace of an act on an invoice. Append only."""

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de facture"
        verbose_name_plural = "passages de facture"
        indexes = [models.Index(fields=["acte", "facture"], name="passage_facture_acte")]
