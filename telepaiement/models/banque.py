"""Bank statements: what came otherwise than by the gateway, and what it was matched with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Ecriture
from telepaiement.models.encaissements import Encaissement
from telepaiement.models.remboursements import Remboursement
from telepaiement.models.versements import Versement
from telepaiement.querysets import RapprochementQuerySet


class FormatReleve(models.TextChoices):
    """Formats of a bank statement."""

    CAMT053 = "camt053", "CAMT.053 (ISO 20022)"
    CSV = "csv", "CSV"


class ReleveBancaire(models.Model):
    """One file of the bank, imported once."""

    sha256 = models.CharField("empreinte du fichier", max_length=64, unique=True)
    nom_fichier = models.CharField("nom du fichier", max_length=100)
    format = models.CharField(max_length=10, choices=FormatReleve)
    compte = models.CharField(max_length=34)
    importe_le = models.DateTimeField("importé le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "relevé bancaire"
        verbose_name_plural = "relevés bancaires"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.nom_fichier} ({self.compte})"


class EtatLigneBancaire(models.TextChoices):
    """States of a line of a statement."""

    A_RAPPROCHER = "a_rapprocher", "À rapprocher"
    RAPPROCHEE = "rapprochee", "Rapprochée"
    ECARTEE = "ecartee", "Écartée"


class LigneBancaire(models.Model):
    """One movement of the bank account; `identite` keeps overlapping statements from doubling it.

    `montant` is in whole francs, negative for money that left. `commission` is what the bank says
    it kept from it; None when its statement does not tell.
    """

    Etat = EtatLigneBancaire
    TONS: ClassVar[dict[str, Ton]] = {EtatLigneBancaire.RAPPROCHEE: Ton.SUCCES}
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "rapprocher": transition(
            {EtatLigneBancaire.A_RAPPROCHER},
            EtatLigneBancaire.RAPPROCHEE,
            Role.AGENT,
            Role.COMPTABLE,
        ),
        "annuler_rapprochement": transition(
            {EtatLigneBancaire.RAPPROCHEE},
            EtatLigneBancaire.A_RAPPROCHER,
            Role.AGENT,
            Role.COMPTABLE,
        ),
        "ecarter": transition(
            {EtatLigneBancaire.A_RAPPROCHER},
            EtatLigneBancaire.ECARTEE,
            Role.AGENT,
            Role.COMPTABLE,
        ),
        "reprendre": transition(
            {EtatLigneBancaire.ECARTEE},
            EtatLigneBancaire.A_RAPPROCHER,
            Role.AGENT,
            Role.COMPTABLE,
        ),
    }

    releve = models.ForeignKey(ReleveBancaire, models.PROTECT, related_name="lignes")
    identite = models.CharField("identité", max_length=64, unique=True)
    jour = models.DateField("date d’opération")
    montant = MontantField()
    commission = MontantField("commission dite par la banque", null=True, blank=True)
    libelle = models.CharField("libellé", max_length=300)
    reference = models.CharField("référence", max_length=100, blank=True)
    etat = models.CharField(
        "état",
        max_length=15,
        choices=EtatLigneBancaire,
        default=EtatLigneBancaire.A_RAPPROCHER,
    )

    class Meta:
        verbose_name = "ligne de relevé bancaire"
        verbose_name_plural = "lignes de relevé bancaire"
        ordering = ["jour", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(montant=0),
                name="ligne_bancaire_montant",
                violation_error_message="Un mouvement bancaire n’est pas nul.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "jour"], name="ligne_bancaire_etat")]

    def __str__(self) -> str:
        return f"{self.jour:%d/%m/%Y} {self.libelle} : {self.montant} F"

    @property
    def rapprochement(self) -> "RapprochementBancaire | None":
        """Its match that stands; a page that lists many fetches `rapprochements__annulation`."""
        vivants = [un for un in self.rapprochements.all() if not un.est_annule]
        return vivants[0] if vivants else None


class PassageLigneBancaire(Passage):
    """Trace of an act on a line of a statement."""

    ligne = models.ForeignKey(LigneBancaire, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de ligne de relevé"
        verbose_name_plural = "passages de ligne de relevé"


class NatureRapprochement(models.TextChoices):
    """What a bank movement was found to be."""

    VERSEMENT = "versement", "Versement de la passerelle"
    REMISE_TPE = "remise_tpe", "Remise du terminal bancaire"
    REMISE_CHEQUES = "remise_cheques", "Remise de chèques"
    VIREMENT = "virement", "Virement déjà constaté au guichet"
    TITRE = "titre", "Virement pour un titre"
    REPARTITION = "repartition", "Virement réparti ou à classer"
    COMMISSION = "commission", "Commission prise à part"
    IMPAYE = "impaye", "Chèque ou carte impayés"
    REMBOURSEMENT = "remboursement", "Remboursement par virement"


class RapprochementBancaire(models.Model):
    """A bank movement matched with what it settles, confirmed by a person. Append only.

    One stands at a time for a movement, a payout, a payment or a refund: triggers. A refund that
    came back has two: what left, then what returned.
    """

    ligne = models.ForeignKey(LigneBancaire, models.PROTECT, related_name="rapprochements")
    nature = models.CharField(max_length=15, choices=NatureRapprochement)
    versement = models.ForeignKey(
        Versement, models.PROTECT, null=True, blank=True, related_name="rapprochements"
    )
    remboursement = models.ForeignKey(
        Remboursement, models.PROTECT, null=True, blank=True, related_name="rapprochements"
    )
    commission = MontantField(default=0)
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="+"
    )
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    objects = RapprochementQuerySet.as_manager()

    class Meta:
        verbose_name = "rapprochement bancaire"
        verbose_name_plural = "rapprochements bancaires"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(commission__gte=0)
                & (
                    Q(nature=NatureRapprochement.VERSEMENT, versement__isnull=False)
                    | ~Q(nature=NatureRapprochement.VERSEMENT) & Q(versement__isnull=True)
                ),
                name="rapprochement_versement_nomme",
                violation_error_message="Un rapprochement de versement nomme le versement.",
            ),
            models.CheckConstraint(
                condition=~Q(
                    nature__in=[
                        NatureRapprochement.REMISE_TPE,
                        NatureRapprochement.REMISE_CHEQUES,
                        NatureRapprochement.COMMISSION,
                    ]
                )
                | Q(ecriture__isnull=False),
                name="rapprochement_remise_ecrite",
                violation_error_message="Une remise rapprochée a son écriture.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} : ligne {self.ligne_id}"

    @property
    def est_annule(self) -> bool:
        """Whether it was undone."""
        return hasattr(self, "annulation")


class AnnulationRapprochement(models.Model):
    """A match undone, by the contrepassation of what it posted, with a reason. Append only."""

    rapprochement = models.OneToOneField(
        RapprochementBancaire, models.PROTECT, related_name="annulation"
    )
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="+"
    )
    motif = models.CharField(max_length=200)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "annulation de rapprochement"
        verbose_name_plural = "annulations de rapprochement"
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="annulation_rapprochement_a_motif",
                violation_error_message="Un rapprochement s’annule avec un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Annulation du rapprochement {self.rapprochement_id}"


class EncaissementRapproche(models.Model):
    """One payment that a bank movement settles: each payment is settled once at a time."""

    rapprochement = models.ForeignKey(
        RapprochementBancaire, models.PROTECT, related_name="encaissements"
    )
    encaissement = models.ForeignKey(Encaissement, models.PROTECT, related_name="rapproches")

    class Meta:
        verbose_name = "encaissement rapproché"
        verbose_name_plural = "encaissements rapprochés"

    def __str__(self) -> str:
        return f"Encaissement {self.encaissement_id} rapproché"
