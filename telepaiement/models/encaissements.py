"""Money received and its receipts. Append only: triggers refuse every UPDATE and DELETE."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Ecriture, Titre
from telepaiement.models.caisse import SessionCaisse
from telepaiement.models.regies import Regie
from telepaiement.models.tentatives import Tentative
from telepaiement.models.ventes import Vente
from telepaiement.querysets import EncaissementQuerySet


class Mode(models.TextChoices):
    """How the money came."""

    CARTE = "carte", "Carte bancaire en ligne"
    LECTEUR = "lecteur", "Carte bancaire au lecteur"
    TPE = "tpe", "Carte bancaire au terminal"
    ESPECES = "especes", "Espèces"
    CHEQUE = "cheque", "Chèque"
    VIREMENT = "virement", "Virement constaté"
    CLASSEMENT = "classement", "Recette classée"


TREIZE_CHIFFRES = r"[0-9]([ .-]?[0-9]){12}"  # as many as the shortest card number
MODES_PASSERELLE = (Mode.CARTE, Mode.LECTEUR)


class Encaissement(models.Model):
    """A money fact: one per charge of the gateway, or per line of a till.

    It pays a titre, or a sale at the counter (`vente`), which a titre regularises later; or
    nothing known, and `mention` says what the paper, or the bank, says: it is then classed, by
    another money fact whose `provenance` it is, and which is in no till; one at a time: a trigger.
    `trop_percu` is the part of `montant` that the debt did not call for: it is owed back. A sale
    paid twice is owed back whole.
    No card number, expiry date or security code: a brand and four digits, at most.
    """

    titre: models.ForeignKey[Any, Any] = models.ForeignKey(
        Titre, models.PROTECT, null=True, related_name="encaissements"
    )
    vente = models.OneToOneField(Vente, models.PROTECT, null=True, related_name="encaissement")
    mention = models.CharField("mention d’une recette à classer", max_length=200, blank=True)
    provenance = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="classements",
        help_text="recette à classer que celui-ci affecte",
    )
    regie = models.ForeignKey(Regie, models.PROTECT, related_name="encaissements")
    mode = models.CharField(max_length=10, choices=Mode)
    montant = MontantField()
    trop_percu = MontantField("trop-perçu", default=0)
    encaisse_le = models.DateTimeField("encaissé le")
    jour = models.DateField("jour de caisse, à Nouméa")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="encaissement")

    # Online.
    tentative = models.OneToOneField(
        Tentative, models.PROTECT, null=True, related_name="encaissement"
    )
    charge = models.CharField("débit de la passerelle", max_length=100, blank=True)

    # Card, online or not.
    marque = models.CharField(max_length=20, blank=True)
    quatre_derniers = models.CharField("quatre derniers chiffres", max_length=4, blank=True)

    # Counter.
    saisie = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(
        SessionCaisse, models.PROTECT, null=True, related_name="encaissements"
    )
    rectifie = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="rectifie_par",
        help_text="saisie annulée que celle-ci remplace, avec le même ticket",
    )
    terminal = models.CharField(max_length=30, blank=True)
    numero_ticket = models.CharField("numéro de ticket", max_length=20, blank=True)
    numero_autorisation = models.CharField("numéro d’autorisation", max_length=20, blank=True)
    somme_remise = MontantField("somme remise en espèces", null=True, blank=True)
    banque = models.CharField(max_length=60, blank=True)
    numero_cheque = models.CharField("numéro du chèque", max_length=20, blank=True)
    tireur = models.CharField(max_length=100, blank=True)
    reference_virement = models.CharField("référence du virement", max_length=60, blank=True)

    objects = EncaissementQuerySet.as_manager()

    class Meta:
        verbose_name = "encaissement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0) & Q(trop_percu__gte=0) & Q(trop_percu__lte=F("montant")),
                name="encaissement_montants",
                violation_error_message="Le trop-perçu est une part du montant encaissé.",
            ),
            models.CheckConstraint(
                condition=Q(titre__isnull=False, vente__isnull=True, mention="")
                | Q(titre__isnull=True, vente__isnull=False, mention="")
                & (
                    Q(mode=Mode.LECTEUR) & (Q(trop_percu=0) | Q(trop_percu=F("montant")))
                    | Q(session__isnull=False, trop_percu=0)
                    | Q(mode=Mode.CLASSEMENT, trop_percu=0)
                )
                | Q(
                    titre__isnull=True,
                    vente__isnull=True,
                    trop_percu=0,
                )
                & (
                    Q(session__isnull=False, mode__in=[Mode.ESPECES, Mode.CHEQUE, Mode.TPE])
                    | Q(session__isnull=True, mode=Mode.VIREMENT)
                )
                & ~Q(mention=""),
                name="encaissement_d_un_titre_ou_d_une_vente",
                violation_error_message=(
                    "Un encaissement paie un titre, ou une vente au guichet, ou attend d’être "
                    "classé."
                ),
            ),
            models.CheckConstraint(
                condition=Q(mode=Mode.CLASSEMENT, provenance__isnull=False)
                | ~Q(mode=Mode.CLASSEMENT) & Q(provenance__isnull=True),
                name="encaissement_classe_a_provenance",
                violation_error_message="Une recette classée a sa provenance.",
            ),
            models.UniqueConstraint(
                fields=["charge"],
                condition=~Q(charge=""),
                name="encaissement_charge_unique",
                violation_error_message="Ce débit est déjà encaissé.",
            ),
            models.UniqueConstraint(
                fields=["terminal", "jour", "numero_ticket"],
                condition=Q(mode=Mode.TPE, rectifie__isnull=True),
                name="encaissement_ticket_unique",
                violation_error_message="Ce ticket du terminal est déjà saisi aujourd’hui.",
            ),
            models.CheckConstraint(
                condition=Q(mode=Mode.CARTE, session__isnull=True, tentative__isnull=False)
                & ~Q(charge="")
                | Q(mode=Mode.LECTEUR, tentative__isnull=False) & ~Q(charge="")
                | Q(mode=Mode.VIREMENT, tentative__isnull=True, charge="")
                | Q(mode=Mode.CLASSEMENT, session__isnull=True, tentative__isnull=True, charge="")
                | ~Q(mode__in=[Mode.CARTE, Mode.LECTEUR, Mode.VIREMENT, Mode.CLASSEMENT])
                & Q(session__isnull=False, tentative__isnull=True, charge=""),
                name="encaissement_en_ligne_ou_en_caisse",
                violation_error_message=(
                    "Un encaissement vient de la passerelle, d’une caisse ou d’un virement."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.TPE)
                | ~Q(terminal="") & ~Q(numero_ticket="") & ~Q(numero_autorisation=""),
                name="encaissement_tpe_a_ticket",
                violation_error_message=(
                    "Un paiement au terminal porte ses numéros de ticket et d’autorisation."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.ESPECES)
                | Q(somme_remise__isnull=False, somme_remise__gte=F("montant")),
                name="encaissement_especes_suffisantes",
                violation_error_message="La somme remise couvre le montant encaissé.",
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.CHEQUE)
                | ~Q(banque="") & ~Q(numero_cheque="") & ~Q(tireur=""),
                name="encaissement_cheque_identifie",
                violation_error_message="Un chèque a une banque, un numéro et un tireur.",
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.VIREMENT) | ~Q(reference_virement=""),
                name="encaissement_virement_reference",
                violation_error_message="Un virement constaté a une référence.",
            ),
            models.CheckConstraint(
                condition=Q(quatre_derniers="") | Q(quatre_derniers__regex=r"^[0-9]{4}$"),
                name="encaissement_quatre_chiffres",
                violation_error_message="Seuls les quatre derniers chiffres se conservent.",
            ),
            models.CheckConstraint(
                condition=~Q(numero_ticket__regex=TREIZE_CHIFFRES)
                & ~Q(numero_autorisation__regex=TREIZE_CHIFFRES),
                name="encaissement_sans_numero_de_carte",
                violation_error_message="Un numéro de carte ne se conserve pas.",
            ),
        ]
        indexes = [
            models.Index(fields=["titre"], name="encaissement_titre"),
            models.Index(fields=["regie", "jour"], name="encaissement_regie_jour"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} : {self.montant} F"

    @property
    def objet(self) -> str:
        """What was paid, in French; a page that lists many selects `titre` with them."""
        if self.mention:
            return "Recette à classer"
        return f"Titre {self.titre.reference}" if self.titre else "Vente au comptant"

    @property
    def objet_cite(self) -> str:
        """What was paid, inside a sentence."""
        return self.objet[:1].lower() + self.objet[1:]

    @property
    def nom_mention(self) -> str:
        """Where `mention` was read, in French."""
        return "Libellé du virement" if self.mode == Mode.VIREMENT else "Écrit sur le feuillet"

    @property
    def payeur(self) -> str:
        """Who owed it, or who bought; `titre__tiers` and `vente` are selected with many."""
        if self.titre is not None:
            return str(self.titre.tiers.nom_complet)
        return self.vente.payeur if self.vente else ""

    @property
    def est_annule(self) -> bool:
        """Whether it was undone; a page that lists many selects `annulation` with them."""
        return hasattr(self, "annulation")

    @property
    def rendu(self) -> int:
        """Change given back on cash, in whole francs."""
        return self.somme_remise - self.montant if self.somme_remise is not None else 0


class AnnulationEncaissement(models.Model):
    """A payment undone by a contrepassation, with a reason: of the same day, or a classing.

    What was given back, or regularised by a titre, is not undone any more: a trigger.
    """

    encaissement = models.OneToOneField(Encaissement, models.PROTECT, related_name="annulation")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="+")
    motif = models.CharField(max_length=200)
    le = models.DateTimeField(auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "annulation d’encaissement"
        verbose_name_plural = "annulations d’encaissement"
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="annulation_a_motif",
                violation_error_message="L’annulation d’un encaissement a un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Annulation de l’encaissement {self.encaissement_id} : {self.motif}"


class Quittance(models.Model):
    """A receipt, numbered without gap per régie and year, in the transaction of the money.

    The paper of a leaf entered again keeps its code: its receipt names the cancelled one.
    """

    encaissement = models.OneToOneField(Encaissement, models.PROTECT, related_name="quittance")
    regie = models.ForeignKey(Regie, models.PROTECT, related_name="quittances")
    annee = models.PositiveSmallIntegerField("année")
    numero = models.PositiveIntegerField("numéro")
    code = models.CharField("code de vérification", max_length=14)
    remplace = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="remplacee_par",
        help_text="quittance annulée du même feuillet, dont le code reste sur le papier",
    )
    sha256 = models.CharField("empreinte du document", max_length=64)
    emise_le = models.DateTimeField("émise le")

    class Meta:
        verbose_name = "quittance"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "annee", "numero"],
                name="quittance_numero_unique",
                violation_error_message="Ce numéro de quittance est déjà pris.",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(remplace__isnull=True),
                name="quittance_code_unique",
                violation_error_message="Ce code est déjà celui d’une autre quittance.",
            ),
            models.CheckConstraint(
                condition=Q(numero__gt=0) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="quittance_numerotee_et_scellee",
                violation_error_message="Une quittance a un numéro et l’empreinte de son document.",
            ),
        ]
        indexes = [models.Index(fields=["code"], name="quittance_code")]

    def __str__(self) -> str:
        return f"Quittance {self.reference}"

    @property
    def reference(self) -> str:
        """Régie, year and number, as people quote it: `ENLIGNE-2026-000012`."""
        return f"{self.regie.code}-{self.annee}-{self.numero:06d}"


class DelivranceQuittance(models.Model):
    """The print or mail of a receipt at the counter that is its original; the next are copies."""

    class Support(models.TextChoices):
        """What it was printed on, or sent by."""

        A5 = "a5", "feuille A5"
        TICKET = "ticket", "rouleau de 80 mm"
        MEL = "mel", "courriel"

    quittance = models.OneToOneField(Quittance, models.PROTECT, related_name="delivrance")
    support = models.CharField(max_length=6, choices=Support)
    le = models.DateTimeField("délivrée le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "délivrance de quittance"
        verbose_name_plural = "délivrances de quittance"

    def __str__(self) -> str:
        return f"{self.quittance}, {self.get_support_display()}"
