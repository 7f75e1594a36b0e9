"""A supplier or debtor around its tiers, and its établissements."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun import ridet
from facturier.commun.etats import Transition, transition
from facturier.commun.pays import contrainte_pays
from facturier.commun.recherche import LONGUEUR_MOT, mots_cherches, suivant
from facturier.commun.transmissible import exiger_transmissible
from facturier.grand_livre.models import Piece, Tiers
from fournisseurs.models.adresses import AdressePostale

ROLES_GESTION = (Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE)
ROLES_DE_DIRECTION = (Role.AGENT, Role.SERVICE)
ROLES_LECTURE = (*ROLES_GESTION, Role.SERVICE)


def _suivis_par_la_direction(utilisateur: Utilisateur, chemin: str) -> Q:
    """Keep what has, through `chemin` to its tiers, a pièce of the direction of `utilisateur`."""
    if not utilisateur.direction or not utilisateur.a_role(*ROLES_DE_DIRECTION):
        return Q(pk__in=[])
    pieces = Piece.objects.filter(tiers=OuterRef(chemin), service__direction=utilisateur.direction)
    return Q(Exists(pieces))


class EtatFournisseur(models.TextChoices):
    """States of a supplier."""

    ACTIF = "actif", "Actif"
    SUSPENDU = "suspendu", "Suspendu"
    FUSIONNE = "fusionne", "Fusionné"


class FournisseurQuerySet(models.QuerySet["Fournisseur"]):
    """Questions about many suppliers and debtors."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """Those `utilisateur` may see: all for finance staff; else those he represents, and, for
        the staff of a direction, those that have a pièce of it.
        """
        if utilisateur.voit_toutes_les_directions:
            return self
        vus = Etablissement.objects.visibles_par(utilisateur)
        return self.filter(
            Exists(vus.filter(fournisseur=OuterRef("pk")))
            | _suivis_par_la_direction(utilisateur, "tiers")
        )

    def releves_visibles_par(self, utilisateur: Utilisateur) -> Self:
        """Those whose whole statement he may read: that of a direction shows no other's pièces."""
        if utilisateur.voit_toutes_les_directions:
            return self
        vus = Etablissement.objects.representes_par(utilisateur)
        return self.filter(Exists(vus.filter(fournisseur=OuterRef("pk"))))

    def vivants(self) -> Self:
        """All but those merged into another."""
        return self.exclude(etat=EtatFournisseur.FUSIONNE)

    def du_rid(self, rid: str) -> "Fournisseur | None":
        """The supplier of the enterprise `rid`: the one kept, when his own was merged."""
        fiches = self.filter(rid=rid).select_related("tiers__absorbe_par__fournisseur")
        fiche: Fournisseur | None = fiches.vivants().first() or fiches.last()
        garde = fiche.tiers.absorbe_par if fiche else None
        return garde.fournisseur if garde else fiche

    def correspondant_a(self, saisie: str) -> Self:
        """Those of whom every word typed begins a word: name, code, RIDET, commune, in any order.

        Nothing typed that could be a word: none of them. `fournisseurs.recherche.chercher` gives
        the first ones sooner.
        """
        filtre = self
        prefixes = mots_cherches(saisie)
        for prefixe in prefixes:
            filtre = filtre.filter(
                Exists(
                    MotFournisseur.objects.commencant_par(prefixe).filter(
                        fournisseur=OuterRef("pk")
                    )
                )
            )
        return filtre if prefixes else self.none()


class Fournisseur(AdressePostale):
    """All that surrounds a tiers: roles, address, state. Also stands for a debtor."""

    Etat = EtatFournisseur
    TRANSITIONS: dict[str, Transition] = {
        "suspendre": transition({EtatFournisseur.ACTIF}, EtatFournisseur.SUSPENDU, Role.AGENT),
        "reactiver": transition({EtatFournisseur.SUSPENDU}, EtatFournisseur.ACTIF, Role.AGENT),
        "fusionner": transition({EtatFournisseur.ACTIF}, EtatFournisseur.FUSIONNE, Role.AGENT),
        "separer": transition({EtatFournisseur.FUSIONNE}, EtatFournisseur.ACTIF, Role.AGENT),
    }

    tiers = models.OneToOneField(Tiers, models.PROTECT, related_name="fournisseur")
    rid = models.CharField("RID", max_length=7, blank=True, help_text="numéro de l’entreprise")
    nom_commercial = models.CharField(max_length=100, blank=True)
    est_creancier = models.BooleanField("créancier", default=False)
    est_debiteur = models.BooleanField("débiteur", default=False)
    etat = models.CharField(
        "état", max_length=10, choices=EtatFournisseur, default=EtatFournisseur.ACTIF
    )
    cree_le = models.DateTimeField("créé le", auto_now_add=True)

    objects: Any = FournisseurQuerySet.as_manager()

    class Meta:
        verbose_name = "fournisseur ou débiteur"
        verbose_name_plural = "fournisseurs et débiteurs"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rid"],
                condition=~Q(rid="") & ~Q(etat=EtatFournisseur.FUSIONNE),
                name="fournisseur_rid_unique",
                violation_error_message="Une fiche existe déjà pour ce RID.",
            ),
            models.CheckConstraint(
                condition=Q(rid="") | Q(rid__regex=r"^[0-9]{7}$"),
                name="fournisseur_rid_sept_chiffres",
                violation_error_message="Un RID a sept chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(est_creancier=True) | Q(est_debiteur=True),
                name="fournisseur_creancier_ou_debiteur",
                violation_error_message="Un tiers suivi est créancier, débiteur, ou les deux.",
            ),
            contrainte_pays("fournisseur"),
        ]

    def __str__(self) -> str:
        return str(self.tiers)

    @property
    def est_actif(self) -> bool:
        """Whether new invoices and payments are possible."""
        return self.etat == EtatFournisseur.ACTIF

    @property
    def qualites(self) -> str:
        """`Créancier`, `Débiteur` or both, for display."""
        paires = ((self.est_creancier, "Créancier"), (self.est_debiteur, "Débiteur"))
        return " et ".join(mot for vrai, mot in paires if vrai).capitalize()


