"""The parapheur: who looks at a bordereau, in which order, who signs it, and by which power.

Every row is append only by trigger. A circuit or a power is only ended, by a date; changing one is
ending it and recording another, so that what was in force on a day can always be told.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from exports_tps.models.depots import DepotExterne
from facturier.acces.models import Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.typographie import de
from facturier.grand_livre.models import Bordereau, SensPiece

ROLES_VISEURS = (Role.SERVICE, Role.AGENT, Role.ORDONNATEUR)
Presentable = Bordereau | DepotExterne  # what a parapheur holds: ours, or a file made elsewhere
UN_OBJET = Q(bordereau__isnull=False, depot__isnull=True) | Q(
    bordereau__isnull=True, depot__isnull=False
)


class Circuit(models.Model):
    """The visas that a bordereau needs before its signature, by side, direction and amount."""

    libelle = models.CharField("libellé", max_length=100)
    sens = models.CharField(max_length=7, choices=SensPiece)
    direction = models.CharField(max_length=100, blank=True, help_text="vide : toutes")
    montant_minimum = MontantField("montant TTC à partir duquel il s’applique", default=0)
    signataire = models.ForeignKey(
        Utilisateur,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="vide : tout ordonnateur",
    )
    debut = models.DateField("en vigueur à partir du")
    fin = models.DateField("jusqu’au", null=True, blank=True)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    cree_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    clos_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "circuit"
        ordering = ["sens", "direction", "-montant_minimum", "-debut"]
        constraints = [
            models.UniqueConstraint(
                fields=["sens", "direction", "montant_minimum"],
                condition=Q(fin__isnull=True),
                name="circuit_un_ouvert",
                violation_error_message="Un circuit est déjà ouvert pour ce sens, cette direction "
                "et ce montant : mettez-y fin d’abord.",
            ),
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(clos_par__isnull=False),
                name="circuit_clos_par_quelqu_un",
                violation_error_message="La fin d’un circuit dit qui l’a décidée.",
            ),
            models.CheckConstraint(
                condition=Q(montant_minimum__gte=0),
                name="circuit_montant_positif",
                violation_error_message="Le montant d’un circuit n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class EtapeCircuit(models.Model):
    """One visa of a circuit: of a named person or, without one, of any holder of the role."""

    circuit = models.ForeignKey(Circuit, models.PROTECT, related_name="etapes")
    rang = models.PositiveSmallIntegerField()
    libelle = models.CharField("libellé", max_length=80)
    role = models.CharField(
        "rôle", max_length=20, choices=[(role.value, role.label) for role in ROLES_VISEURS]
    )
    titulaire = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "étape de circuit"
        verbose_name_plural = "étapes de circuit"
        ordering = ["circuit", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["circuit", "rang"],
                name="etape_rang_unique",
                violation_error_message="Ce rang est déjà pris dans le circuit.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class Delegation(models.Model):
    """A power to act for another: to sign up to a ceiling, or to stand in during an absence.

    Who received a `delegation` signs within it only; a `suppleance` bounds its holder in nothing.
    """

    class Nature(models.TextChoices):
        """What the power is."""

        DELEGATION = "delegation", "Délégation de signature"
        SUPPLEANCE = "suppleance", "Suppléance pendant une absence"

    nature = models.CharField(max_length=10, choices=Nature)
    delegant = models.ForeignKey(
        Utilisateur, models.PROTECT, related_name="delegations_donnees", verbose_name="délégant"
    )
    delegataire = models.ForeignKey(
        Utilisateur, models.PROTECT, related_name="delegations_recues", verbose_name="délégataire"
    )
    acte = models.CharField(max_length=60, blank=True, help_text="numéro et date de l’arrêté")
    debut = models.DateField("du")
    fin = models.DateField("au", help_text="dernier jour compris")
    plafond = MontantField("plafond TTC par bordereau", null=True, blank=True)
    cree_le = models.DateTimeField("créée le", auto_now_add=True)
    cree_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    revoquee_le = models.DateField(
        "révoquée le", null=True, blank=True, help_text="elle ne sert plus ce jour-là ni ensuite"
    )
    revoquee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "délégation"
        ordering = ["-debut", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(delegant=F("delegataire")),
                name="delegation_a_un_autre",
                violation_error_message="On ne délègue pas à soi-même.",
            ),
            models.CheckConstraint(
                condition=Q(fin__gte=F("debut")),
                name="delegation_periode",
                violation_error_message="La délégation finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(nature="suppleance", plafond__isnull=True)
                | (Q(nature="delegation", plafond__gt=0) & ~Q(acte="")),
                name="delegation_a_plafond_et_acte",
                violation_error_message="Une délégation de signature a un plafond et un acte.",
            ),
            models.CheckConstraint(
                condition=Q(revoquee_le__isnull=True) | Q(revoquee_par__isnull=False),
                name="delegation_revoquee_par_quelqu_un",
                violation_error_message="Une révocation dit qui l’a décidée.",
            ),
        ]
        indexes = [models.Index(fields=["delegataire", "fin"], name="delegation_recue")]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {de(self.delegant)} à {self.delegataire}"


class Presentation(models.Model):
    """A bordereau or a dropped file put into the parapheur: the circuit followed, this time."""

    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="presentations"
    )
    depot = models.ForeignKey(
        DepotExterne, models.PROTECT, null=True, blank=True, related_name="presentations"
    )
    circuit = models.ForeignKey(Circuit, models.PROTECT, null=True, related_name="presentations")
    presentee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    presentee_le = models.DateTimeField("présentée le", auto_now_add=True)

    class Meta:
        verbose_name = "présentation au parapheur"
        verbose_name_plural = "présentations au parapheur"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=UN_OBJET,
                name="presentation_un_objet",
                violation_error_message="Une présentation est celle d’un seul objet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objet} au parapheur"

    @property
    def objet(self) -> Any:
        """What is presented: a `Presentable`."""
        return self.bordereau or self.depot

    @property
    def genre(self) -> str:
        """What kind of thing is presented, for a sentence."""
        return "bordereau" if self.bordereau_id else "fichier"


class VisaParapheur(models.Model):
    """What one person of the circuit said of a bordereau: a visa, or sent back and why."""

    class Decision(models.TextChoices):
        """What was decided."""

        VISE = "vise", "Visé"
        RENVOYE = "renvoye", "Renvoyé"

    presentation = models.ForeignKey(Presentation, models.PROTECT, related_name="visas")
    rang = models.PositiveSmallIntegerField(
        help_text="étape ; la signature vient après la dernière"
    )
    decision = models.CharField("décision", max_length=8, choices=Decision)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    pour = models.ForeignKey(
        Delegation, models.PROTECT, null=True, related_name="visas", help_text="s’il supplée"
    )
    commentaire = models.TextField(blank=True)
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "visa du parapheur"
        verbose_name_plural = "visas du parapheur"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["presentation", "rang"],
                name="visa_un_par_etape",
                violation_error_message="Cette étape est déjà décidée.",
            ),
            models.CheckConstraint(
                condition=Q(decision="vise") | ~Q(commentaire=""),
                name="visa_renvoi_commente",
                violation_error_message="Dites pourquoi vous renvoyez le bordereau.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} par {self.par}"


class LectureBordereau(models.Model):
    """Somebody opened a bordereau, or a dropped file, and read it as its digest says it was."""

    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="lectures"
    )
    depot = models.ForeignKey(
        DepotExterne, models.PROTECT, null=True, blank=True, related_name="lectures"
    )
    empreinte = models.CharField("empreinte de ce qui est lu", max_length=64)
    lu_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    lu_le = models.DateTimeField("lu le", auto_now_add=True)

    class Meta:
        verbose_name = "lecture d’un bordereau"
        verbose_name_plural = "lectures de bordereaux"
        constraints = [
            models.UniqueConstraint(
                fields=["bordereau", "lu_par", "empreinte"],
                name="lecture_une_fois",
                violation_error_message="Cette lecture est déjà enregistrée.",
            ),
            models.UniqueConstraint(
                fields=["depot", "lu_par", "empreinte"],
                name="lecture_depot_une_fois",
                violation_error_message="Cette lecture est déjà enregistrée.",
            ),
            models.CheckConstraint(
                condition=UN_OBJET,
                name="lecture_un_objet",
                violation_error_message="Une lecture est celle d’un seul objet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bordereau_id or self.depot_id} lu par {self.lu_par_id}"


class SignatureBordereau(models.Model):
    """Who signed a bordereau, or all those of a dropped file, and by which power.

    The triggers hold what the power allows.
    """

    class Mode(models.TextChoices):
        """Where the signature was made."""

        SERVEUR = "serveur", "Signé ici"
        DEPOSEE = "deposee", "Signé ailleurs, puis déposé"
        HISTORIQUE = "historique", "Repris sans sa signature"

    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="signatures"
    )
    depot = models.OneToOneField(
        DepotExterne, models.PROTECT, null=True, blank=True, related_name="signature"
    )
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, blank=True, related_name="signatures"
    )
    jour = models.DateField(help_text="jour de la signature, à Nouméa")
    empreinte = models.CharField("empreinte de ce qui est signé", max_length=64, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SERVEUR)
    retiree_le = models.DateTimeField(
        "retirée le", null=True, blank=True, help_text="seulement avant que rien ne parte"
    )

    class Meta:
        verbose_name = "signature de bordereau"
        verbose_name_plural = "signatures de bordereaux"
        constraints = [
            models.UniqueConstraint(
                fields=["bordereau"],
                condition=models.Q(retiree_le__isnull=True),
                name="signature_une_par_bordereau",
                violation_error_message="Ce bordereau est déjà signé.",
            ),
            models.CheckConstraint(
                condition=UN_OBJET,
                name="signature_un_objet",
                violation_error_message="Une signature est celle d’un seul objet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bordereau or self.depot} signé par {self.par}"

    @property
    def qualite(self) -> str:
        """In which quality the person signed, as the bordereau says it."""
        return qualite(self.par, self.delegation)


class CertificatSignataire(models.Model):
    """The certificate with which a person signs elsewhere: nobody else's is taken for his."""

    personne = models.ForeignKey(Utilisateur, models.PROTECT, related_name="certificats")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    sujet = models.CharField(max_length=200)
    pem = models.TextField("certificat")
    valable_du = models.DateTimeField()
    valable_au = models.DateTimeField()
    enregistre_le = models.DateTimeField("enregistré le", auto_now_add=True)
    retire_le = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "certificat de signataire"
        verbose_name_plural = "certificats de signataires"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(retire_le__isnull=True),
                name="certificat_d_une_seule_personne",
                violation_error_message="Ce certificat est déjà enregistré.",
            ),
        ]

    def __str__(self) -> str:
        return self.sujet


