"""Who answers for a régie, and who acts for him (décret 2012-829, art. 3, 4 and 7)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from telepaiement.models.regies import Regie


class EtatNomination(models.TextChoices):
    """States of an appointment."""

    EN_VIGUEUR = "en_vigueur", "En vigueur"
    TERMINEE = "terminee", "Terminée"


class Nomination(models.Model):
    """One natural person appointed in a régie, by an arrêté of the ordonnateur.

    The régisseur is personally liable and gives a bond; a mandataire suppléant replaces him for
    two months at most; a mandataire acts under him. All have the avis conforme of the comptable,
    a mandataire the agreement of the régisseur too. The base refuses an ordonnateur (art. 3), and
    two suppléants of the same person on one day: the chain has one end.
    """

    class Qualite(models.TextChoices):
        """What the person is in the régie."""

        REGISSEUR = "regisseur", "Régisseur"
        SUPPLEANT = "suppleant", "Mandataire suppléant"
        MANDATAIRE = "mandataire", "Mandataire"

    Etat = EtatNomination
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "terminer": transition({EtatNomination.EN_VIGUEUR}, EtatNomination.TERMINEE, Role.AGENT),
        "cautionner": transition(
            {EtatNomination.EN_VIGUEUR}, EtatNomination.EN_VIGUEUR, Role.AGENT
        ),
    }

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="nominations")
    personne = models.ForeignKey(Utilisateur, models.PROTECT, related_name="nominations")
    qualite = models.CharField("qualité", max_length=10, choices=Qualite)
    debut = models.DateField("à partir du")
    fin = models.DateField("jusqu’au", null=True, blank=True)
    remplace = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suppleances",
        verbose_name="suppléant remplacé",
        help_text="celui qui s’absente à son tour ; sans lui, le régisseur est remplacé",
    )
    arrete = models.CharField("arrêté de nomination", max_length=100)
    date_arrete = models.DateField("date de l’arrêté")
    date_avis_conforme = models.DateField("date de l’avis conforme du comptable")
    date_accord_regisseur = models.DateField("date de l’accord du régisseur", null=True, blank=True)
    etat = models.CharField(
        "état", max_length=10, choices=EtatNomination, default=EtatNomination.EN_VIGUEUR
    )
    arrete_fin = models.CharField("arrêté de fin de fonctions", max_length=100, blank=True)
    cautionnement = MontantField("cautionnement", null=True, blank=True)
    reference_cautionnement = models.CharField(
        "référence du cautionnement", max_length=100, blank=True
    )

    class Meta:
        verbose_name = "nomination"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie"],
                condition=Q(qualite="regisseur", etat=EtatNomination.EN_VIGUEUR),
                name="nomination_un_regisseur",
                violation_error_message="Cette régie a déjà un régisseur : mettez fin à ses "
                "fonctions d’abord.",
            ),
            models.UniqueConstraint(
                fields=["regie", "personne"],
                condition=Q(etat=EtatNomination.EN_VIGUEUR),
                name="nomination_une_par_personne",
                violation_error_message="Cette personne est déjà nommée dans cette régie.",
            ),
            models.CheckConstraint(
                condition=Q(date_avis_conforme__lte=F("date_arrete"))
                & Q(date_arrete__lte=F("debut")),
                name="nomination_dans_l_ordre",
                violation_error_message="L’avis conforme précède l’arrêté, et l’arrêté la prise "
                "de fonctions.",
            ),
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="nomination_fin_apres_debut",
                violation_error_message="La fin des fonctions suit leur début.",
            ),
            models.CheckConstraint(
                condition=Q(qualite="regisseur")
                | Q(date_accord_regisseur__isnull=False, date_accord_regisseur__lte=F("debut")),
                name="nomination_mandataire_agree",
                violation_error_message="Un mandataire est nommé avec l’accord du régisseur.",
            ),
            models.CheckConstraint(
                condition=~Q(qualite="suppleant") | Q(fin__isnull=False),
                name="nomination_suppleance_bornee",
                violation_error_message="Une suppléance a une date de fin.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatNomination.EN_VIGUEUR)
                | Q(fin__isnull=False) & ~Q(arrete_fin=""),
                name="nomination_terminee_par_arrete",
                violation_error_message="Les fonctions prennent fin par un arrêté.",
            ),
            models.CheckConstraint(
                condition=Q(cautionnement__isnull=True, reference_cautionnement="")
                | Q(cautionnement__gt=0, qualite="regisseur") & ~Q(reference_cautionnement=""),
                name="nomination_cautionnement_du_regisseur",
                violation_error_message="Le cautionnement est celui du régisseur, et a une "
                "référence.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.personne.nom_complet}, {self.get_qualite_display().lower()}"

    @property
    def est_responsable(self) -> bool:
        """Whether the person answers for the régie, alone or in place of the régisseur."""
        return self.qualite != self.Qualite.MANDATAIRE


class PassageNomination(Passage):
    """Trace of an act on an appointment."""

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de nomination"
        verbose_name_plural = "passages de nomination"