class MotQuerySet(models.QuerySet["MotFournisseur"]):
    """Questions about many words."""

    def commencant_par(self, prefixe: str) -> Self:
        """Those that begin with `prefixe`: a range, that an index serves on both engines."""
        borne = suivant(prefixe)
        plage = self.filter(mot__gte=prefixe)
        return plage.filter(mot__lt=borne) if borne else plage


class MotFournisseur(models.Model):
    """One word by which a supplier is found; written by `fournisseurs.recherche.indexer` alone.

    `est_principal` tells what names him (name, code, RIDET) from where he is (commune): the first
    is shown first.
    """

    pk = models.CompositePrimaryKey("fournisseur_id", "mot")
    fournisseur = models.ForeignKey(
        Fournisseur, models.CASCADE, related_name="mots", db_index=False
    )
    mot = models.CharField(max_length=LONGUEUR_MOT)
    est_principal = models.BooleanField("principal", default=True)

    objects: Any = MotQuerySet.as_manager()

    class Meta:
        verbose_name = "mot de recherche"
        verbose_name_plural = "mots de recherche"
        indexes = [
            models.Index(fields=["est_principal", "mot", "fournisseur"], name="mot_fournisseur"),
        ]

    def __str__(self) -> str:
        return self.mot


class PassageFournisseur(Passage):
    """Trace of an act on a supplier."""

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de fournisseur"
        verbose_name_plural = "passages de fournisseur"


class EtablissementQuerySet(models.QuerySet["Etablissement"]):
    """Questions about many établissements."""

    def visibles_par(self, utilisateur: Utilisateur, droit: str = "consulter") -> Self:
        """Those on which `utilisateur` holds `droit`; the staff may consult, by direction.

        `droit` is one of `Droit`: consulter, deposer, gerer_donnees, gerer_droits.
        """
        representes = self.representes_par(utilisateur, droit)
        if droit != "consulter":
            return representes
        if utilisateur.voit_toutes_les_directions:
            return self
        if not utilisateur.a_role(*ROLES_DE_DIRECTION):
            return representes
        return self.filter(
            Q(pk__in=representes.order_by().values("pk"))
            | _suivis_par_la_direction(utilisateur, "fournisseur__tiers")
        )

    def representes_par(self, utilisateur: Utilisateur, droit: str = "consulter") -> Self:
        """Those on which `utilisateur` holds `droit` by an habilitation in force."""
        return self.filter(
            Q(habilitations__fin__isnull=True) | Q(habilitations__fin__gte=timezone.localdate()),
            habilitations__retiree_le__isnull=True,
            habilitations__representant__utilisateur=utilisateur,
            **{f"habilitations__a_droit_{droit}": True},
        )


class Etablissement(AdressePostale):
    """A place of business, known by its RIDET; invoices come from one."""

    SUIT_LA_FUSION = Q()

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="etablissements")
    ridet = models.CharField("RIDET", max_length=10, unique=True)
    denomination = models.CharField(
        "dénomination", max_length=100, validators=[exiger_transmissible]
    )
    cree_le = models.DateTimeField("créé le", auto_now_add=True)

    objects: Any = EtablissementQuerySet.as_manager()

    class Meta:
        verbose_name = "établissement"
        ordering = ["ridet"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ridet__regex=r"^[0-9]{10}$"),
                name="etablissement_ridet_dix_chiffres",
                violation_error_message="Un RIDET a dix chiffres.",
            ),
            contrainte_pays("etablissement"),
        ]

    def __str__(self) -> str:
        return f"{self.denomination} ({self.ridet_affiche})"

    @property
    def ridet_affiche(self) -> str:
        """The RIDET as people write it."""
        return ridet.afficher(self.ridet)
