"""Money given back, to the card that paid or by transfer (§8.6), and its numbered receipt."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Ecriture
from telepaiement.models.encaissements import Encaissement
from telepaiement.models.regies import Regie
from telepaiement.models.virements import OrdreVirement
from telepaiement.querysets import RemboursementQuerySet


class EtatRemboursement(models.TextChoices):
    """States of a refund."""

    DEMANDE = "demande", "Demandé, à approuver"
    APPROUVE = "approuve", "Approuvé, à transmettre"
    TRANSMIS = "transmis", "Transmis à la banque"
    REUSSI = "reussi", "Remboursé"
    ECHOUE = "echoue", "Échoué, à rendre autrement"
    REFUSE = "refuse", "Refusé"


class OrigineRemboursement(models.TextChoices):
    """Where a refund was decided."""

    DEMANDE = "demande", "Demandé ici"
    EXTERNE = "externe", "Fait chez le prestataire de paiement"


ETATS_SANS_SUITE = frozenset({EtatRemboursement.ECHOUE, EtatRemboursement.REFUSE})
_EN_ROUTE = frozenset({EtatRemboursement.APPROUVE, EtatRemboursement.TRANSMIS})


class Remboursement(models.Model):
    """A refund, whole or partial, of one payment: asked for by one, approved by another.

    It goes back to the card that paid; by transfer (`virement`) for what no card paid, or when the
    bank of the card refused it.
    `trop_percu` is the part of `montant` that gives an excess back; the rest is owed again. What
    was decided is never rewritten, and the sum of the refunds stays within the payment: triggers.
    """

    Etat = EtatRemboursement
    TONS: ClassVar[dict[str, Ton]] = {
        EtatRemboursement.DEMANDE: Ton.ATTENTE,
        EtatRemboursement.APPROUVE: Ton.COURS,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "approuver": transition(
            {EtatRemboursement.DEMANDE}, EtatRemboursement.APPROUVE, Role.AGENT, Role.COMPTABLE
        ),
        "refuser": transition(
            {EtatRemboursement.DEMANDE}, EtatRemboursement.REFUSE, Role.AGENT, Role.COMPTABLE
        ),
        "transmettre": transition(
            {EtatRemboursement.APPROUVE}, EtatRemboursement.TRANSMIS, Role.AGENT, Role.COMPTABLE
        ),
        "reussir": transition(_EN_ROUTE, EtatRemboursement.REUSSI, Role.AGENT, Role.COMPTABLE),
        "echouer": transition(
            _EN_ROUTE | {EtatRemboursement.REUSSI},
            EtatRemboursement.ECHOUE,
            Role.AGENT,
            Role.COMPTABLE,
        ),
        "retrouver": transition(
            {EtatRemboursement.ECHOUE}, EtatRemboursement.TRANSMIS, Role.AGENT, Role.COMPTABLE
        ),
    }

    jeton = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    encaissement = models.ForeignKey(Encaissement, models.PROTECT, related_name="remboursements")
    virement = models.ForeignKey(
        OrdreVirement, models.PROTECT, null=True, blank=True, related_name="remboursements"
    )
    origine = models.CharField(
        max_length=10, choices=OrigineRemboursement, default=OrigineRemboursement.DEMANDE
    )
    montant = MontantField()
    trop_percu = MontantField("dont trop-perçu rendu", default=0)
    motif = models.CharField(max_length=200)
    demande_par = models.ForeignKey(
        Utilisateur, models.PROTECT, related_name="+", verbose_name="demandé par"
    )
    demande_le = models.DateTimeField("demandé le", auto_now_add=True)
    approuve_par = models.ForeignKey(
        Utilisateur,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="approuvé par",
    )
    etat = models.CharField(
        "état", max_length=10, choices=EtatRemboursement, default=EtatRemboursement.DEMANDE
    )
    reference = models.CharField("référence de la passerelle", max_length=100, blank=True)
    motif_echec = models.CharField("motif de l’échec", max_length=200, blank=True)
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="remboursement"
    )
    modifie_le = models.DateTimeField("modifié le", auto_now=True)

    objects = RemboursementQuerySet.as_manager()

    class Meta:
        verbose_name = "remboursement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0) & Q(trop_percu__gte=0) & Q(trop_percu__lte=F("montant")),
                name="remboursement_montants",
                violation_error_message="Un remboursement est d’un franc au moins.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="remboursement_a_motif",
                violation_error_message="Un remboursement a un motif.",
            ),
            models.CheckConstraint(
                condition=Q(origine=OrigineRemboursement.EXTERNE)
                | Q(etat__in=[EtatRemboursement.DEMANDE, EtatRemboursement.REFUSE])
                | Q(approuve_par__isnull=False),
                name="remboursement_approuve",
                violation_error_message="Un remboursement ne part pas sans avoir été approuvé.",
            ),
            models.CheckConstraint(
                condition=Q(approuve_par__isnull=True) | ~Q(approuve_par=F("demande_par")),
                name="remboursement_deux_personnes",
                violation_error_message=(
                    "Qui demande un remboursement ne l’approuve pas : demandez à un collègue."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatRemboursement.REUSSI)
                | Q(ecriture__isnull=False) & ~Q(reference=""),
                name="remboursement_reussi_ecrit",
                violation_error_message="Un remboursement réussi a sa référence et son écriture.",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(reference=""),
                name="remboursement_reference_unique",
                violation_error_message="Ce remboursement de la passerelle est déjà connu.",
            ),
            models.UniqueConstraint(
                fields=["virement"],
                condition=Q(virement__isnull=False),
                name="remboursement_virement_unique",
                violation_error_message="Cet ordre de virement sert déjà.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["modifie_le"],
                name="remboursement_en_route",
                condition=Q(etat__in=sorted(_EN_ROUTE)),
            ),
            models.Index(fields=["etat", "-id"], name="remboursement_etat"),
        ]

    def __str__(self) -> str:
        return f"Remboursement de {self.montant} F : {self.get_etat_display()}"


class PassageRemboursement(Passage):
    """Trace of an act on a refund."""

    remboursement = models.ForeignKey(Remboursement, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de remboursement"
        verbose_name_plural = "passages de remboursement"


class RecuRemboursement(models.Model):
    """The receipt of a refund, numbered without gap per régie and year, kept as issued."""

    remboursement = models.OneToOneField(Remboursement, models.PROTECT, related_name="recu")
    regie = models.ForeignKey(Regie, models.PROTECT, related_name="recus_remboursement")
    annee = models.PositiveSmallIntegerField("année")
    numero = models.PositiveIntegerField("numéro")
    sha256 = models.CharField("empreinte du document", max_length=64)
    emis_le = models.DateTimeField("émis le")

    class Meta:
        verbose_name = "reçu de remboursement"
        verbose_name_plural = "reçus de remboursement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "annee", "numero"],
                name="recu_remboursement_numero_unique",
                violation_error_message="Ce numéro de reçu est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(numero__gt=0) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="recu_remboursement_scelle",
                violation_error_message="Un reçu a un numéro et l’empreinte de son document.",
            ),
        ]

    def __str__(self) -> str:
        return f"Reçu de remboursement {self.reference}"

    @property
    def reference(self) -> str:
        """Régie, year and number: `ENLIGNE-R-2026-000003`."""
        return f"{self.regie.code}-R-{self.annee}-{self.numero:06d}"
