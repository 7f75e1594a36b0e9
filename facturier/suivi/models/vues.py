"""Views of a list that a person keeps under a name."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur


class VueEnregistree(models.Model):
    """Filters of the list of invoices, kept by one person under a name of his own."""

    utilisateur = models.ForeignKey(Utilisateur, models.CASCADE, related_name="vues_enregistrees")
    nom = models.CharField(max_length=60)
    parametres = models.CharField(
        "filtres", max_length=500, help_text="la recherche, telle qu’elle est dans l’adresse"
    )

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur", "nom"],
                name="vue_enregistree_nom_unique",
                violation_error_message="Vous avez déjà une vue de ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(nom=""),
                name="vue_enregistree_nommee",
                violation_error_message="Une vue enregistrée a un nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
