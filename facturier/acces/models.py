"""Who uses the product, in which role, and the trace that each act leaves.

Separation of duties is a constraint of the database: an ordonnateur can be neither régisseur
(décret 2012-829, art. 3) nor comptable (décret 2012-1246); who reads the security journal neither
handles bank data nor grants roles.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models import Q


class Role(models.TextChoices):
    """What a user may be; several at once unless a constraint forbids it."""

    FOURNISSEUR = "fournisseur", "Fournisseur"
    AGENT = "agent", "Agent des finances"
    SERVICE = "service", "Service gestionnaire"
    ORDONNATEUR = "ordonnateur", "Ordonnateur"
    REGISSEUR = "regisseur", "Régisseur"
    COMPTABLE = "comptable", "Comptable public"
    ADMINISTRATEUR = "administrateur", "Administrateur"
    SECURITE = "securite", "Responsable de la sécurité"


class ServiceGestionnaire(models.Model):
    """A department of the province, which orders goods and certifies the service fait."""

    code = models.CharField(max_length=10, unique=True)
    libelle = models.CharField("libellé", max_length=100)
    direction = models.CharField(max_length=100)
    est_finances = models.BooleanField(
        "service des finances", default=False, help_text="ses agents voient tous les tiers"
    )

    class Meta:
        verbose_name = "service gestionnaire"
        verbose_name_plural = "services gestionnaires"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} – {self.libelle}"


class UtilisateurManager(BaseUserManager["Utilisateur"]):
    """Makes users and finds the one that signs what batches do."""

    def create_user(self, email: str, password: str | None = None, **champs: Any) -> "Utilisateur":
        """Create a user known by `email`; without `password` the account cannot log in."""
        utilisateur = self.model(email=self.normalize_email(email).lower(), **champs)
        utilisateur.set_password(password)
        utilisateur.save()
        return utilisateur

    def get_by_natural_key(self, username: str | None) -> "Utilisateur":
        """Find a user by e-mail, whatever its case."""
        return self.get(email=(username or "").lower())

    def systeme(self) -> "Utilisateur":
        """Return the account in whose name batches and outside messages act."""
        utilisateur, _ = self.get_or_create(
            email="systeme@province-sud.example",
            defaults={"nom": "Système", "est_systeme": True, "password": "!"},
        )
        return utilisateur


class Utilisateur(AbstractBaseUser):
    """A person with an account, or the system itself."""

    email = models.EmailField("adresse électronique", unique=True)
    prenom = models.CharField("prénom", max_length=50, blank=True)
    nom = models.CharField(max_length=80, blank=True)
    fonction = models.CharField(max_length=80, blank=True, help_text="qualité, pour les signatures")
    service = models.ForeignKey(
        ServiceGestionnaire, models.PROTECT, null=True, blank=True, related_name="utilisateurs"
    )
    is_active = models.BooleanField("actif", default=True)
    est_systeme = models.BooleanField("compte système", default=False)
    inscrit_le = models.DateTimeField(auto_now_add=True)
    generation_sessions = models.PositiveIntegerField("génération des sessions", default=0)

    objects: ClassVar[UtilisateurManager] = UtilisateurManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"
        indexes = [models.Index(fields=["nom", "prenom", "id"], name="acces_annuaire")]

    def __str__(self) -> str:
        return self.nom_complet

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to `generation_sessions`: a new one ends them all."""
        return f"{super().get_session_auth_hash()}:{self.generation_sessions}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under each former secret of the site, during its rotation."""
        for empreinte in super().get_session_auth_fallback_hash():
            yield f"{empreinte}:{self.generation_sessions}"

    @property
    def nom_complet(self) -> str:
        """First name and name, or the e-mail when neither is known."""
        return f"{self.prenom} {self.nom}".strip() or self.email

    @property
    def direction(self) -> str:
        """The direction of the service one is attached to, or nothing."""
        return self.service.direction if self.service else ""

    @property
    def voit_toutes_les_directions(self) -> bool:
        """Whether one's sight of the tiers stops at no direction.

        So it is for the ordonnateur, the comptable, and the agents of the finances: attached to a
        service of theirs, or to none.
        """
        if self.a_role(Role.ORDONNATEUR, Role.COMPTABLE):
            return True
        return self.a_role(Role.AGENT) and (self.service is None or self.service.est_finances)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held, read once per instance."""
        return frozenset(attribution.role for attribution in self.attributions.all())

    def a_role(self, *roles: str) -> bool:
        """Tell whether one of `roles` is held; the system account may carry out any act."""
        return self.est_systeme or not self.roles.isdisjoint(roles)

    def attribuer(
        self, role: str, *, par: "Utilisateur | None" = None, motif: str = ""
    ) -> "AttributionRole":
        """Give `role` to the user and record it; harmless when already held.

        Without `par` the system grants it: sign-up, loading of people.

        Raises:
            django.db.IntegrityError: the role excludes one already held.
        """
        with transaction.atomic():
            attribution, est_nouvelle = AttributionRole.objects.get_or_create(
                utilisateur=self, role=role, defaults={"accorde_par": par}
            )
            if est_nouvelle:
                self.passages.create(
                    acte="attribuer",
                    depart="",
                    arrivee=role,
                    motif=motif,
                    par=par or Utilisateur.objects.systeme(),
                )
        self.__dict__.pop("roles", None)
        return attribution


class AttributionRole(models.Model):
    """A role held by a user."""

    utilisateur = models.ForeignKey(Utilisateur, models.CASCADE, related_name="attributions")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    accorde_le = models.DateTimeField("accordé le", auto_now_add=True)
    accorde_par = models.ForeignKey(Utilisateur, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "attribution de rôle"
        verbose_name_plural = "attributions de rôle"
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur", "role"],
                name="acces_role_une_fois",
                violation_error_message="Ce rôle est déjà attribué.",
            ),
            models.UniqueConstraint(
                fields=["utilisateur"],
                condition=Q(role__in=[Role.ORDONNATEUR, Role.REGISSEUR]),
                name="acces_ordonnateur_ou_regisseur",
                violation_error_message="Un ordonnateur ne peut pas être régisseur.",
            ),
            models.UniqueConstraint(
                fields=["utilisateur"],
                condition=Q(role__in=[Role.ORDONNATEUR, Role.COMPTABLE]),
                name="acces_ordonnateur_ou_comptable",
                violation_error_message="Un ordonnateur ne peut pas être comptable.",
            ),
            models.UniqueConstraint(
                fields=["utilisateur"],
                condition=Q(role__in=[Role.SECURITE, Role.AGENT]),
                name="acces_securite_ou_agent",
                violation_error_message=(
                    "Le responsable de la sécurité lit la trace des agents : il n’en est pas un."
                ),
            ),
            models.UniqueConstraint(
                fields=["utilisateur"],
                condition=Q(role__in=[Role.SECURITE, Role.ADMINISTRATEUR]),
                name="acces_securite_ou_administrateur",
                violation_error_message=(
                    "Le responsable de la sécurité lit la trace de tous : il n’accorde pas les "
                    "rôles."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur} : {self.get_role_display()}"


class Passage(models.Model):
    """Trace of one act on one object: who, when, from which state to which. Append only."""

    acte = models.CharField(max_length=40)
    depart = models.CharField("état de départ", max_length=30)
    arrivee = models.CharField("état d’arrivée", max_length=30)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)
    motif = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.acte} : {self.depart} → {self.arrivee}"


class PassageUtilisateur(Passage):
    """One change of an account: invitation, role granted or withdrawn, end or return of access."""

    utilisateur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage d’un compte"
        verbose_name_plural = "passages des comptes"