class AnnonceParapheur(models.Model):
    """The mail sent when something arrives at a step: once a step of each presentation."""

    presentation = models.ForeignKey(Presentation, models.PROTECT, related_name="annonces")
    rang = models.PositiveSmallIntegerField(
        help_text="étape ; la signature vient après la dernière"
    )
    le = models.DateTimeField(auto_now_add=True)
    destinataires = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "annonce du parapheur"
        verbose_name_plural = "annonces du parapheur"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["presentation", "rang"],
                name="annonce_une_par_etape",
                violation_error_message="L’arrivée à cette étape est déjà annoncée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.presentation} annoncé à l’étape {self.rang}"


class RelanceParapheur(models.Model):
    """A reminder sent for a bordereau that waits at one step; one a day at most."""

    presentation = models.ForeignKey(Presentation, models.PROTECT, related_name="relances")
    rang = models.PositiveSmallIntegerField()
    jour = models.DateField()
    destinataires = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "relance du parapheur"
        verbose_name_plural = "relances du parapheur"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["presentation", "jour"],
                name="relance_une_par_jour",
                violation_error_message="Ce bordereau est déjà relancé aujourd’hui.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.presentation} relancé le {self.jour:%d/%m/%Y}"


def qualite(par: Utilisateur, pouvoir: Delegation | None) -> str:
    """Say in which quality `par` signs: his own, or by the power of another."""
    fonction = par.fonction or "Ordonnateur"
    return fonction if pouvoir is None else f"{fonction}, {par_quel_pouvoir(pouvoir)}"


def par_quel_pouvoir(pouvoir: Delegation) -> str:
    """Say how one signs by a power: by which kind, whose, and the act that gave it."""
    comment = (
        "par délégation" if pouvoir.nature == Delegation.Nature.DELEGATION else "en suppléance"
    )
    acte = f" ({pouvoir.acte})" if pouvoir.acte else ""
    return f"{comment} {de(pouvoir.delegant)}{acte}"
