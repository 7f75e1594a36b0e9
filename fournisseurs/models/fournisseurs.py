"""A supplier or debtor around its tiers, and its établissements."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun import ridet
from facturier.commun.etats import Transition, transition
from facturier.grand_livre.models import Tiers
from fournisseurs.models.adresses import AdressePostale

ROLES_GESTION = (Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE)


class EtatFournisseur(models.TextChoices):
    """States of a supplier."""

    ACTIF = "actif", "Actif"
    SUSPENDU = "suspendu", "Suspendu"


class FournisseurQuerySet(models.QuerySet["Fournisseur"]):
    """Questions about many suppliers and debtors."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """Those `utilisateur` may see: all for finance staff, else those he represents."""
        if utilisateur.a_role(*ROLES_GESTION):
            return self
        vus = Etablissement.objects.visibles_par(utilisateur)
        return self.filter(Exists(vus.filter(fournisseur=OuterRef("pk"))))

    def correspondant_a(self, recherche: str) -> Self:
        """Those whose code, RIDET, name or trade name contains what was typed."""
        termes = recherche.split()
        chiffres = "".join(termes).replace(".", "")
        if chiffres.isdigit():
            motif = Q(tiers__code__contains=chiffres) | Q(etablissements__ridet__contains=chiffres)
            return self.filter(motif).distinct()
        filtre = self
        for terme in termes:
            filtre = filtre.filter(
                Q(tiers__nom__icontains=terme)
                | Q(tiers__prenom__icontains=terme)
                | Q(tiers__code__iexact=terme)
                | Q(nom_commercial__icontains=terme)
            )
        return filtre


class Fournisseur(AdressePostale):
    """All that surrounds a tiers: roles, address, state. Also stands for a debtor."""

    Etat = EtatFournisseur
    TRANSITIONS: dict[str, Transition] = {
        "suspendre": transition({EtatFournisseur.ACTIF}, EtatFournisseur.SUSPENDU, Role.AGENT),
        "reactiver": transition({EtatFournisseur.SUSPENDU}, EtatFournisseur.ACTIF, Role.AGENT),
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
                condition=~Q(rid=""),
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


class PassageFournisseur(Passage):
    """Trace of an act on a supplier."""

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de fournisseur"
        verbose_name_plural = "passages de fournisseur"


class EtablissementQuerySet(models.QuerySet["Etablissement"]):
    """Questions about many établissements."""

    def visibles_par(self, utilisateur: Utilisateur, droit: str = "consulter") -> Self:
        """Those on which `utilisateur` holds `droit`; finance staff may consult them all.

        `droit` is one of `Droit`: consulter, deposer, gerer_donnees, gerer_droits.
        """
        if droit == "consulter" and utilisateur.a_role(*ROLES_GESTION):
            return self
        return self.filter(
            habilitations__retiree_le__isnull=True,
            habilitations__representant__utilisateur=utilisateur,
            **{f"habilitations__a_droit_{droit}": True},
        )


class Etablissement(AdressePostale):
    """A place of business, known by its RIDET; invoices come from one."""

    fournisseur = models.ForeignKey(Fournisseur, models.PROTECT, related_name="etablissements")
    ridet = models.CharField("RIDET", max_length=10, unique=True)
    denomination = models.CharField("dénomination", max_length=100)
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
        ]

    def __str__(self) -> str:
        return f"{self.denomination} ({self.ridet_affiche})"

    @property
    def ridet_affiche(self) -> str:
        """The RIDET as people write it."""
        return ridet.afficher(self.ridet)
