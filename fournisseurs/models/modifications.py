"""Request to change a datum of a supplier: before and after, evidence, two persons, cooling."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun import telephone
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from fournisseurs.models.coordonnees import CoordonneesBancaires
from fournisseurs.models.fournisseurs import Etablissement, Fournisseur


class EtatModification(models.TextChoices):
    """States of a request to change a datum."""

    BROUILLON = "brouillon", "À confirmer par vous"
    DEPOSEE = "deposee", "Déposée"
    INCOMPLETE = "incomplete", "À compléter par le demandeur"
    CONTROLEE = "controlee", "Contrôlée par un premier agent"
    APPROUVEE = "approuvee", "Approuvée, en délai de sécurité"
    APPLIQUEE = "appliquee", "Appliquée"
    REFUSEE = "refusee", "Refusée"
    RETIREE = "retiree", "Retirée"
    CONTESTEE = "contestee", "Contestée"


class GenreModification(models.TextChoices):
    """The data that a request may change; each is asked for, proved and locked as a whole."""

    ADRESSE = "adresse", "Adresse de l’établissement"
    CONTACTS = "contacts", "Téléphone et adresse électronique"
    COMPTE_PRINCIPAL = "compte_principal", "Compte bancaire de l’entreprise"
    COMPTE_ETABLISSEMENT = "compte_etablissement", "Compte bancaire propre à l’établissement"
    NOM = "nom", "Nom, nom commercial, enseigne"
    FORME_JURIDIQUE = "forme_juridique", "Forme juridique"
    REPRESENTANTS = "representants", "Représentants légaux"


GENRES_COMPTE = (GenreModification.COMPTE_PRINCIPAL, GenreModification.COMPTE_ETABLISSEMENT)
GENRES_ENTREPRISE = (
    GenreModification.COMPTE_PRINCIPAL,
    GenreModification.NOM,
    GenreModification.FORME_JURIDIQUE,
    GenreModification.REPRESENTANTS,
)
ETATS_OUVERTS = (
    EtatModification.DEPOSEE,
    EtatModification.INCOMPLETE,
    EtatModification.CONTROLEE,
    EtatModification.APPROUVEE,
    EtatModification.CONTESTEE,
)
AVANT_APPLICATION = (
    EtatModification.DEPOSEE,
    EtatModification.INCOMPLETE,
    EtatModification.CONTROLEE,
    EtatModification.APPROUVEE,
)


class Risque(models.TextChoices):
    """What makes a request look like the theft of an account."""

    COURRIEL_CHANGE = (
        "courriel_change",
        "L’adresse électronique du compte du demandeur a changé récemment.",
    )
    MOT_DE_PASSE_CHANGE = (
        "mot_de_passe_change",
        "Le mot de passe du demandeur a changé récemment.",
    )
    HABILITATION_RECENTE = (
        "habilitation_recente",
        "L’habilitation du demandeur sur l’établissement est récente.",
    )
    CONTACTS_CHANGES = (
        "contacts_changes",
        "Le téléphone ou l’adresse électronique de l’établissement a changé récemment.",
    )
    SANS_CONFIRMATION = (
        "sans_confirmation",
        "Le demandeur n’a pas pu confirmer son mot de passe : son compte n’en a pas.",
    )
    COMPTE_PARTAGE = "compte_partage", "Le nouveau compte est déjà celui d’une autre entreprise."


class ModificationQuerySet(models.QuerySet["DemandeModification"]):
    """Questions about many requests."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """All for an agent of the finances; else those of the établissements one manages."""
        if utilisateur.a_role(Role.AGENT) and utilisateur.voit_toutes_les_directions:
            return self
        geres = Etablissement.objects.visibles_par(utilisateur, "gerer_donnees")
        return self.filter(etablissement__in=geres.values("pk")).exclude(
            ~Q(demandeur=utilisateur), etat=EtatModification.BROUILLON
        )

    def ouvertes(self) -> Self:
        """Those that nothing has closed yet."""
        return self.filter(etat__in=ETATS_OUVERTS)

    def sur(self, etablissement: Etablissement) -> Self:
        """Those about the data of an établissement, or of its enterprise."""
        return self.filter(
            Q(etablissement=etablissement) | Q(genre__in=GENRES_ENTREPRISE),
            fournisseur=etablissement.fournisseur_id,
        )

    def gelant_les_paiements(self) -> Self:
        """Those that keep new mandats of the supplier from being issued."""
        return self.ouvertes().filter(genre__in=GENRES_COMPTE)

    def a_appliquer(self, au: datetime) -> Self:
        """Those whose cooling period has passed at `au`."""
        return self.filter(etat=EtatModification.APPROUVEE, applicable_le__lte=au).order_by("pk")


class DemandeModification(models.Model):
    """One change of one kind of datum, asked for by a person, decided by others.

    A change of bank account needs two agents, a call back on a number known before the request,
    and a cooling period during which the old contacts may contest it (domaine.md, D4).
    """

    Etat = EtatModification
    Genre = GenreModification
    TONS = {
        EtatModification.APPLIQUEE: Ton.SUCCES,
        EtatModification.APPROUVEE: Ton.COURS,
        EtatModification.INCOMPLETE: Ton.ATTENTE,
    }
    TRANSITIONS: dict[str, Transition] = {
        "deposer": transition(
            {EtatModification.BROUILLON}, EtatModification.DEPOSEE, Role.FOURNISSEUR, Role.AGENT
        ),
        "abandonner": transition(
            {EtatModification.BROUILLON}, EtatModification.RETIREE, Role.FOURNISSEUR, Role.AGENT
        ),
        "retirer": transition(
            AVANT_APPLICATION, EtatModification.RETIREE, Role.FOURNISSEUR, Role.AGENT
        ),
        "renvoyer": transition(
            {EtatModification.DEPOSEE, EtatModification.CONTROLEE},
            EtatModification.INCOMPLETE,
            Role.AGENT,
        ),
        "completer": transition(
            {EtatModification.INCOMPLETE}, EtatModification.DEPOSEE, Role.FOURNISSEUR, Role.AGENT
        ),
        "controler": transition({EtatModification.DEPOSEE}, EtatModification.CONTROLEE, Role.AGENT),
        "approuver": transition(
            {EtatModification.DEPOSEE, EtatModification.CONTROLEE},
            EtatModification.APPROUVEE,
            Role.AGENT,
        ),
        "appliquer": transition(
            {EtatModification.APPROUVEE}, EtatModification.APPLIQUEE, Role.AGENT
        ),
        "reexaminer": transition(
            {EtatModification.APPROUVEE}, EtatModification.DEPOSEE, Role.AGENT
        ),
        "refuser": transition(
            {
                EtatModification.DEPOSEE,
                EtatModification.INCOMPLETE,
                EtatModification.CONTROLEE,
                EtatModification.CONTESTEE,
            },
            EtatModification.REFUSEE,
            Role.AGENT,
        ),
        "contester": transition(
            {*AVANT_APPLICATION, EtatModification.APPLIQUEE},
            EtatModification.CONTESTEE,
            Role.AGENT,
        ),
        "lever_contestation": transition({EtatModification.CONTESTEE}, None, Role.AGENT),
    }

    class Canal(models.TextChoices):
        """How the request came; an agent enters those that do not come online."""

        EN_LIGNE = "en_ligne", "En ligne"
        TELEPHONE = "telephone", "Par téléphone, saisie par un agent"
        GUICHET = "guichet", "Au guichet, saisie par un agent"
        REGISTRE = "registre", "D’après le registre, saisie par un agent"

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="modifications")
    etablissement = models.ForeignKey(Etablissement, models.PROTECT, related_name="modifications")
    genre = models.CharField(max_length=20, choices=GenreModification)
    canal = models.CharField(max_length=10, choices=Canal, default=Canal.EN_LIGNE)
    demandeur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="modifications")
    etat = models.CharField(
        "état", max_length=10, choices=EtatModification, default=EtatModification.BROUILLON
    )
    commencee_le = models.DateTimeField("commencée le", auto_now_add=True)
    deposee_le = models.DateTimeField("déposée le", null=True, blank=True)
    risques = models.JSONField("signes de risque", default=list, blank=True)
    controlee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approuvee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    applicable_le = models.DateTimeField("applicable à partir du", null=True, blank=True)
    appliquee_le = models.DateTimeField("appliquée le", null=True, blank=True)
    traitee_le = models.DateTimeField("close le", null=True, blank=True)
    motif_refus = models.TextField("motif du refus", blank=True)
    compte = models.ForeignKey(
        CoordonneesBancaires,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="modifications",
        verbose_name="compte enregistré",
    )
    reemployes = models.ManyToManyField(
        "fournisseurs.Justificatif", related_name="reemplois", blank=True
    )

    objects: Any = ModificationQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de modification"
        verbose_name_plural = "demandes de modification"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["etablissement", "genre"],
                condition=Q(etat__in=ETATS_OUVERTS) & ~Q(genre__in=GENRES_ENTREPRISE),
                name="modification_une_par_etablissement",
                violation_error_message="Une demande est déjà en cours pour cette donnée.",
            ),
            models.UniqueConstraint(
                fields=["fournisseur", "genre"],
                condition=Q(etat__in=ETATS_OUVERTS, genre__in=GENRES_ENTREPRISE),
                name="modification_une_par_entreprise",
                violation_error_message="Une demande est déjà en cours pour cette donnée.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=["brouillon", "retiree"]) | Q(deposee_le__isnull=False),
                name="modification_deposee_datee",
                violation_error_message="Une demande déposée porte sa date.",
            ),
            models.CheckConstraint(
                condition=Q(approuvee_par__isnull=True) | ~Q(approuvee_par=F("demandeur")),
                name="modification_quatre_yeux",
                violation_error_message="La personne qui saisit une demande ne l’approuve pas.",
            ),
            models.CheckConstraint(
                condition=~Q(genre__in=GENRES_COMPTE)
                | ~Q(etat__in=["approuvee", "appliquee"])
                | Q(
                    controlee_par__isnull=False,
                    approuvee_par__isnull=False,
                    applicable_le__isnull=False,
                )
                & ~Q(controlee_par=F("approuvee_par")),
                name="modification_compte_deux_agents",
                violation_error_message="Un changement de compte demande deux agents.",
            ),
            models.CheckConstraint(
                condition=~Q(etat="appliquee")
                | Q(approuvee_par__isnull=False, appliquee_le__isnull=False),
                name="modification_appliquee_datee",
                violation_error_message="Une demande appliquée dit quand et par qui.",
            ),
            models.CheckConstraint(
                condition=~Q(etat="refusee") | ~Q(motif_refus=""),
                name="modification_refusee_motivee",
                violation_error_message="Un refus porte un motif.",
            ),
        ]
        indexes = [
            models.Index(fields=["etat", "deposee_le", "id"], name="modification_liste"),
            models.Index(fields=["etat", "applicable_le"], name="modification_a_appliquer"),
        ]

    def __str__(self) -> str:
        return f"{self.get_genre_display()} : {self.etablissement.denomination}"

    @property
    def est_compte(self) -> bool:
        """Whether it changes a bank account."""
        return self.genre in GENRES_COMPTE

    @property
    def est_sensible(self) -> bool:
        """Whether the old contacts are warned and the journal keeps it: account, or contacts."""
        return self.est_compte or self.genre == GenreModification.CONTACTS

    @property
    def est_ouverte(self) -> bool:
        """Whether nothing has closed it."""
        return self.etat in ETATS_OUVERTS

    @property
    def est_retirable(self) -> bool:
        """Whether the supplier may still withdraw it."""
        return self.etat in AVANT_APPLICATION

    @property
    def est_a_completer(self) -> bool:
        """Whether it waits for the requester."""
        return self.etat == EtatModification.INCOMPLETE

    @property
    def est_en_ligne(self) -> bool:
        """Whether the supplier entered it himself."""
        return self.canal == self.Canal.EN_LIGNE

    @property
    def libelles_risques(self) -> list[str]:
        """The signs of risk, for display."""
        return [Risque(code).label for code in self.risques]

    @property
    def est_confirmee(self) -> bool:
        """Whether a call back has confirmed it since it was deposited, or last put in doubt.

        So an answer puts it: what it brings was not known of who confirmed.
        """
        depuis = self.passages.filter(
            acte__in=["deposer", "reexaminer", "contester", "completer"]
        ).last()
        confirmes = self.appels.filter(resultat=ContreAppel.Resultat.CONFIRME)
        return depuis is not None and confirmes.filter(le__gte=depuis.le).exists()


class ChampsActuels(models.Manager["ChampModifie"]):
    """Fields of requests as they stand: a correction takes the place of the row before it."""

    def get_queryset(self) -> models.QuerySet["ChampModifie"]:
        """Leave out the rows that a later one corrects."""
        corrections = ChampModifie.versions.filter(
            demande=OuterRef("demande"), champ=OuterRef("champ"), pk__gt=OuterRef("pk")
        )
        return super().get_queryset().filter(~Exists(corrections))


class ChampModifie(models.Model):
    """One field of a request: what it held at deposit, what it is to hold. Append only.

    An answer that corrects a value adds a row; `versions` has them all.
    """

    demande = models.ForeignKey(DemandeModification, models.PROTECT, related_name="champs")
    champ = models.CharField(max_length=30)
    avant = models.TextField(blank=True)
    apres = models.TextField("après", blank=True)

    objects = ChampsActuels()
    versions: ClassVar[models.Manager["ChampModifie"]] = models.Manager()

    class Meta:
        verbose_name = "champ modifié"
        verbose_name_plural = "champs modifiés"
        ordering = ["pk"]
        indexes = [models.Index(fields=["demande", "champ", "id"], name="champ_modifie_versions")]

    def __str__(self) -> str:
        return self.champ


class ContactConnu(models.Model):
    """A number or address on record before the request: whom to call back, whom to warn.

    Append only, but for the moment of the notice, set once.
    """

    class Genre(models.TextChoices):
        """Kind of contact."""

        TELEPHONE = "telephone", "Téléphone"
        COURRIEL = "courriel", "Adresse électronique"

    demande = models.ForeignKey(DemandeModification, models.PROTECT, related_name="contacts")
    genre = models.CharField(max_length=10, choices=Genre)
    valeur = models.CharField(max_length=254)
    origine = models.CharField(max_length=150)
    prevenu_le = models.DateTimeField("prévenu le", null=True, blank=True)

    class Meta:
        verbose_name = "contact connu"
        verbose_name_plural = "contacts connus"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demande", "genre", "valeur"],
                name="contact_connu_une_fois",
                violation_error_message="Ce contact est déjà connu.",
            ),
        ]

    def __str__(self) -> str:
        valeur = self.valeur
        if self.genre == self.Genre.TELEPHONE:
            valeur = telephone.afficher(valeur)
        return f"{valeur} ({self.origine})"


class ContreAppel(models.Model):
    """A call back on a number known before the request, or a visit when none is. Append only."""

    class Resultat(models.TextChoices):
        """What the person said."""

        CONFIRME = "confirme", "La personne confirme la demande"
        SANS_REPONSE = "sans_reponse", "Personne n’a répondu"
        NON_RECONNU = "non_reconnu", "La personne ne reconnaît pas la demande"

    demande = models.ForeignKey(DemandeModification, models.PROTECT, related_name="appels")
    contact = models.ForeignKey(
        ContactConnu, models.PROTECT, null=True, blank=True, related_name="appels"
    )
    interlocuteur = models.CharField(max_length=100, blank=True)
    resultat = models.CharField("résultat", max_length=12, choices=Resultat)
    commentaire = models.TextField(blank=True)
    appele_le = models.DateTimeField("appelé le", default=timezone.now)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "contre-appel"
        verbose_name_plural = "contre-appels"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resultat="sans_reponse") | ~Q(interlocuteur=""),
                name="contre_appel_interlocuteur",
                violation_error_message="Dites qui a répondu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_resultat_display()} ({self.contact or 'au guichet'})"


class PassageModification(Passage):
    """Trace of an act on a request to change a datum."""

    demande = models.ForeignKey(DemandeModification, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de demande de modification"
        verbose_name_plural = "passages de demande de modification"


class RepresentantLegal(models.Model):
    """Who binds the enterprise by law (gérant, président); ended, never deleted.

    Those in force follow a merge, but for whom the supplier kept names already: each was proved.
    """

    SUIT_LA_FUSION = Q(fin__isnull=True)
    UN_SEUL_PAR_FICHE = ("nom", "qualite")

    fournisseur = models.ForeignKey(
        Fournisseur, models.PROTECT, related_name="representants_legaux"
    )
    nom = models.CharField("prénom et nom", max_length=100)
    qualite = models.CharField("qualité", max_length=80)
    demande = models.ForeignKey(
        DemandeModification, models.PROTECT, related_name="representants_legaux"
    )
    debut = models.DateField("depuis le")
    fin = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "représentant légal"
        verbose_name_plural = "représentants légaux"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fournisseur", "nom", "qualite"],
                condition=Q(fin__isnull=True),
                name="representant_legal_une_fois",
                violation_error_message="Cette personne est déjà représentante légale.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom}, {self.qualite}"
