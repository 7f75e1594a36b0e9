"""Pairs of suppliers that look like one, and the merges that agents decide."""

from typing import Any, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from fournisseurs.models.fournisseurs import Fournisseur


class RaisonDoublon(models.TextChoices):
    """Why two suppliers look like one."""

    RID = "rid", "Même RID"
    IBAN = "iban", "Même compte bancaire"
    NOM = "nom", "Nom proche, même commune"


class EtatDoublon(models.TextChoices):
    """States of a pair."""

    A_EXAMINER = "a_examiner", "À examiner"
    ECARTE = "ecarte", "Pas un doublon"
    FUSIONNE = "fusionne", "Fusionné"


class DoublonQuerySet(models.QuerySet["Doublon"]):
    """Questions about many pairs."""

    def a_examiner(self) -> Self:
        """Those that wait for an agent, the surest first."""
        return self.filter(etat=EtatDoublon.A_EXAMINER).order_by("-score", "pk")

    def de(self, fiche: Fournisseur) -> Self:
        """Those of one supplier."""
        return self.filter(Q(premier=fiche) | Q(second=fiche))

    def entre(self, une: Fournisseur, autre: Fournisseur) -> Self:
        """The pair of these two, if it was found."""
        return self.filter(premier=min(une.pk, autre.pk), second=max(une.pk, autre.pk))


class Doublon(models.Model):
    """Two suppliers that may be one. What an agent decided about a pair is never asked again."""

    TONS = {EtatDoublon.A_EXAMINER: Ton.ATTENTE, EtatDoublon.FUSIONNE: Ton.SUCCES}
    TRANSITIONS: dict[str, Transition] = {
        "ecarter": transition({EtatDoublon.A_EXAMINER}, EtatDoublon.ECARTE, Role.AGENT),
        "rouvrir": transition({EtatDoublon.ECARTE}, EtatDoublon.A_EXAMINER, Role.AGENT),
        "fusionner": transition(
            {EtatDoublon.A_EXAMINER, EtatDoublon.ECARTE}, EtatDoublon.FUSIONNE, Role.AGENT
        ),
        "separer": transition({EtatDoublon.FUSIONNE}, EtatDoublon.A_EXAMINER, Role.AGENT),
    }

    premier = models.ForeignKey(Fournisseur, models.PROTECT, related_name="+")
    second = models.ForeignKey(Fournisseur, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    raisons = models.JSONField(default=list, help_text="codes de RaisonDoublon")
    etat = models.CharField(
        "état", max_length=12, choices=EtatDoublon, default=EtatDoublon.A_EXAMINER
    )
    trouve_le = models.DateTimeField("trouvé le", auto_now_add=True)
    vu_le = models.DateTimeField("vu le", help_text="dernière recherche qui l’a trouvé")

    objects: Any = DoublonQuerySet.as_manager()

    class Meta:
        verbose_name = "doublon"
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["premier", "second"],
                name="doublon_paire_unique",
                violation_error_message="Cette paire de tiers est déjà connue.",
            ),
            models.CheckConstraint(
                condition=Q(premier__lt=F("second")),
                name="doublon_paire_ordonnee",
                violation_error_message="Une paire réunit deux tiers, le plus ancien d’abord.",
            ),
            models.CheckConstraint(
                condition=Q(score__lte=100),
                name="doublon_score_sur_cent",
                violation_error_message="Un score va de 0 à 100.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "-score", "id"], name="doublon_a_examiner")]

    def __str__(self) -> str:
        return f"{self.premier} et {self.second}"

    @property
    def libelles_raisons(self) -> list[str]:
        """The reasons, for display."""
        return [str(RaisonDoublon(raison).label) for raison in self.raisons]


class PassageDoublon(Passage):
    """Trace of what was decided about a pair."""

    doublon = models.ForeignKey(Doublon, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de doublon"
        verbose_name_plural = "passages de doublon"


class EtatFusion(models.TextChoices):
    """States of a merge."""

    PROPOSEE = "proposee", "À valider"
    FAITE = "faite", "Faite"
    ABANDONNEE = "abandonnee", "Abandonnée"
    ANNULEE = "annulee", "Annulée"


class Fusion(models.Model):
    """One supplier absorbed by another: what was chosen, what moved, so that it can be undone."""

    Etat = EtatFusion
    TONS = {EtatFusion.PROPOSEE: Ton.ATTENTE, EtatFusion.FAITE: Ton.SUCCES}
    TRANSITIONS: dict[str, Transition] = {
        "executer": transition({EtatFusion.PROPOSEE}, EtatFusion.FAITE, Role.AGENT),
        "abandonner": transition({EtatFusion.PROPOSEE}, EtatFusion.ABANDONNEE, Role.AGENT),
        "annuler": transition({EtatFusion.FAITE}, EtatFusion.ANNULEE, Role.AGENT),
    }

    garde = models.ForeignKey(Fournisseur, models.PROTECT, related_name="fusions_gardees")
    absorbe = models.ForeignKey(Fournisseur, models.PROTECT, related_name="fusions_subies")
    choix = models.JSONField(default=list, help_text="données reprises du tiers absorbé")
    memoire = models.JSONField(default=dict, help_text="ce qu’il faut pour défaire")
    comptes_different = models.BooleanField("les comptes bancaires diffèrent", default=False)
    motif = models.TextField()
    etat = models.CharField("état", max_length=12, choices=EtatFusion, default=EtatFusion.PROPOSEE)
    proposee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    proposee_le = models.DateTimeField("proposée le", auto_now_add=True)
    validee_par = models.ForeignKey(Utilisateur, models.PROTECT, null=True, related_name="+")
    faite_le = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "fusion"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbe"],
                condition=Q(etat__in=[EtatFusion.PROPOSEE, EtatFusion.FAITE]),
                name="fusion_une_par_absorbe",
                violation_error_message="Une fusion de ce tiers est déjà proposée ou faite.",
            ),
            models.CheckConstraint(
                condition=~Q(garde=F("absorbe")),
                name="fusion_de_deux_tiers",
                violation_error_message="Un tiers ne se fusionne pas avec lui-même.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatFusion.FAITE, EtatFusion.ANNULEE])
                | Q(validee_par__isnull=False, faite_le__isnull=False),
                name="fusion_faite_par_quelqu_un",
                violation_error_message="Une fusion faite dit quand et par qui.",
            ),
            models.CheckConstraint(
                condition=Q(comptes_different=False)
                | Q(validee_par__isnull=True)
                | ~Q(validee_par=F("proposee_par")),
                name="fusion_quatre_yeux",
                violation_error_message="Les comptes diffèrent : un autre agent doit valider.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absorbe} fusionné dans {self.garde}"


class PassageFusion(Passage):
    """Trace of an act on a merge."""

    fusion = models.ForeignKey(Fusion, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de fusion"
        verbose_name_plural = "passages de fusion"
