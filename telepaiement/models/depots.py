"""What a régisseur pays over to the treasury and justifies (décret 2012-829, art. 10)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Ecriture
from telepaiement.models.caisse import SessionCaisse
from telepaiement.models.encaissements import Encaissement
from telepaiement.models.regies import Regie


class EtatVersementRegie(models.TextChoices):
    """States of a versement of a régie."""

    ETABLI = "etabli", "Établi"
    RECU = "recu", "Reçu par la Trésorerie"
    ANNULE = "annule", "Annulé"


class VersementRegie(models.Model):
    """The cash and cheques of closed tills, on a numbered bordereau; posted once received.

    One that is wrong is cancelled before that: it keeps its number and what it listed, and its
    tills, cheques and comblements go on another. `coupures` is the cash as it was counted.
    """

    Etat = EtatVersementRegie
    TONS: ClassVar[dict[str, Ton]] = {
        EtatVersementRegie.ETABLI: Ton.ATTENTE,
        EtatVersementRegie.RECU: Ton.SUCCES,
        EtatVersementRegie.ANNULE: Ton.REFUS,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "recevoir": transition(
            {EtatVersementRegie.ETABLI}, EtatVersementRegie.RECU, Role.COMPTABLE, Role.AGENT
        ),
        "annuler": transition(
            {EtatVersementRegie.ETABLI}, EtatVersementRegie.ANNULE, Role.REGISSEUR
        ),
    }

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="versements")
    numero = models.PositiveIntegerField("numéro")
    jour = models.DateField()
    etabli_le = models.DateTimeField("établi le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    especes = MontantField("espèces")
    coupures = models.JSONField(default=dict, blank=True)
    nombre_cheques = models.PositiveIntegerField("nombre de chèques")
    montant_cheques = MontantField("montant des chèques")
    etat = models.CharField(
        "état", max_length=10, choices=EtatVersementRegie, default=EtatVersementRegie.ETABLI
    )
    recepisse = models.CharField("numéro du récépissé", max_length=40, blank=True)
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, related_name="versement_regie"
    )

    class Meta:
        verbose_name = "versement de régie"
        verbose_name_plural = "versements de régie"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "numero"],
                name="versement_regie_numero_unique",
                violation_error_message="Ce numéro de bordereau est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(especes__gte=0)
                & Q(montant_cheques__gte=0)
                & (Q(especes__gt=0) | Q(nombre_cheques__gt=0)),
                name="versement_regie_non_vide",
                violation_error_message="Un versement porte des espèces ou des chèques.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=[EtatVersementRegie.ETABLI, EtatVersementRegie.ANNULE],
                    ecriture__isnull=True,
                )
                | Q(etat=EtatVersementRegie.RECU)
                & ~Q(recepisse="")
                & (Q(especes=0) | Q(ecriture__isnull=False)),
                name="versement_regie_recu_ecrit",
                violation_error_message="Un versement reçu a un récépissé et son écriture.",
            ),
        ]

    def __str__(self) -> str:
        return f"Versement {self.reference}"

    @property
    def reference(self) -> str:
        """Régie and number, as people quote it: `CENTRE-V-0001`."""
        return f"{self.regie.code}-V-{self.numero:04d}"


class PassageVersementRegie(Passage):
    """Trace of an act on a versement of a régie."""

    versement = models.ForeignKey(VersementRegie, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de versement de régie"
        verbose_name_plural = "passages de versement de régie"


class RectificationVersement(models.Model):
    """What the treasury found wrong in the cash of a versement that it had received. Append only.

    The versement stays as it was signed: the difference is posted, and what lacks is a déficit that
    the régisseur answers for (décret 2012-829, art. 4). Together they never exceed its cash.
    """

    class Nature(models.TextChoices):
        """What was found."""

        MANQUE = "manque", "Moins d’espèces que le bordereau"
        FAUX = "faux", "Billet ou pièce faux"
        EXCEDENT = "excedent", "Plus d’espèces que le bordereau"

    versement = models.ForeignKey(VersementRegie, models.PROTECT, related_name="rectifications")
    nature = models.CharField(max_length=10, choices=Nature)
    montant = MontantField()
    motif = models.CharField(max_length=200)
    jour = models.DateField()
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, related_name="rectification_versement"
    )
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "rectification de versement"
        verbose_name_plural = "rectifications de versement"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["jour"],
                name="rectification_excedents",
                condition=Q(nature="excedent"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0) & ~Q(motif=""),
                name="rectification_versement_motif",
                violation_error_message="Une rectification a un montant et un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Rectification du versement {self.versement.reference}"

    @property
    def ecart(self) -> int:
        """Real minus declared cash, in whole francs, not zero."""
        return int(self.montant if self.nature == self.Nature.EXCEDENT else -self.montant)


class SessionVersee(models.Model):
    """A closed till on a versement; on one at most that is not cancelled. Append only."""

    versement = models.ForeignKey(VersementRegie, models.PROTECT, related_name="sessions")
    session = models.ForeignKey(SessionCaisse, models.PROTECT, related_name="versees")

    class Meta:
        verbose_name = "session versée"
        verbose_name_plural = "sessions versées"

    def __str__(self) -> str:
        return f"{self.session}"


class ChequeVerse(models.Model):
    """A cheque on a versement; on one at most that is not cancelled. Append only."""

    versement = models.ForeignKey(VersementRegie, models.PROTECT, related_name="cheques")
    encaissement = models.ForeignKey(Encaissement, models.PROTECT, related_name="cheques_verses")

    class Meta:
        verbose_name = "chèque versé"
        verbose_name_plural = "chèques versés"

    def __str__(self) -> str:
        return f"Chèque {self.encaissement.numero_cheque}"


class EtatMensuel(models.Model):
    """What a régie received in a month, by product and means, justified to the treasury (art. 10).

    The month is over: what it received no longer changes, and `total` is its proof. Append only.
    """

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="etats_mensuels")
    mois = models.DateField("mois", help_text="son premier jour")
    total = MontantField()
    etabli_le = models.DateTimeField("établi le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "état mensuel de régie"
        verbose_name_plural = "états mensuels de régie"
        ordering = ["-mois"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "mois"],
                name="etat_mensuel_unique",
                violation_error_message="L’état de ce mois est déjà établi.",
            ),
            models.CheckConstraint(
                condition=Q(total__gte=0) & Q(mois__day=1),
                name="etat_mensuel_d_un_mois",
                violation_error_message="Un état est celui d’un mois, qui a son total.",
            ),
        ]

    def __str__(self) -> str:
        return f"État {self.regie.code} de {self.mois:%m/%Y}"
