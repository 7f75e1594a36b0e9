"""Pièces: mandats and titres, their lines, their bordereaux, what founds them.

Mandats and titres share one table: they are numbered, listed, signed and transmitted alike, an
act is one conditional UPDATE, and an export is one query. Check constraints say what each owes.
A pièce keeps a frozen copy of the identity and bank details it was issued with.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, ServiceGestionnaire
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.pays import champ_pays, contrainte_pays, lignes_d_envoi
from facturier.commun.tons import Ton
from facturier.grand_livre.models.comptes import Budget, Compte, Exercice
from facturier.grand_livre.models.justificatifs import PieceJustificative
from facturier.grand_livre.models.tiers import Tiers


class SensPiece(models.TextChoices):
    """Whether a pièce orders a payment or a collection."""

    DEPENSE = "depense", "Dépense"
    RECETTE = "recette", "Recette"


class EtatBordereau(models.TextChoices):
    """States of a bordereau."""

    OUVERT = "ouvert", "En préparation"
    PRESENTE = "presente", "Au parapheur"
    SIGNE = "signe", "Signé"
    TRANSMIS = "transmis", "Transmis à la Trésorerie"
    ACCEPTE = "accepte", "Accepté"
    REFUSE = "refuse", "Refusé"
    ABANDONNE = "abandonne", "Abandonné"


VISEURS = (Role.AGENT, Role.SERVICE, Role.ORDONNATEUR)  # who may give a visa, or send back
PAS_SIGNES = (EtatBordereau.OUVERT, EtatBordereau.PRESENTE)


class Bordereau(models.Model):
    """A numbered list of mandats or of titres; its signature makes them executory."""

    TRANSITIONS: dict[str, Transition] = {
        "presenter": transition({EtatBordereau.OUVERT}, EtatBordereau.PRESENTE, Role.AGENT),
        "viser": transition({EtatBordereau.PRESENTE}, EtatBordereau.PRESENTE, *VISEURS),
        "renvoyer": transition({EtatBordereau.PRESENTE}, EtatBordereau.OUVERT, *VISEURS),
        "reprendre": transition({EtatBordereau.PRESENTE}, EtatBordereau.OUVERT, Role.AGENT),
        "signer": transition(
            {EtatBordereau.OUVERT, EtatBordereau.PRESENTE}, EtatBordereau.SIGNE, Role.ORDONNATEUR
        ),
        "retirer_signature": transition(
            {EtatBordereau.SIGNE}, EtatBordereau.OUVERT, Role.ORDONNATEUR
        ),
        "transmettre": transition({EtatBordereau.SIGNE}, EtatBordereau.TRANSMIS, Role.AGENT),
        "accepter": transition({EtatBordereau.TRANSMIS}, EtatBordereau.ACCEPTE, Role.COMPTABLE),
        "refuser": transition({EtatBordereau.TRANSMIS}, EtatBordereau.REFUSE, Role.COMPTABLE),
        "abandonner": transition({EtatBordereau.OUVERT}, EtatBordereau.ABANDONNE, Role.AGENT),
    }
    TONS = {EtatBordereau.PRESENTE: Ton.ATTENTE}
    ACTES = {
        "viser": "Visa donné",
        "renvoyer": "Renvoyé à qui l’a présenté",
        "reprendre": "Repris du parapheur",
        "retirer": "Pièce retirée",
        "retirer_signature": "Signature retirée",
    }

    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="bordereaux")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="bordereaux")
    sens = models.CharField(max_length=7, choices=SensPiece)
    type_bordereau = models.CharField("type", max_length=2, default="01")
    numero = models.PositiveIntegerField("numéro")
    date_emission = models.DateField("date d’émission")
    etat = models.CharField(
        "état", max_length=10, choices=EtatBordereau, default=EtatBordereau.OUVERT
    )
    signe_le = models.DateTimeField("signé le", null=True, blank=True)
    signataire = models.CharField("certificat du signataire", max_length=200, blank=True)
    empreinte_signee = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 du fragment signé, tel qu’il est conservé"
    )

    class Meta:
        verbose_name = "bordereau"
        verbose_name_plural = "bordereaux"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "budget", "sens", "numero"],
                name="bordereau_numero_unique",
                violation_error_message="Ce numéro de bordereau est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[*PAS_SIGNES, EtatBordereau.ABANDONNE])
                | (Q(signe_le__isnull=False) & ~Q(empreinte_signee="")),
                name="bordereau_signe_a_signature",
                violation_error_message="Un bordereau signé porte sa signature.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "-id"], name="bordereau_etat")]

    def __str__(self) -> str:
        return f"Bordereau {self.reference}"

    @property
    def reference(self) -> str:
        """Exercice, side and number, as people quote it: `2026-D-12`."""
        return f"{self.exercice_id}-{self.sens[0].upper()}-{self.numero}"


class PassageBordereau(Passage):
    """Trace of an act on a bordereau."""

    bordereau = models.ForeignKey(Bordereau, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de bordereau"
        verbose_name_plural = "passages de bordereau"


class EtatPiece(models.TextChoices):
    """States of a mandat or titre."""

    EMISE = "emise", "Émis"
    SIGNEE = "signee", "Signé"
    TRANSMISE = "transmise", "Transmis à la Trésorerie"
    SUSPENDUE = "suspendue", "Suspendu par le comptable"
    PRISE_EN_CHARGE = "prise_en_charge", "Pris en charge"
    REJETEE = "rejetee", "Rejeté"
    PAYEE = "payee", "Payé"
    ANNULEE = "annulee", "Annulé"


CORRECTIF = "02"  # TypPce of what corrects a pièce (pes_v2, §4)
EXERCICE_ANTERIEUR = "09"  # NatPce of what corrects a pièce of an earlier exercice
APRES_ENCAISSEMENT = "05"  # TypPce of a titre issued for what was collected before it
PIECES_SANS_EFFET = (EtatPiece.ANNULEE, EtatPiece.REJETEE)  # their entry is reversed


class PieceQuerySet(models.QuerySet["Piece"]):
    """Questions about many pièces."""

    def a_mettre_en_bordereau(self) -> "PieceQuerySet":
        """Issued pièces that no bordereau holds yet."""
        return self.filter(etat=EtatPiece.EMISE, bordereau__isnull=True)


class Piece(models.Model):
    """A mandat (order to pay) or a titre (order to collect)."""

    Etat = EtatPiece
    ACTES = {
        "rendre": "Rendu au débiteur",
        "remettre": "Remis en préparation",
        "encaisser": "Encaissé par la Trésorerie",
    }
    TRANSITIONS: dict[str, Transition] = {
        "signer": transition({EtatPiece.EMISE}, EtatPiece.SIGNEE, Role.ORDONNATEUR),
        "retirer_signature": transition({EtatPiece.SIGNEE}, EtatPiece.EMISE, Role.ORDONNATEUR),
        "transmettre": transition({EtatPiece.SIGNEE}, EtatPiece.TRANSMISE, Role.AGENT),
        "suspendre": transition({EtatPiece.TRANSMISE}, EtatPiece.SUSPENDUE, Role.COMPTABLE),
        "prendre_en_charge": transition(
            {EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE}, EtatPiece.PRISE_EN_CHARGE, Role.COMPTABLE
        ),
        "rejeter": transition(
            {EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE, EtatPiece.PRISE_EN_CHARGE},
            EtatPiece.REJETEE,
            Role.COMPTABLE,
        ),
        "payer": transition({EtatPiece.PRISE_EN_CHARGE}, EtatPiece.PAYEE, Role.COMPTABLE),
        "encaisser": transition(
            {EtatPiece.PRISE_EN_CHARGE}, EtatPiece.PRISE_EN_CHARGE, Role.COMPTABLE
        ),
        "constater_retour": transition(
            {EtatPiece.PAYEE, EtatPiece.PRISE_EN_CHARGE}, EtatPiece.PRISE_EN_CHARGE, Role.COMPTABLE
        ),
        "remettre": transition(
            {EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE},
            EtatPiece.EMISE,
            Role.AGENT,
            Role.COMPTABLE,
        ),
        "annuler": transition({EtatPiece.EMISE}, EtatPiece.ANNULEE, Role.AGENT),
        "annuler_par_correction": transition(
            {EtatPiece.PRISE_EN_CHARGE}, EtatPiece.ANNULEE, Role.COMPTABLE
        ),
    }

    sens = models.CharField(max_length=7, choices=SensPiece)
    # An act rewrites a row in every index: these have none of their own, for no query asks by them
    # alone, or because another index begins with them.
    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="pieces", db_index=False)
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="pieces", db_index=False)
    numero = models.PositiveIntegerField("numéro")
    type_piece = models.CharField("type", max_length=2, default="01")
    nature_piece = models.CharField("nature", max_length=2, default="01")
    date_emission = models.DateField("date d’émission")
    objet = models.CharField(max_length=100)
    service = models.ForeignKey(
        ServiceGestionnaire, models.PROTECT, related_name="pieces", db_index=False
    )
    montant_ht = MontantField("montant HT")
    montant_tgc = MontantField("TGC", default=0)
    etat = models.CharField("état", max_length=20, choices=EtatPiece, default=EtatPiece.EMISE)
    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="pieces"
    )
    piece_origine = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pieces_correctives",
        db_index=False,
    )
    justificatifs = models.ManyToManyField(
        PieceJustificative, through="RattachementPiece", related_name="pieces"
    )

    # Frozen identity of the tiers.
    tiers = models.ForeignKey(Tiers, models.PROTECT, related_name="pieces", db_index=False)
    nom_tiers = models.CharField("nom du tiers", max_length=100)
    ridet = models.CharField("RIDET", max_length=10, blank=True)
    adresse_complement = models.CharField("complément d’adresse", max_length=38, blank=True)
    adresse_voie = models.CharField("voie ou boîte postale", max_length=38)
    code_postal = models.CharField(max_length=5)
    ville = models.CharField(max_length=38)
    pays = champ_pays()

    # Mandat only: frozen bank details and the délai global de paiement.
    mode_reglement = models.CharField("mode de règlement", max_length=2, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    titulaire_compte = models.CharField("titulaire du compte", max_length=32, blank=True)
    debut_delai = models.DateField("début du délai", null=True, blank=True)
    fin_delai = models.DateField("fin du délai", null=True, blank=True)
    duree_delai = models.PositiveSmallIntegerField("durée du délai en jours", null=True, blank=True)

    # Titre only.
    date_echeance = models.DateField("date d’échéance", null=True, blank=True)
    cle_paiement = models.CharField("clé de paiement", max_length=12, blank=True)
    bases_liquidation = models.TextField("bases de liquidation", blank=True)
    code_produit = models.CharField("code produit local", max_length=4, blank=True)
    # What the treasury collected before the titre (« P503 »), which the titre regularises.
    exercice_encaisse = models.PositiveSmallIntegerField("exercice du P503", null=True, blank=True)
    numero_encaisse = models.PositiveBigIntegerField("numéro du P503", null=True, blank=True)

    objects: ClassVar[Any] = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "budget", "sens", "numero"],
                name="piece_numero_unique",
                violation_error_message="Ce numéro de pièce est déjà pris.",
            ),
            contrainte_pays("piece"),
            models.CheckConstraint(
                condition=Q(montant_ht__gt=0) & Q(montant_tgc__gte=0),
                name="piece_montants_positifs",
                violation_error_message="Le montant hors taxe d’une pièce est positif.",
            ),
            models.CheckConstraint(
                condition=Q(sens=SensPiece.RECETTE)
                | (~Q(mode_reglement="") & Q(cle_paiement="") & Q(date_echeance__isnull=True)),
                name="mandat_a_mode_reglement",
                violation_error_message="Un mandat porte un mode de règlement.",
            ),
            models.CheckConstraint(
                condition=~Q(mode_reglement__in=["03", "05"])
                | (~Q(iban="") & ~Q(titulaire_compte="")),
                name="mandat_virement_a_compte",
                violation_error_message="Un mandat payé par virement porte un compte bancaire.",
            ),
            models.CheckConstraint(
                condition=Q(sens=SensPiece.DEPENSE)
                | (
                    ~Q(cle_paiement="")
                    & ~Q(bases_liquidation="")
                    & Q(date_echeance__isnull=False, date_echeance__gte=F("date_emission"))
                    & Q(iban="")
                    & Q(mode_reglement="")
                ),
                name="titre_a_cle_et_bases",
                violation_error_message=(
                    "Un titre porte une clé de paiement, ses bases de liquidation et une échéance."
                ),
            ),
            models.CheckConstraint(
                condition=Q(exercice_encaisse__isnull=True, numero_encaisse__isnull=True)
                | Q(
                    sens=SensPiece.RECETTE,
                    type_piece=APRES_ENCAISSEMENT,
                    piece_origine__isnull=True,
                    exercice_encaisse__isnull=False,
                    numero_encaisse__gt=0,
                ),
                name="titre_apres_encaissement",
                violation_error_message=(
                    "Seul un titre émis après encaissement nomme le P503 qu’il régularise."
                ),
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatPiece.EMISE, EtatPiece.ANNULEE])
                | Q(bordereau__isnull=False),
                name="piece_avancee_en_bordereau",
                violation_error_message="Une pièce signée ou transmise appartient à un bordereau.",
            ),
        ]
        indexes = [
            models.Index(fields=["sens", "etat", "-id"], name="piece_sens_etat"),
            models.Index(fields=["tiers", "-id"], name="piece_tiers"),
            models.Index(
                fields=["piece_origine"],
                condition=Q(piece_origine__isnull=False),
                name="piece_origine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom_genre.capitalize()} {self.reference}"

    @property
    def nom_genre(self) -> str:
        """`mandat` or `titre`."""
        return "mandat" if self.sens == SensPiece.DEPENSE else "titre"

    @property
    def est_reduction(self) -> bool:
        """Whether it takes back a part of a pièce of its own exercice and side."""
        return self.type_piece == CORRECTIF and self.nature_piece != EXERCICE_ANTERIEUR

    @property
    def corrige_un_exercice_anterieur(self) -> bool:
        """Whether it is the titre that cancels a mandat of an earlier year, or the reverse."""
        return self.type_piece == CORRECTIF and self.nature_piece == EXERCICE_ANTERIEUR

    @property
    def reference(self) -> str:
        """What people quote: `2026-M-000123` or `2026-T-000123`."""
        return f"{self.exercice_id}-{self.nom_genre[0].upper()}-{self.numero:06d}"

    @property
    def lignes_adresse(self) -> list[str]:
        """The address of its tiers, as on an envelope."""
        return lignes_d_envoi(self)

    @property
    def montant_ttc(self) -> int:
        """Amount with tax, in whole francs."""
        total: int = self.montant_ht + self.montant_tgc
        return total


class Mandat(Piece):
    """A pièce of expense."""

    class Manager(models.Manager.from_queryset(PieceQuerySet)):  # type: ignore[misc]
        """Only mandats."""

        def get_queryset(self) -> PieceQuerySet:
            """Keep the pièces of expense."""
            return super().get_queryset().filter(sens=SensPiece.DEPENSE)  # type: ignore[no-any-return]

    objects: ClassVar[Any] = Manager()

    class Meta:
        proxy = True
        verbose_name = "mandat"


class Titre(Piece):
    """A pièce of revenue."""

    class Manager(models.Manager.from_queryset(PieceQuerySet)):  # type: ignore[misc]
        """Only titres."""

        def get_queryset(self) -> PieceQuerySet:
            """Keep the pièces of revenue."""
            return super().get_queryset().filter(sens=SensPiece.RECETTE)  # type: ignore[no-any-return]

    objects: ClassVar[Any] = Manager()

    class Meta:
        proxy = True
        verbose_name = "titre"


class PassagePiece(Passage):
    """Trace of an act on a pièce."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de pièce"
        verbose_name_plural = "passages de pièce"


