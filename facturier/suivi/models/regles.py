"""Checks learned from the treasury: what it once refused is looked for before the next sending."""

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Piece, PieceJustificative
from facturier.suivi.models.motifs import TypeDepense


class RegleApprise(models.Model):
    """A dated check on mandats, made from a suspension or a rejection. Data, never code.

    It stops the mandats that meet every condition it states, from `debut` to `fin` included. Only
    `fin` changes: a rule that was wrong is closed, and another made.
    """

    libelle = models.CharField("ce qui est contrôlé", max_length=120)
    consigne = models.CharField("ce qu’il faut faire", max_length=200)
    type_depense = models.CharField(
        "type de dépense", max_length=15, choices=TypeDepense, blank=True
    )
    compte = models.CharField("compte, ou son début", max_length=12, blank=True)
    genre_absent = models.CharField(
        "pièce absente", max_length=20, choices=PieceJustificative.Genre, blank=True
    )
    montant_minimum = MontantField("à partir de, TTC", null=True, blank=True)
    debut = models.DateField("début")
    fin = models.DateField(null=True, blank=True)
    piece_origine = models.ForeignKey(
        Piece,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regles_apprises",
        verbose_name="mandat refusé",
    )
    motif_origine = models.CharField("motif de la Trésorerie", max_length=500, blank=True)
    cree_le = models.DateTimeField("créée le", auto_now_add=True)
    auteur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "règle apprise"
        verbose_name_plural = "règles apprises"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(type_depense="")
                | ~Q(compte="")
                | ~Q(genre_absent="")
                | Q(montant_minimum__isnull=False, montant_minimum__gt=0),
                name="regle_a_condition",
                violation_error_message=(
                    "Donnez une condition au moins : sans elle, la règle arrêterait tous les "
                    "mandats."
                ),
            ),
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="regle_periode_ordonnee",
                violation_error_message="La règle finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=~Q(libelle="") & ~Q(consigne=""),
                name="regle_dite",
                violation_error_message="Dites ce que la règle contrôle, et ce qu’il faut faire.",
            ),
            models.CheckConstraint(
                condition=Q(compte="") | Q(compte__regex=r"^[0-9]{1,12}$"),
                name="regle_compte_chiffres",
                violation_error_message="Un compte n’a que des chiffres, par exemple 2313.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle

    @property
    def conditions(self) -> list[str]:
        """What it looks for, in words; all at once."""
        dites = [
            (self.type_depense, f"type de dépense « {self.get_type_depense_display()} »"),
            (self.compte, f"compte commençant par {self.compte}"),
            (self.genre_absent, f"sans « {self.get_genre_absent_display()} »"),
        ]
        return [texte for valeur, texte in dites if valeur]


class ConstatRegle(models.Model):
    """A mandat that a rule has stopped: how often it hits. Append only."""

    regle = models.ForeignKey(RegleApprise, models.PROTECT, related_name="constats")
    mandat = models.ForeignKey(Piece, models.PROTECT, related_name="constats_regles")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "constat de règle"
        verbose_name_plural = "constats de règles"
        constraints = [
            models.UniqueConstraint(
                fields=["regle", "mandat"],
                name="constat_regle_unique",
                violation_error_message="Cette règle a déjà arrêté ce mandat.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regle} : {self.mandat}"
