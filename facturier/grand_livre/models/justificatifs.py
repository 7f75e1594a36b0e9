"""Supporting documents: what founds pièces, kept once and named for ever."""

from django.db import models
from django.db.models import Q

from facturier.commun.champs import FichierRange


class PieceJustificative(FichierRange):
    """A document that founds a pièce. `identifiant` names it for ever for the treasury."""

    class Genre(models.TextChoices):
        """What the document is, for the people and for the treasury."""

        FACTURE = "facture", "Facture"
        BON_COMMANDE = "bon_commande", "Bon de commande"
        CERTIFICAT_SERVICE_FAIT = "service_fait", "Certificat de service fait"
        RIB = "rib", "Relevé d’identité bancaire"
        MARCHE = "marche", "Pièce de marché"
        AVIS = "avis", "Avis des sommes à payer"
        DECISION = "decision", "Décision ou délibération"
        OPPOSITION = "opposition", "Opposition, cession ou nantissement"
        AUTRE = "autre", "Autre document"

    identifiant = models.CharField("identifiant unique", max_length=50, unique=True)
    genre = models.CharField(max_length=20, choices=Genre)
    rangee_le = models.DateTimeField("rangée le", auto_now_add=True)

    class Meta:
        verbose_name = "pièce justificative"
        verbose_name_plural = "pièces justificatives"
        constraints = [
            models.CheckConstraint(
                condition=Q(identifiant__regex=r"^[0-9A-Za-z]{1,50}$"),
                name="justificatif_identifiant_alphanumerique",
                violation_error_message="L’identifiant n’a que des lettres et des chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(taille__gt=0),
                name="justificatif_non_vide",
                violation_error_message="Une pièce justificative n’est pas vide.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
