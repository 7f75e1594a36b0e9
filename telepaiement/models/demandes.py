"""What a debtor asks about a titre, and the answer he gets: contest, instalments, his account."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import FichierAnalyse, MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Titre

ECHEANCES_MINIMUM, ECHEANCES_MAXIMUM = 2, 24
DOCUMENTS_MAXIMUM = 5


class NatureDemande(models.TextChoices):
    """What is asked."""

    CONTESTATION = "contestation", "Contestation"
    ECHEANCIER = "echeancier", "Paiement en plusieurs fois"
    RATTACHEMENT = "rattachement", "Rattachement à un compte"


class EtatDemande(models.TextChoices):
    """States of a request."""

    DEPOSEE = "deposee", "Déposée"
    EN_INSTRUCTION = "en_instruction", "En cours d’examen"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"
    RETIREE = "retiree", "Retirée"


DEMANDES_OUVERTES = frozenset({EtatDemande.DEPOSEE, EtatDemande.EN_INSTRUCTION})
_DECIDEES = frozenset({EtatDemande.ACCEPTEE, EtatDemande.REFUSEE})
_ROLES = (Role.AGENT, Role.COMPTABLE)


class DemandeRedevable(models.Model):
    """A request about a titre, made by who holds its key; answered with a reason.

    A request of `rattachement` that was accepted lets `demandeur` see all that its tiers owes and
    is owed. What was asked, and what was answered, is never rewritten: triggers.
    """

    Etat = EtatDemande
    TONS: ClassVar[dict[str, Ton]] = {EtatDemande.EN_INSTRUCTION: Ton.COURS}
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "instruire": transition({EtatDemande.DEPOSEE}, EtatDemande.EN_INSTRUCTION, *_ROLES),
        "accepter": transition(DEMANDES_OUVERTES, EtatDemande.ACCEPTEE, *_ROLES),
        "refuser": transition(DEMANDES_OUVERTES, EtatDemande.REFUSEE, *_ROLES),
        "retirer": transition(DEMANDES_OUVERTES, EtatDemande.RETIREE, *_ROLES),
        "revoquer": transition({EtatDemande.ACCEPTEE}, EtatDemande.RETIREE, *_ROLES),
    }

    titre = models.ForeignKey(Titre, models.PROTECT, related_name="demandes")
    nature = models.CharField(max_length=15, choices=NatureDemande)
    annee = models.PositiveSmallIntegerField("année")
    numero = models.PositiveIntegerField("numéro")
    texte = models.TextField("ce que vous demandez", max_length=2000)
    nombre_souhaite = models.PositiveSmallIntegerField(
        "nombre d’échéances souhaité", null=True, blank=True
    )
    courriel = models.EmailField("adresse électronique", blank=True)
    demandeur = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="demandes_redevable"
    )
    deposee_le = models.DateTimeField("déposée le", auto_now_add=True)
    etat = models.CharField("état", max_length=15, choices=EtatDemande, default=EtatDemande.DEPOSEE)
    reponse = models.TextField("réponse", max_length=2000, blank=True)
    decidee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decidee_le = models.DateTimeField("décidée le", null=True, blank=True)

    class Meta:
        verbose_name = "demande d’un redevable"
        verbose_name_plural = "demandes de redevables"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["annee", "numero"],
                name="demande_redevable_numero_unique",
                violation_error_message="Ce numéro de demande est déjà pris.",
            ),
            models.UniqueConstraint(
                fields=["titre", "nature"],
                condition=Q(etat__in=sorted(DEMANDES_OUVERTES))
                & ~Q(nature=NatureDemande.RATTACHEMENT),
                name="demande_redevable_une_ouverte",
                violation_error_message="Une demande de cette sorte est déjà en cours d’examen.",
            ),
            models.UniqueConstraint(
                fields=["titre", "demandeur"],
                condition=Q(nature=NatureDemande.RATTACHEMENT)
                & Q(etat__in=sorted(DEMANDES_OUVERTES | {EtatDemande.ACCEPTEE})),
                name="demande_redevable_un_rattachement",
                violation_error_message="Votre compte est déjà rattaché, ou va l’être.",
            ),
            models.CheckConstraint(
                condition=Q(nature=NatureDemande.ECHEANCIER)
                & Q(nombre_souhaite__gte=ECHEANCES_MINIMUM)
                & Q(nombre_souhaite__lte=ECHEANCES_MAXIMUM)
                | ~Q(nature=NatureDemande.ECHEANCIER) & Q(nombre_souhaite__isnull=True),
                name="demande_redevable_nombre",
                violation_error_message=(
                    "Une demande de paiement en plusieurs fois dit en combien de fois."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(nature=NatureDemande.RATTACHEMENT) | Q(demandeur__isnull=False),
                name="demande_redevable_rattache_un_compte",
                violation_error_message="Un rattachement se demande depuis un compte.",
            ),
            models.CheckConstraint(
                condition=~Q(texte=""),
                name="demande_redevable_a_texte",
                violation_error_message="Une demande dit ce qu’elle demande.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=sorted(_DECIDEES))
                | ~Q(reponse="") & Q(decidee_par__isnull=False, decidee_le__isnull=False),
                name="demande_redevable_decidee_motivee",
                violation_error_message="Une décision dit son motif, son auteur et sa date.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=EtatDemande.values),
                name="demande_redevable_etat_connu",
                violation_error_message="Cet état de demande n’existe pas.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "-id"], name="demande_redevable_etat")]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {self.reference}"

    @property
    def reference(self) -> str:
        """Year and number, as people quote it: `D-2026-000012`."""
        return f"D-{self.annee}-{self.numero:06d}"

    @property
    def est_ouverte(self) -> bool:
        """Whether it waits for an answer."""
        return self.etat in DEMANDES_OUVERTES


class DocumentDemande(FichierAnalyse):
    """A document joined to a request when it is made. Append only, but the antivirus' word."""

    demande = models.ForeignKey(DemandeRedevable, models.PROTECT, related_name="documents")
    rang = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "document joint à une demande"
        verbose_name_plural = "documents joints aux demandes"
        ordering = ["demande", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["demande", "rang"],
                name="document_demande_rang_unique",
                violation_error_message="Deux documents d’une demande n’ont pas le même rang.",
            ),
            models.UniqueConstraint(
                fields=["demande", "sha256"],
                name="document_demande_une_fois",
                violation_error_message="Ce document est déjà joint à la demande.",
            ),
            models.CheckConstraint(
                condition=Q(rang__gte=1) & Q(rang__lte=DOCUMENTS_MAXIMUM),
                name="document_demande_nombre",
                violation_error_message=(
                    f"Une demande porte au plus {DOCUMENTS_MAXIMUM} documents."
                ),
            ),
            models.CheckConstraint(
                condition=Q(taille__gt=0) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="document_demande_range",
                violation_error_message="Un document désigne un fichier non vide.",
            ),
            models.CheckConstraint(
                condition=Q(analyse="non_analyse", analyse_le__isnull=True)
                | (~Q(analyse="non_analyse") & Q(analyse_le__isnull=False)),
                name="document_demande_analyse_datee",
                violation_error_message="Une analyse antivirus porte sa date.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class SuiteContestation(models.Model):
    """What was done with a titre whose contestation was accepted. Append only.

    A réduction of all that was left of it cancels the titre; one that no bordereau holds any more
    is cancelled without it; one that the treasury rejects is owed no more.

    `montant` is what the debtor owes less, in whole francs.
    """

    class Nature(models.TextChoices):
        """What became of the titre."""

        REDUCTION = "reduction", "Titre réduit"
        ANNULATION = "annulation", "Titre annulé"
        REJET = "rejet", "Titre rejeté par la Trésorerie"
        SANS_CHANGEMENT = "sans_changement", "Titre inchangé"

    demande = models.OneToOneField(DemandeRedevable, models.PROTECT, related_name="suite")
    nature = models.CharField(max_length=16, choices=Nature)
    reduction = models.ForeignKey(
        Titre, models.PROTECT, null=True, blank=True, related_name="suites_contestation"
    )
    montant = MontantField(default=0)
    motif = models.CharField(max_length=200)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "suite d’une contestation"
        verbose_name_plural = "suites de contestations"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif="")
                & (
                    Q(nature="reduction", montant__gt=0, reduction__isnull=False)
                    | Q(nature="annulation", montant__gt=0)
                    | Q(nature="rejet", reduction__isnull=True, montant__gt=0)
                    | Q(nature="sans_changement", reduction__isnull=True, montant=0)
                ),
                name="suite_contestation_complete",
                violation_error_message="La suite d’une contestation dit ce que devient le titre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} : {self.demande}"


