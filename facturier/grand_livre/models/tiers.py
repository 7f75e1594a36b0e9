"""A third party: its minimal identity. All that surrounds it lives in `fournisseurs`."""

from django.db import models
from django.db.models import F, Q

from facturier.commun.transmissible import exiger_transmissible


class CategorieTiers(models.TextChoices):
    """Category of a tiers, with the codes of the treasury (PES V2, CatTiers)."""

    PERSONNE_PHYSIQUE = "01", "Personne physique"
    ETAT = "20", "État et établissement public national"
    COMMUNE = "23", "Commune"
    GROUPEMENT = "24", "Groupement de collectivités"
    AUTRE_PUBLIC = "29", "Autre établissement public"
    MORALE_PRIVEE = "50", "Personne morale de droit privé"
    ORGANISME_SOCIAL = "74", "Autre organisme social"


class NatureJuridique(models.TextChoices):
    """Legal nature of a tiers, with the codes of the treasury (PES V2, NatJur)."""

    PARTICULIER = "01", "Particulier"
    ARTISAN = "02", "Artisan, commerçant, agriculteur"
    SOCIETE = "03", "Société"
    ASSOCIATION = "06", "Association"
    ETAT = "07", "État"
    ETABLISSEMENT_PUBLIC = "08", "Établissement public national"
    COLLECTIVITE = "09", "Collectivité ou établissement public local"


NATURES_PAR_CATEGORIE = {
    CategorieTiers.PERSONNE_PHYSIQUE: (NatureJuridique.PARTICULIER, NatureJuridique.ARTISAN),
    CategorieTiers.ETAT: (NatureJuridique.ETAT, NatureJuridique.ETABLISSEMENT_PUBLIC),
    CategorieTiers.COMMUNE: (NatureJuridique.COLLECTIVITE,),
    CategorieTiers.GROUPEMENT: (NatureJuridique.COLLECTIVITE,),
    CategorieTiers.AUTRE_PUBLIC: (NatureJuridique.COLLECTIVITE,),
    CategorieTiers.MORALE_PRIVEE: (
        NatureJuridique.ARTISAN,
        NatureJuridique.SOCIETE,
        NatureJuridique.ASSOCIATION,
    ),
    CategorieTiers.ORGANISME_SOCIAL: (),  # its one nature, 11, is not offered here
}  # the couples that the treasury knows (PES V2, CatTiers and NatJur)


class Tiers(models.Model):
    """A creditor or debtor of the province, as the ledger knows it.

    `absorbe_par` is set when it was merged: its rows stay its own, the statement of the tiers that
    was kept reads them too, and a trigger refuses a new pièce (decision 12).
    """

    code = models.CharField(max_length=30, unique=True)
    nom = models.CharField(max_length=100, validators=[exiger_transmissible])
    prenom = models.CharField(
        "prénom", max_length=38, blank=True, validators=[exiger_transmissible]
    )
    civilite = models.CharField("civilité", max_length=10, blank=True)
    categorie = models.CharField(
        "catégorie", max_length=2, choices=CategorieTiers, default=CategorieTiers.MORALE_PRIVEE
    )
    nature_juridique = models.CharField(
        max_length=2, choices=NatureJuridique, default=NatureJuridique.SOCIETE
    )
    ridet = models.CharField("RIDET", max_length=10, blank=True)
    absorbe_par = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbes"
    )

    class Meta:
        verbose_name = "tiers"
        verbose_name_plural = "tiers"
        indexes = [models.Index(fields=["nom", "id"], name="tiers_nom")]
        constraints = [
            models.UniqueConstraint(
                fields=["ridet"],
                condition=~Q(ridet="") & Q(absorbe_par__isnull=True),
                name="tiers_ridet_unique",
                violation_error_message="Un tiers porte déjà ce RIDET.",
            ),
            models.CheckConstraint(
                condition=Q(absorbe_par__isnull=True) | ~Q(absorbe_par=F("id")),
                name="tiers_absorbe_par_un_autre",
                violation_error_message="Un tiers ne se fusionne pas avec lui-même.",
            ),
            models.CheckConstraint(
                condition=~Q(categorie=CategorieTiers.PERSONNE_PHYSIQUE)
                | (~Q(prenom="") & ~Q(civilite="")),
                name="tiers_personne_physique_nommee",
                violation_error_message="Une personne physique a une civilité et un prénom.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom_complet} ({self.code})"

    @property
    def nom_complet(self) -> str:
        """Civility, first name and name of a person; name of a legal person."""
        return " ".join(mot for mot in (self.civilite, self.prenom, self.nom) if mot)

    @property
    def famille(self) -> list[int]:
        """Its key, then those of the tiers it has absorbed: whose accounting is now its own."""
        return [self.pk, *self.absorbes.order_by("pk").values_list("pk", flat=True)]
