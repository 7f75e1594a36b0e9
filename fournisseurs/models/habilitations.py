"""Who may act for an établissement, and how far."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from fournisseurs.models.fournisseurs import Etablissement


class Droit(models.TextChoices):
    """What an habilitation allows; each names the field `a_droit_…` of `Habilitation`."""

    CONSULTER = "consulter", "Consulter"
    DEPOSER = "deposer", "Déposer des factures"
    GERER_DONNEES = "gerer_donnees", "Gérer les données et le compte bancaire"
    GERER_DROITS = "gerer_droits", "Gérer les habilitations"


class Representant(models.Model):
    """A person who acts for companies, with the function he declared."""

    utilisateur = models.OneToOneField(Utilisateur, models.PROTECT, related_name="representant")
    fonction = models.CharField(max_length=80, blank=True)
    service = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = "représentant"

    def __str__(self) -> str:
        return self.utilisateur.nom_complet


class DroitsSurEtablissement(models.Model):
    """Rights on an établissement, held or offered, and the last day they hold."""

    a_droit_consulter = models.BooleanField("peut consulter", default=True)
    a_droit_deposer = models.BooleanField("peut déposer", default=False)
    a_droit_gerer_donnees = models.BooleanField("peut gérer les données", default=False)
    a_droit_gerer_droits = models.BooleanField("peut gérer les habilitations", default=False)
    fin = models.DateField("dernier jour du mandat", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def droits(self) -> list[Droit]:
        """The rights, each of which has its field."""
        return [droit for droit in Droit if getattr(self, f"a_droit_{droit}")]

    @property
    def libelles_droits(self) -> str:
        """The rights, for display."""
        return ", ".join(str(droit.label) for droit in self.droits).capitalize()

    @property
    def est_administrateur(self) -> bool:
        """Whether every right is there."""
        return len(self.droits) == len(Droit)


class HabilitationQuerySet(models.QuerySet["Habilitation"]):
    """Questions about many habilitations."""

    def non_retirees(self) -> Self:
        """Those nobody has taken back, out of date or not."""
        return self.filter(retiree_le__isnull=True)

    def en_vigueur(self) -> Self:
        """Those nobody has taken back, whose last day is not over."""
        return self.non_retirees().filter(Q(fin__isnull=True) | Q(fin__gte=timezone.localdate()))

    def correspondant_a(self, recherche: str) -> Self:
        """Those whose établissement has what was typed in its name or RIDET."""
        filtre = self
        for terme in recherche.split():
            filtre = filtre.filter(
                Q(etablissement__denomination__icontains=terme)
                | Q(etablissement__ridet__contains=terme.replace(".", ""))
            )
        return filtre

    def apres(self, pk: int) -> Self:
        """Those that follow the habilitation `pk` in the order of names; all when unknown."""
        derniere = self.model.objects.filter(pk=pk).select_related("etablissement").first()
        if derniere is None:
            return self
        nom = derniere.etablissement.denomination
        return self.filter(
            Q(etablissement__denomination__gt=nom) | Q(etablissement__denomination=nom, pk__gt=pk)
        )

    def de(self, utilisateur: Utilisateur) -> Self:
        """Those of one user."""
        return self.filter(representant__utilisateur=utilisateur)


class Habilitation(DroitsSurEtablissement):
    """The rights of one représentant on one établissement; taken back, never deleted.

    A mandate may end on a day known from the start: `fin` is the last on which it holds.
    """

    representant = models.ForeignKey(
        Representant, models.PROTECT, related_name="habilitations", verbose_name="représentant"
    )
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="habilitations", verbose_name="établissement"
    )
    accordee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    accordee_le = models.DateTimeField("accordée le", auto_now_add=True)
    retiree_par = models.ForeignKey(Utilisateur, models.PROTECT, null=True, related_name="+")
    retiree_le = models.DateTimeField("retirée le", null=True)

    objects: Any = HabilitationQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["representant", "etablissement"],
                condition=Q(retiree_le__isnull=True),
                name="habilitation_une_en_vigueur",
                violation_error_message="Cette personne est déjà habilitée pour l’établissement.",
            ),
            models.CheckConstraint(
                condition=Q(a_droit_consulter=True),
                name="habilitation_consulte_toujours",
                violation_error_message="Une habilitation permet au moins de consulter.",
            ),
            models.CheckConstraint(
                condition=Q(retiree_le__isnull=True, retiree_par__isnull=True)
                | Q(retiree_le__isnull=False, retiree_par__isnull=False),
                name="habilitation_retiree_par_quelqu_un",
                violation_error_message="Une habilitation retirée dit quand et par qui.",
            ),
            models.CheckConstraint(
                condition=Q(a_droit_gerer_droits=False) | Q(fin__isnull=True),
                name="habilitation_administrateur_sans_fin",
                violation_error_message=(
                    "Le droit de gérer les habilitations se donne sans date de fin."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.representant} pour {self.etablissement}"

    @property
    def est_passee(self) -> bool:
        """Whether it holds no more: taken back, or its last day is over."""
        return self.retiree_le is not None or (
            self.fin is not None and self.fin < timezone.localdate()
        )
