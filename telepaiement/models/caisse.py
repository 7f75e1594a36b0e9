"""Till sessions of a counter (telepaiement.md, §8.7)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.grand_livre.models import Ecriture
from telepaiement.models.regies import Guichet, Regie


class EtatSession(models.TextChoices):
    """States of a till session."""

    OUVERTE = "ouverte", "Ouverte"
    CLOTUREE = "cloturee", "Clôturée"


REMPLIS_A_LA_CLOTURE = (
    "cloturee_le__isnull",
    "cloturee_par__isnull",
    "numero__isnull",
    "especes_attendues__isnull",
    "especes_comptees__isnull",
    "terminal_attendu__isnull",
    "terminal_compte__isnull",
    "tickets_attendus__isnull",
    "tickets_comptes__isnull",
    "cheques_attendus__isnull",
    "cheques_comptes__isnull",
)


class SessionCaisse(models.Model):
    """The till of one agent at one counter, on one day. Immutable once closed.

    A closing is numbered per régie and carries the digest of the closing before it. Cash, the
    total of the bank terminal and the cheques are counted; the agent closes, or in his absence the
    one who answers for the régie, with a reason.
    """

    Etat = EtatSession
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "cloturer": transition({EtatSession.OUVERTE}, EtatSession.CLOTUREE, Role.REGISSEUR),
    }

    guichet = models.ForeignKey(Guichet, models.PROTECT, related_name="sessions")
    regie = models.ForeignKey(Regie, models.PROTECT, related_name="sessions")
    agent = models.ForeignKey(Utilisateur, models.PROTECT, related_name="sessions_caisse")
    jour = models.DateField("jour de caisse, à Nouméa")
    fonds_caisse = MontantField("fonds de caisse")
    etat = models.CharField("état", max_length=10, choices=EtatSession, default=EtatSession.OUVERTE)
    ouverte_le = models.DateTimeField("ouverte le", auto_now_add=True)
    cloturee_le = models.DateTimeField("clôturée le", null=True, blank=True)
    numero = models.PositiveIntegerField("numéro de clôture", null=True, blank=True)
    especes_attendues = MontantField("espèces attendues", null=True, blank=True)
    especes_comptees = MontantField("espèces comptées", null=True, blank=True)
    terminal_attendu = MontantField("total attendu du terminal", null=True, blank=True)
    terminal_compte = MontantField("total du terminal", null=True, blank=True)
    tickets_attendus = models.PositiveIntegerField("tickets attendus", null=True, blank=True)
    tickets_comptes = models.PositiveIntegerField("tickets comptés", null=True, blank=True)
    cheques_attendus = models.PositiveIntegerField("chèques attendus", null=True, blank=True)
    cheques_comptes = models.PositiveIntegerField("chèques comptés", null=True, blank=True)
    cloturee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="caisses_cloturees"
    )
    motif_absence = models.CharField("motif de l’absence", max_length=200, blank=True)
    coupures = models.JSONField("décompte par coupure", default=dict, blank=True)
    motif_ecart = models.CharField("motif de l’écart", max_length=200, blank=True)
    ecriture_ecart = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="session_caisse"
    )
    reports = models.JSONField(
        "paiements au lecteur à vérifier, reportés", default=list, blank=True
    )
    totaux = models.JSONField("totaux par mode", default=dict, blank=True)
    empreinte = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "session de caisse"
        verbose_name_plural = "sessions de caisse"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["jour"],
                name="session_excedents",
                condition=Q(etat=EtatSession.CLOTUREE, especes_comptees__gt=F("especes_attendues")),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["guichet"],
                condition=Q(etat=EtatSession.OUVERTE),
                name="session_une_ouverte_par_guichet",
                violation_error_message="Une caisse est déjà ouverte à ce guichet.",
            ),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(etat=EtatSession.OUVERTE),
                name="session_une_ouverte_par_agent",
                violation_error_message="Vous avez déjà une caisse ouverte.",
            ),
            models.UniqueConstraint(
                fields=["regie", "numero"],
                name="session_numero_unique",
                violation_error_message="Ce numéro de clôture est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(fonds_caisse__gte=0),
                name="session_fonds_positif",
                violation_error_message="Le fonds de caisse n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatSession.OUVERTE)
                | Q(
                    **dict.fromkeys(REMPLIS_A_LA_CLOTURE, False),
                    especes_comptees__gte=0,
                )
                & ~Q(empreinte=""),
                name="session_cloturee_comptee",
                violation_error_message="Une caisse clôturée est comptée, numérotée et scellée.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatSession.OUVERTE)
                | Q(
                    especes_comptees=F("especes_attendues"),
                    terminal_compte=F("terminal_attendu"),
                    tickets_comptes=F("tickets_attendus"),
                    cheques_comptes=F("cheques_attendus"),
                )
                | ~Q(motif_ecart=""),
                name="session_ecart_a_motif",
                violation_error_message="Un écart de caisse porte un motif.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatSession.OUVERTE)
                | Q(cloturee_par=F("agent"))
                | ~Q(motif_absence=""),
                name="session_close_pour_un_absent",
                violation_error_message="Qui clôture la caisse d’un autre dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatSession.OUVERTE, ecriture_ecart__isnull=True)
                | Q(especes_comptees=F("especes_attendues"), ecriture_ecart__isnull=True)
                | ~Q(especes_comptees=F("especes_attendues")) & Q(ecriture_ecart__isnull=False),
                name="session_ecart_ecrit",
                violation_error_message="Un écart de caisse est passé en écriture.",
            ),
        ]

    def __str__(self) -> str:
        return f"Caisse {self.guichet} du {self.jour:%d/%m/%Y}"

    @property
    def ecart(self) -> int:
        """Counted minus expected cash of a closed session, in whole francs."""
        return (self.especes_comptees or 0) - (self.especes_attendues or 0)


class PassageSessionCaisse(Passage):
    """Trace of an act on a till session."""

    session = models.ForeignKey(SessionCaisse, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de session de caisse"
        verbose_name_plural = "passages de session de caisse"


class ContresignatureCaisse(models.Model):
    """The closing of a till, read and signed by someone else. Append only."""

    session = models.OneToOneField(SessionCaisse, models.PROTECT, related_name="contresignature")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)
    observations = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "contresignature de caisse"
        verbose_name_plural = "contresignatures de caisse"

    def __str__(self) -> str:
        return f"Contresignature de la caisse {self.session_id}"