class LignePiece(models.Model):
    """One imputation of a pièce: account by nature, function, amounts."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="lignes_piece")
    rang = models.PositiveIntegerField()
    compte = models.ForeignKey(Compte, models.PROTECT, related_name="+")
    fonction = models.CharField(max_length=10, blank=True)
    operation = models.CharField("opération", max_length=10, blank=True)
    libelle = models.CharField("libellé", max_length=70, blank=True)
    reference_facture = models.CharField("numéro de facture", max_length=20, blank=True)
    montant_ht = MontantField("montant HT")
    montant_tgc = MontantField("TGC", default=0)

    class Meta:
        verbose_name = "ligne de pièce"
        verbose_name_plural = "lignes de pièce"
        ordering = ["piece", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["piece", "rang"],
                name="ligne_piece_rang_unique",
                violation_error_message="Ce rang de ligne est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(montant_ht__gt=0) & Q(montant_tgc__gte=0),
                name="ligne_piece_montants_positifs",
                violation_error_message="Le montant d’une ligne de pièce est positif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.piece_id}/{self.rang}"

    @property
    def montant_ttc(self) -> int:
        """Amount with tax, in whole francs."""
        total: int = self.montant_ht + self.montant_tgc
        return total


class RattachementPiece(models.Model):
    """Which documents found which pièce."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="rattachements")
    justificatif = models.ForeignKey(
        PieceJustificative, models.PROTECT, related_name="rattachements"
    )
    rang = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = "rattachement de pièce justificative"
        verbose_name_plural = "rattachements de pièces justificatives"
        ordering = ["piece", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["piece", "justificatif"],
                name="rattachement_unique",
                violation_error_message="Ce document est déjà rattaché à la pièce.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.justificatif_id} → {self.piece_id}"
