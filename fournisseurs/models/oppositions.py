"""Oppositions, cessions de créance and nantissements: who is paid instead of a supplier.

The comptable who pays the wrong one pays twice (GBCP, art. 20: discharging character of a payment).
"""

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Piece
from fournisseurs.models.fournisseurs import ROLES_GESTION, Etablissement, Fournisseur
from fournisseurs.models.justificatifs import Justificatif

PREAVIS_FIN = timedelta(days=30)


class EtatOpposition(models.TextChoices):
    """States of an opposition or cession."""

    A_VALIDER = "a_valider", "À valider"
    EN_VIGUEUR = "en_vigueur", "En vigueur"
    LEVEE_PROPOSEE = "levee_proposee", "Mainlevée à valider"
    LEVEE = "levee", "Levée"
    ECARTEE = "ecartee", "Écartée"


VIVANTES = (EtatOpposition.EN_VIGUEUR, EtatOpposition.LEVEE_PROPOSEE)


class OppositionQuerySet(models.QuerySet["Opposition"]):
    """Questions about many oppositions."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """All for finance staff; else those on the établissements one represents."""
        if utilisateur.a_role(*ROLES_GESTION):
            return self
        vus = Etablissement.objects.visibles_par(utilisateur)
        return self.filter(
            Q(etablissement__isnull=True, fournisseur__in=vus.values("fournisseur"))
            | Q(
                etablissement__isnull=True,
                fournisseur__tiers__absorbe_par__fournisseur__in=vus.values("fournisseur"),
            )
            | Q(etablissement__in=vus.values("pk"))
        )

    def contre(self, fournisseur: Fournisseur) -> Self:
        """Those notified against `fournisseur`, or a tiers merged into his: they bind him too."""
        return self.filter(fournisseur__tiers__in=fournisseur.tiers.famille)

    def vivantes(self, au: date) -> Self:
        """Those to be served on day `au`, in the order of their rank."""
        return self.filter(
            Q(date_fin__isnull=True) | Q(date_fin__gte=au), etat__in=VIVANTES, date_debut__lte=au
        ).order_by("notifiee_le", "pk")

    def a_decider(self) -> Self:
        """Those that wait for the second agent."""
        return self.filter(etat__in=[EtatOpposition.A_VALIDER, EtatOpposition.LEVEE_PROPOSEE])

    def bientot_finies(self, au: date) -> Self:
        """The living ones whose end comes within thirty days."""
        return self.vivantes(au).filter(date_fin__lte=au + PREAVIS_FIN)


class Opposition(models.Model):
    """Someone to pay instead of a supplier, up to an amount, from one day to another.

    Entered by one agent, validated by another; lifted in the same two steps. What it was served is
    read in the ledger (`PartCedee.creance` is its `numero`), never kept here.
    """

    class Genre(models.TextChoices):
        """What gives the other his right."""

        SAISIE = "saisie", "Saisie-attribution"
        AVIS_TIERS_DETENTEUR = "avis_tiers", "Avis à tiers détenteur"
        CESSION = "cession", "Cession de créance"
        NANTISSEMENT = "nantissement", "Nantissement de créance"

    Etat = EtatOpposition
    TONS = {
        EtatOpposition.A_VALIDER: Ton.ATTENTE,
        EtatOpposition.EN_VIGUEUR: Ton.COURS,
        EtatOpposition.LEVEE_PROPOSEE: Ton.ATTENTE,
        EtatOpposition.LEVEE: Ton.NEUTRE,
        EtatOpposition.ECARTEE: Ton.NEUTRE,
    }
    TRANSITIONS: dict[str, Transition] = {
        "valider": transition({EtatOpposition.A_VALIDER}, EtatOpposition.EN_VIGUEUR, Role.AGENT),
        "ecarter": transition({EtatOpposition.A_VALIDER}, EtatOpposition.ECARTEE, Role.AGENT),
        "proposer_levee": transition(
            {EtatOpposition.EN_VIGUEUR}, EtatOpposition.LEVEE_PROPOSEE, Role.AGENT
        ),
        "lever": transition({EtatOpposition.LEVEE_PROPOSEE}, EtatOpposition.LEVEE, Role.AGENT),
        "maintenir": transition(
            {EtatOpposition.LEVEE_PROPOSEE}, EtatOpposition.EN_VIGUEUR, Role.AGENT
        ),
    }

    numero = models.CharField("numéro", max_length=20, unique=True)
    genre = models.CharField(max_length=15, choices=Genre)
    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="oppositions")
    etablissement = models.ForeignKey(
        Etablissement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="oppositions",
        verbose_name="établissement",
    )
    commande = models.CharField(
        "bon de commande ou marché", max_length=30, blank=True, help_text="numéro, s’il la limite"
    )
    beneficiaire = models.ForeignKey(
        Fournisseur,
        models.PROTECT,
        related_name="oppositions_servies",
        verbose_name="bénéficiaire",
    )
    plafond = MontantField("montant maximal", null=True, blank=True)
    notifiee_le = models.DateField("notifiée le")
    reference = models.CharField("référence de la notification", max_length=60)
    date_debut = models.DateField("à servir à partir du")
    date_fin = models.DateField("jusqu’au", null=True, blank=True)
    justificatif = models.ForeignKey(Justificatif, models.PROTECT, related_name="+")
    etat = models.CharField(
        "état", max_length=15, choices=EtatOpposition, default=EtatOpposition.A_VALIDER
    )
    saisie_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    saisie_le = models.DateTimeField("saisie le", auto_now_add=True)
    decidee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    # Mainlevée: proposed by one agent, carried out by another.
    levee_le = models.DateField("date de la mainlevée", null=True, blank=True)
    motif_levee = models.CharField("motif de la mainlevée", max_length=200, blank=True)
    justificatif_levee = models.ForeignKey(
        Justificatif, models.PROTECT, null=True, blank=True, related_name="+"
    )
    levee_proposee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    levee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = OppositionQuerySet.as_manager()

    class Meta:
        verbose_name = "opposition ou cession"
        verbose_name_plural = "oppositions et cessions"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(beneficiaire=F("fournisseur")),
                name="opposition_autre_beneficiaire",
                violation_error_message="Le bénéficiaire est un autre que le fournisseur.",
            ),
            models.CheckConstraint(
                condition=Q(plafond__isnull=True) | Q(plafond__gt=0),
                name="opposition_plafond_positif",
                violation_error_message="Le montant maximal est positif.",
            ),
            models.CheckConstraint(
                condition=Q(date_debut__gte=F("notifiee_le")),
                name="opposition_apres_notification",
                violation_error_message="Rien n’est à servir avant la notification.",
            ),
            models.CheckConstraint(
                condition=Q(date_fin__isnull=True) | Q(date_fin__gte=F("date_debut")),
                name="opposition_fin_apres_debut",
                violation_error_message="La fin précède le début.",
            ),
            models.CheckConstraint(
                condition=Q(decidee_par__isnull=True) | ~Q(decidee_par=F("saisie_par")),
                name="opposition_quatre_yeux",
                violation_error_message="Celui qui saisit une opposition ne la valide pas.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatOpposition.A_VALIDER) | Q(decidee_par__isnull=False),
                name="opposition_decidee_par_quelqu_un",
                violation_error_message="Une opposition validée ou écartée dit par qui.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatOpposition.LEVEE_PROPOSEE, EtatOpposition.LEVEE])
                | (
                    Q(
                        levee_le__isnull=False,
                        levee_proposee_par__isnull=False,
                        justificatif_levee__isnull=False,
                    )
                    & ~Q(motif_levee="")
                ),
                name="opposition_levee_prouvee",
                violation_error_message=(
                    "Une mainlevée porte sa date, son motif et le document qui la prouve."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatOpposition.LEVEE)
                | (Q(levee_par__isnull=False) & ~Q(levee_par=F("levee_proposee_par"))),
                name="opposition_levee_quatre_yeux",
                violation_error_message="Celui qui propose une mainlevée ne la valide pas.",
            ),
        ]
        indexes = [
            models.Index(fields=["fournisseur", "etat"], name="opposition_fournisseur"),
            models.Index(fields=["etat", "-id"], name="opposition_etat"),
        ]

    def __str__(self) -> str:
        return f"{self.get_genre_display()} {self.numero}"

    @property
    def est_vivante(self) -> bool:
        """Whether it may have to be served, its dates aside."""
        return self.etat in VIVANTES

    @property
    def motif(self) -> str:
        """Why another is paid, in words that fit on a mandat."""
        return (
            f"{self.get_genre_display()} {self.reference}, notifiée le {self.notifiee_le:%d/%m/%Y}"
        )

    @property
    def paye(self) -> Fournisseur:
        """Who is paid: the payee, or the tiers into which his was merged."""
        absorbant = self.beneficiaire.tiers.absorbe_par
        payee: Fournisseur = absorbant.fournisseur if absorbant else self.beneficiaire
        return payee

    @property
    def perimetre(self) -> str:
        """Which debts it takes, in words."""
        limites = []
        if self.etablissement:
            limites.append(f"établissement {self.etablissement}")
        if self.commande:
            limites.append(f"commande ou marché {self.commande}")
        return ", ".join(limites) or "toutes les créances du fournisseur"

    def atteint(self, etablissement: int | None) -> bool:
        """Whether debts of that établissement may be taken."""
        return self.etablissement_id in (None, etablissement)

    def vise(self, commande: str) -> bool:
        """Whether debts of that order are surely meant; an agent judges another."""
        return not self.commande or self.commande.casefold() == commande.casefold()


class PassageOpposition(Passage):
    """Trace of an act on an opposition."""

    opposition = models.ForeignKey(Opposition, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage d’opposition"
        verbose_name_plural = "passages d’opposition"


class DecisionPaiement(models.Model):
    """What a mandat serves to an opposition: proposed, decided, and why it differs. Append only."""

    opposition = models.ForeignKey(Opposition, models.PROTECT, related_name="decisions")
    mandat = models.ForeignKey(Piece, models.PROTECT, related_name="decisions_paiement")
    montant_propose = MontantField("montant proposé")
    montant_retenu = MontantField("montant retenu")
    motif_ecart = models.CharField("motif de l’écart", max_length=300, blank=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "décision de paiement"
        verbose_name_plural = "décisions de paiement"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opposition", "mandat"],
                name="decision_une_par_mandat",
                violation_error_message="Ce mandat a déjà une décision pour cette opposition.",
            ),
            models.CheckConstraint(
                condition=Q(montant_propose__gte=0, montant_retenu__gte=0),
                name="decision_montants_positifs",
                violation_error_message="Un montant servi n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(montant_retenu=F("montant_propose")) | ~Q(motif_ecart=""),
                name="decision_ecart_motive",
                violation_error_message="S’écarter du montant proposé demande un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opposition_id} sur {self.mandat_id} : {self.montant_retenu}"