class PassageDemandeRedevable(Passage):
    """Trace of an act on a request."""

    demande = models.ForeignKey(DemandeRedevable, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de demande d’un redevable"
        verbose_name_plural = "passages de demandes de redevables"


class EtatEcheancier(models.TextChoices):
    """States of an agreed échéancier."""

    PREPARE = "prepare", "En préparation"
    EN_COURS = "en_cours", "En cours"
    SOLDE = "solde", "Soldé"
    ROMPU = "rompu", "Rompu"


class Echeancier(models.Model):
    """Instalments agreed for what was owed of a titre; made whole, then never rewritten.

    Its instalments are laid while it is `prepare`; the trigger of « accorder » checks that they
    add up to `montant`, and freezes them. What each still owes is read from the ledger.
    """

    Etat = EtatEcheancier
    TONS: ClassVar[dict[str, Ton]] = {EtatEcheancier.ROMPU: Ton.REFUS}
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "accorder": transition({EtatEcheancier.PREPARE}, EtatEcheancier.EN_COURS, *_ROLES),
        "solder": transition({EtatEcheancier.EN_COURS}, EtatEcheancier.SOLDE, *_ROLES),
        "rouvrir": transition({EtatEcheancier.SOLDE}, EtatEcheancier.EN_COURS, *_ROLES),
        "rompre": transition({EtatEcheancier.EN_COURS}, EtatEcheancier.ROMPU, *_ROLES),
    }

    titre = models.ForeignKey(Titre, models.PROTECT, related_name="echeanciers")
    demande = models.OneToOneField(DemandeRedevable, models.PROTECT, related_name="echeancier")
    montant = MontantField("montant étalé")
    accorde_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    accorde_le = models.DateTimeField("accordé le", auto_now_add=True)
    etat = models.CharField(
        "état", max_length=10, choices=EtatEcheancier, default=EtatEcheancier.PREPARE
    )

    class Meta:
        verbose_name = "échéancier"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["titre"],
                condition=Q(etat__in=[EtatEcheancier.EN_COURS, EtatEcheancier.PREPARE]),
                name="echeancier_un_en_cours",
                violation_error_message="Un échéancier est déjà en cours pour ce titre.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="echeancier_montant_positif",
                violation_error_message="Un échéancier étale une somme due.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=EtatEcheancier.values),
                name="echeancier_etat_connu",
                violation_error_message="Cet état d’échéancier n’existe pas.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["titre"],
                name="echeancier_en_cours",
                condition=Q(etat=EtatEcheancier.EN_COURS),
            )
        ]

    def __str__(self) -> str:
        return f"Échéancier de {self.montant} F : {self.get_etat_display()}"


