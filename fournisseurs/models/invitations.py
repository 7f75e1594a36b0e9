"""Invitation to act for an établissement: a link that serves once, for one e-mail address."""

import hashlib
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from fournisseurs.models.fournisseurs import Etablissement
from fournisseurs.models.habilitations import DroitsSurEtablissement


class EtatInvitation(models.TextChoices):
    """States of an invitation; that it is out of date is read from `expire_le`."""

    ENVOYEE = "envoyee", "Envoyée"
    ACCEPTEE = "acceptee", "Acceptée"
    RETIREE = "retiree", "Retirée"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions about many invitations."""

    def ouvertes(self) -> Self:
        """Those that wait for an answer and are not out of date."""
        return self.filter(etat=EtatInvitation.ENVOYEE, expire_le__gt=timezone.now())

    def de_jeton(self, jeton: str) -> Self:
        """The one whose link holds `jeton`."""
        return self.filter(empreinte_jeton=empreinte_jeton(jeton))


def empreinte_jeton(jeton: str) -> str:
    """Return what is kept of a token: its SHA-256."""
    return hashlib.sha256(jeton.encode()).hexdigest()


class Invitation(DroitsSurEtablissement):
    """Rights offered to whoever proves that an e-mail address is his."""

    Etat = EtatInvitation
    TONS = {EtatInvitation.ACCEPTEE: Ton.SUCCES}
    TRANSITIONS: dict[str, Transition] = {
        "accepter": transition({EtatInvitation.ENVOYEE}, EtatInvitation.ACCEPTEE, Role.FOURNISSEUR),
        "retirer": transition(
            {EtatInvitation.ENVOYEE}, EtatInvitation.RETIREE, Role.FOURNISSEUR, Role.AGENT
        ),
    }

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="invitations", verbose_name="établissement"
    )
    courriel = models.EmailField("adresse électronique")
    empreinte_jeton = models.CharField("empreinte du jeton", max_length=64, unique=True)
    invitee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    creee_le = models.DateTimeField("envoyée le", auto_now_add=True)
    expire_le = models.DateTimeField("valable jusqu’au")
    etat = models.CharField(
        "état", max_length=10, choices=EtatInvitation, default=EtatInvitation.ENVOYEE
    )
    acceptee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["etablissement", "courriel"],
                condition=Q(etat=EtatInvitation.ENVOYEE),
                name="invitation_une_en_cours",
                violation_error_message="Cette personne est déjà invitée.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatInvitation.ACCEPTEE, acceptee_par__isnull=False)
                | (~Q(etat=EtatInvitation.ACCEPTEE) & Q(acceptee_par__isnull=True)),
                name="invitation_acceptee_par_quelqu_un",
                violation_error_message="Une invitation acceptée dit par qui.",
            ),
            models.CheckConstraint(
                condition=Q(acceptee_par__isnull=True) | ~Q(acceptee_par=F("invitee_par")),
                name="invitation_pas_a_soi_meme",
                violation_error_message="On ne s’invite pas soi-même.",
            ),
            models.CheckConstraint(
                condition=Q(a_droit_gerer_droits=False) | Q(fin__isnull=True),
                name="invitation_administrateur_sans_fin",
                violation_error_message=(
                    "Le droit de gérer les habilitations se donne sans date de fin."
                ),
            ),
            models.CheckConstraint(
                condition=Q(a_droit_consulter=True),
                name="invitation_consulte_toujours",
                violation_error_message="Une habilitation permet au moins de consulter.",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation de {self.courriel} pour {self.etablissement}"

    def fermer_sur(self, jeton: str) -> None:
        """Keep what recognises `jeton`, never the token itself."""
        self.empreinte_jeton = empreinte_jeton(jeton)

    @property
    def est_perimee(self) -> bool:
        """Whether it waited too long for its answer."""
        return self.etat == EtatInvitation.ENVOYEE and self.expire_le <= timezone.now()


class PassageInvitation(Passage):
    """Trace of an act on an invitation."""

    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage d’invitation"
        verbose_name_plural = "passages d’invitation"
