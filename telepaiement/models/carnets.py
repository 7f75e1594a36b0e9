"""Pre-numbered quittances, for when the network is gone (domaine.md, G2, 22)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from telepaiement.models.encaissements import Encaissement
from telepaiement.models.regies import Regie

SECONDE_SAISIE = "presenter_encore"  # act: a leaf entered already is presented again


class Carnet(models.Model):
    """A booklet of numbered leaves, printed beforehand and given to someone of the régie."""

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="carnets")
    numero = models.PositiveIntegerField("numéro")
    remis_a = models.ForeignKey(Utilisateur, models.PROTECT, related_name="carnets")
    emis_le = models.DateTimeField("émis le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "carnet de quittances"
        verbose_name_plural = "carnets de quittances"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "numero"],
                name="carnet_numero_unique",
                violation_error_message="Ce numéro de carnet est déjà pris.",
            ),
        ]

    def __str__(self) -> str:
        return f"Carnet {self.reference}"

    @property
    def reference(self) -> str:
        """Régie and number: `CENTRE-C-0001`."""
        return f"{self.regie.code}-C-{self.numero:04d}"


class EtatFeuillet(models.TextChoices):
    """States of a leaf."""

    VIERGE = "vierge", "Vierge"
    SAISI = "saisi", "Saisi"
    ANNULE = "annule", "Annulé"
    DEFAIT = "defait", "Saisie annulée"


class Feuillet(models.Model):
    """One leaf: its number and its code are printed before it is written by hand.

    Its code becomes that of the quittance, so that the paper is verified as any other receipt.
    `conflits` says what had changed between the payment and its entry. An entry that was wrong and
    is cancelled stays as a row `defait`; another row of the same number waits for the paper to be
    entered again, so that a number is unique among those that stand.
    """

    Etat = EtatFeuillet
    TONS: ClassVar[dict[str, Ton]] = {
        EtatFeuillet.SAISI: Ton.SUCCES,
        EtatFeuillet.ANNULE: Ton.REFUS,
        EtatFeuillet.DEFAIT: Ton.REFUS,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "saisir": transition({EtatFeuillet.VIERGE}, EtatFeuillet.SAISI, Role.REGISSEUR),
        "annuler": transition({EtatFeuillet.VIERGE}, EtatFeuillet.ANNULE, Role.REGISSEUR),
        "defaire": transition({EtatFeuillet.SAISI}, EtatFeuillet.DEFAIT, Role.REGISSEUR),
    }

    carnet = models.ForeignKey(Carnet, models.PROTECT, related_name="feuillets")
    numero = models.PositiveIntegerField("numéro")
    code = models.CharField("code de vérification", max_length=14)
    etat = models.CharField("état", max_length=10, choices=EtatFeuillet, default="vierge")
    encaissement = models.OneToOneField(
        Encaissement, models.PROTECT, null=True, related_name="feuillet"
    )
    conflits = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "feuillet de carnet"
        verbose_name_plural = "feuillets de carnet"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["carnet", "numero"],
                condition=~Q(etat=EtatFeuillet.DEFAIT),
                name="feuillet_numero_unique",
                violation_error_message="Ce numéro de feuillet est déjà pris.",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(etat=EtatFeuillet.DEFAIT),
                name="feuillet_code_unique",
                violation_error_message="Ce code est déjà celui d’un autre feuillet.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=[EtatFeuillet.SAISI, EtatFeuillet.DEFAIT], encaissement__isnull=False
                )
                | Q(etat__in=[EtatFeuillet.VIERGE, EtatFeuillet.ANNULE], encaissement__isnull=True),
                name="feuillet_saisi_encaisse",
                violation_error_message="Un feuillet saisi porte son encaissement.",
            ),
        ]

    def __str__(self) -> str:
        return f"Feuillet {self.reference}"

    @property
    def reference(self) -> str:
        """Booklet and number: `CENTRE-C-0001-012`."""
        return f"{self.carnet.reference}-{self.numero:03d}"


class PassageFeuillet(Passage):
    """Trace of an act on a leaf; what one person says of a second paper is noted once."""

    feuillet = models.ForeignKey(Feuillet, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["feuillet", "par", "motif"],
                condition=Q(acte=SECONDE_SAISIE),
                name="feuillet_seconde_saisie_unique",
                violation_error_message="Cette seconde présentation est déjà notée.",
            ),
        ]
        verbose_name = "passage de feuillet"
        verbose_name_plural = "passages de feuillet"