class PassageEcheancier(Passage):
    """Trace of an act on an échéancier."""

    echeancier = models.ForeignKey(Echeancier, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage d’échéancier"
        verbose_name_plural = "passages d’échéanciers"


class Echeance(models.Model):
    """One instalment: how much, before which day. Append only, and only while in preparation."""

    echeancier = models.ForeignKey(Echeancier, models.PROTECT, related_name="echeances")
    rang = models.PositiveSmallIntegerField()
    le = models.DateField("à payer avant le")
    montant = MontantField()

    class Meta:
        verbose_name = "échéance"
        ordering = ["echeancier", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["echeancier", "rang"],
                name="echeance_rang_unique",
                violation_error_message="Deux échéances n’ont pas le même rang.",
            ),
            models.UniqueConstraint(
                fields=["echeancier", "le"],
                name="echeance_jour_unique",
                violation_error_message="Deux échéances ne tombent pas le même jour.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0) & Q(rang__gt=0),
                name="echeance_montant_positif",
                violation_error_message="Une échéance est d’un franc au moins.",
            ),
        ]

    def __str__(self) -> str:
        return f"Échéance {self.rang} : {self.montant} F avant le {self.le:%d/%m/%Y}"


class RelanceEcheance(models.Model):
    """The one reminder that an instalment not paid in time was given."""

    echeance = models.OneToOneField(Echeance, models.PROTECT, related_name="relance")
    courriel = models.EmailField("adresse électronique")
    envoyee_le = models.DateTimeField("envoyée le", auto_now_add=True)

    class Meta:
        verbose_name = "relance d’échéance"
        verbose_name_plural = "relances d’échéances"

    def __str__(self) -> str:
        return f"Relance de l’échéance {self.echeance_id}"
