"""Request to represent an établissement: identity, bank account, proofs, for an agent to check."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun import banque, ridet
from facturier.commun.etats import Transition, transition
from facturier.commun.pays import contrainte_pays
from facturier.commun.tons import Ton
from facturier.commun.transmissible import exiger_transmissible
from fournisseurs.models.adresses import AdressePostale
from fournisseurs.models.fournisseurs import Etablissement


class EtatDemande(models.TextChoices):
    """States of a request."""

    DEPOSEE = "deposee", "Déposée"
    INCOMPLETE = "incomplete", "À compléter par le demandeur"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"
    RETIREE = "retiree", "Retirée"


EN_COURS = (EtatDemande.DEPOSEE, EtatDemande.INCOMPLETE)


class DemandeQuerySet(models.QuerySet["DemandeEtablissement"]):
    """Questions about many requests."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """All of them for an agent of the finances, else those `utilisateur` made."""
        if utilisateur.a_role(Role.AGENT) and utilisateur.voit_toutes_les_directions:
            return self
        return self.filter(demandeur=utilisateur)

    def a_traiter(self) -> Self:
        """Those that wait for an agent, the oldest first."""
        return self.filter(etat=EtatDemande.DEPOSEE).order_by("deposee_le", "pk")

    def de_l_entreprise(self, rid: str) -> Self:
        """Those about any établissement of the enterprise `rid` (seven digits)."""
        return self.filter(ridet__startswith=rid)


class DemandeEtablissement(AdressePostale):
    """What a person declares to be recognised as representing an établissement."""

    Etat = EtatDemande
    TONS = {EtatDemande.ACCEPTEE: Ton.SUCCES, EtatDemande.INCOMPLETE: Ton.ATTENTE}
    TRANSITIONS: dict[str, Transition] = {
        "accepter": transition({EtatDemande.DEPOSEE}, EtatDemande.ACCEPTEE, Role.AGENT),
        "renvoyer": transition({EtatDemande.DEPOSEE}, EtatDemande.INCOMPLETE, Role.AGENT),
        "completer": transition({EtatDemande.INCOMPLETE}, EtatDemande.DEPOSEE, Role.FOURNISSEUR),
        "refuser": transition(EN_COURS, EtatDemande.REFUSEE, Role.AGENT),
        "retirer": transition(EN_COURS, EtatDemande.RETIREE, Role.FOURNISSEUR),
    }

    demandeur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="demandes")
    fonction = models.CharField("fonction dans l’entreprise", max_length=80)
    service = models.CharField("service", max_length=80, blank=True)
    ridet = models.CharField("RIDET", max_length=10)
    denomination = models.CharField(
        "dénomination", max_length=100, validators=[exiger_transmissible]
    )
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    titulaire = models.CharField(
        "titulaire du compte", max_length=32, validators=[exiger_transmissible]
    )
    etat = models.CharField("état", max_length=10, choices=EtatDemande, default=EtatDemande.DEPOSEE)
    deposee_le = models.DateTimeField("déposée le", auto_now_add=True)
    traitee_le = models.DateTimeField("traitée le", null=True, blank=True)
    traitee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    motif_refus = models.TextField("motif du refus", blank=True)
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="demandes"
    )
    reemployes = models.ManyToManyField(
        "fournisseurs.Justificatif", related_name="reemplois_demandes", blank=True
    )

    objects: Any = DemandeQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de rattachement d’établissement"
        verbose_name_plural = "demandes de rattachement d’établissement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demandeur", "ridet"],
                condition=Q(etat__in=EN_COURS),
                name="demande_une_en_cours",
                violation_error_message=(
                    "Vous avez déjà une demande en cours pour cet établissement."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ridet__regex=r"^[0-9]{10}$"),
                name="demande_ridet_dix_chiffres",
                violation_error_message="Un RIDET a dix chiffres.",
            ),
            contrainte_pays("demande_etablissement"),
            models.CheckConstraint(
                condition=~Q(etat=EtatDemande.REFUSEE) | ~Q(motif_refus=""),
                name="demande_refusee_motivee",
                violation_error_message="Un refus porte un motif.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDemande.ACCEPTEE) | Q(etablissement__isnull=False),
                name="demande_acceptee_a_etablissement",
                violation_error_message="Une demande acceptée désigne l’établissement.",
            ),
            models.CheckConstraint(
                condition=Q(traitee_par__isnull=True) | ~Q(traitee_par=F("demandeur")),
                name="demande_quatre_yeux",
                violation_error_message="Le demandeur ne traite pas sa propre demande.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatDemande.ACCEPTEE, EtatDemande.REFUSEE])
                | Q(traitee_par__isnull=False, traitee_le__isnull=False),
                name="demande_traitee_par_quelqu_un",
                violation_error_message="Une demande traitée dit quand et par qui.",
            ),
        ]
        indexes = [
            models.Index(fields=["etat", "deposee_le"], name="demande_etat"),
            models.Index(fields=["ridet"], name="demande_ridet"),
        ]

    def __str__(self) -> str:
        return f"Demande {self.pk} : {self.denomination}"

    @property
    def rid(self) -> str:
        """The seven digits of the enterprise."""
        return ridet.rid(self.ridet)

    @property
    def ridet_affiche(self) -> str:
        """The RIDET as people write it."""
        return ridet.afficher(self.ridet)

    @property
    def iban_masque(self) -> str:
        """Enough of the IBAN to recognise it."""
        return banque.masquer_iban(self.iban)

    @property
    def est_en_cours(self) -> bool:
        """Whether nobody has decided yet."""
        return self.etat in EN_COURS

    @property
    def est_a_traiter(self) -> bool:
        """Whether it waits for an agent."""
        return self.etat == EtatDemande.DEPOSEE

    @property
    def est_a_completer(self) -> bool:
        """Whether it waits for the requester."""
        return self.etat == EtatDemande.INCOMPLETE


class PassageDemande(Passage):
    """Trace of an act on a request."""

    demande = models.ForeignKey(DemandeEtablissement, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de demande"
        verbose_name_plural = "passages de demande"
