"""Keys by which a program acts for an établissement, and the requests it may send twice."""

import hashlib
import hmac
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from fournisseurs.models import Droit, Etablissement, Habilitation

MARQUE = "fps"  # what a key begins with: leaks are found by it


class Portee(models.TextChoices):
    """What a key allows; each names the field `a_portee_…` of `CleApi`."""

    LIRE = "lire", "Lire les factures, leur historique et leurs documents"
    DEPOSER = "deposer", "Déposer des factures"
    COMPLETER = "completer", "Répondre aux demandes : compléter, corriger le destinataire"
    RETIRER = "retirer", "Retirer une facture"


DROIT_DE_PORTEE = {
    Portee.LIRE: Droit.CONSULTER,
    Portee.DEPOSER: Droit.DEPOSER,
    Portee.COMPLETER: Droit.DEPOSER,
    Portee.RETIRER: Droit.DEPOSER,
}


PRESENTEE = """
SELECT c.*, u.is_active AS titulaire_actif, h.a_droit_consulter, h.a_droit_deposer
FROM api_cleapi c
JOIN acces_utilisateur u ON u.id = c.titulaire_id
LEFT JOIN fournisseurs_representant r ON r.utilisateur_id = u.id
LEFT JOIN fournisseurs_habilitation h ON h.representant_id = r.id
    AND h.etablissement_id = c.etablissement_id
    AND h.retiree_le IS NULL AND (h.fin IS NULL OR h.fin >= %s)
WHERE c.prefixe = %s
"""


def empreinte_secret(cle: str) -> str:
    """Return what is kept of a key: its SHA-256. The key is 256 random bits: no salt is needed."""
    return hashlib.sha256(cle.encode()).hexdigest()


class CleApiQuerySet(models.QuerySet["CleApi"]):
    """Questions about many keys."""

    def en_vigueur(self) -> Self:
        """Those neither revoked nor out of date."""
        return self.filter(revoquee_le__isnull=True, expire_le__gt=timezone.now())

    def avec_droits(self) -> Self:
        """Annotate `agit_encore`: whether the holder still acts for the établissement."""
        siennes = Habilitation.objects.en_vigueur().filter(
            etablissement=OuterRef("etablissement"),
            representant__utilisateur=OuterRef("titulaire"),
        )
        return self.annotate(agit_encore=Exists(siennes))

    def presentee(self, prefixe: str) -> "CleApi | None":
        """The key of that prefix, with the rights that its holder has there at this moment.

        One statement written by hand, for every request begins with it: `titulaire_actif`, and
        `a_droit_…` of his habilitation in force (None: he has none).
        """
        return next(iter(self.raw(PRESENTEE, [timezone.localdate(), prefixe])), None)


class CleApi(models.Model):
    """A key that lets a program act for one établissement, in the name of who made it.

    It allows what its portées say, as long as its holder keeps the matching right there: when he
    leaves the établissement, his keys open nothing any more. Only its digest is kept. Triggers
    refuse to change or delete it; the one act left is to revoke it.
    """

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="cles_api", verbose_name="établissement"
    )
    titulaire = models.ForeignKey(Utilisateur, models.PROTECT, related_name="cles_api")
    nom = models.CharField(max_length=60, help_text="le logiciel qui s’en sert")
    prefixe = models.CharField("préfixe", max_length=8, unique=True)
    empreinte = models.CharField(max_length=64)
    a_portee_lire = models.BooleanField("peut lire", default=False)
    a_portee_deposer = models.BooleanField("peut déposer", default=False)
    a_portee_completer = models.BooleanField("peut compléter", default=False)
    a_portee_retirer = models.BooleanField("peut retirer", default=False)
    creee_le = models.DateTimeField("créée le", auto_now_add=True)
    expire_le = models.DateTimeField("expire le")
    revoquee_le = models.DateTimeField("révoquée le", null=True, blank=True)
    revoquee_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    utilisee_le = models.DateTimeField("utilisée le", null=True, blank=True)
    utilisee_depuis = models.CharField("depuis l’adresse", max_length=45, blank=True)

    objects: Any = CleApiQuerySet.as_manager()

    class Meta:
        verbose_name = "clé d’API"
        verbose_name_plural = "clés d’API"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(prefixe__regex=r"^[0-9a-z]{8}$")
                & Q(empreinte__regex=r"^[0-9a-f]{64}$"),
                name="cle_api_empreinte",
                violation_error_message="Une clé a un préfixe et une empreinte.",
            ),
            models.CheckConstraint(
                condition=Q(a_portee_lire=True)
                | Q(a_portee_deposer=True)
                | Q(a_portee_completer=True)
                | Q(a_portee_retirer=True),
                name="cle_api_a_une_portee",
                violation_error_message="Une clé permet au moins une chose.",
            ),
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("creee_le")),
                name="cle_api_expire_apres",
                violation_error_message="Une clé expire après avoir été créée.",
            ),
            models.CheckConstraint(
                condition=Q(revoquee_le__isnull=True, revoquee_par__isnull=True)
                | Q(revoquee_le__isnull=False, revoquee_par__isnull=False),
                name="cle_api_revoquee_par_quelqu_un",
                violation_error_message="Une clé révoquée dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return f"Clé {self.debut} « {self.nom} » pour {self.etablissement}"

    @property
    def debut(self) -> str:
        """What is shown of the key, once it is no more shown whole."""
        return f"{MARQUE}_{self.prefixe}_…"

    @property
    def portees(self) -> list[Portee]:
        """The portées, each of which has its field."""
        return [portee for portee in Portee if getattr(self, f"a_portee_{portee}")]

    @property
    def libelles_portees(self) -> str:
        """The portées, for display."""
        return " ; ".join(str(portee.label) for portee in self.portees)

    @property
    def est_expiree(self) -> bool:
        """Whether its last day is over."""
        return self.expire_le <= timezone.now()

    def correspond_a(self, cle: str) -> bool:
        """Tell in constant time whether `cle` is this key."""
        return hmac.compare_digest(self.empreinte, empreinte_secret(cle))


class RequeteIdempotente(models.Model):
    """A request that a program may send again without doing it twice, and what it was answered.

    Written in the transaction of the act: either both are there or none is.
    """

    cle = models.ForeignKey(CleApi, models.PROTECT, related_name="requetes")
    identifiant = models.CharField(max_length=128, help_text="en-tête Idempotency-Key")
    empreinte = models.CharField("empreinte de la requête", max_length=64)
    statut = models.PositiveSmallIntegerField("statut de la réponse", null=True)
    corps = models.JSONField("corps de la réponse", null=True)
    recue_le = models.DateTimeField("reçue le", auto_now_add=True)

    class Meta:
        verbose_name = "requête idempotente"
        verbose_name_plural = "requêtes idempotentes"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cle", "identifiant"],
                name="requete_idempotente_unique",
                violation_error_message="Cet identifiant a déjà servi.",
            ),
            models.CheckConstraint(
                condition=Q(statut__isnull=True) | Q(statut__gte=200, statut__lt=300),
                name="requete_idempotente_reussie",
                violation_error_message="Seule une requête réussie est gardée.",
            ),
        ]
        indexes = [models.Index(fields=["recue_le"], name="requete_idempotente_recue")]

    def __str__(self) -> str:
        return self.identifiant
