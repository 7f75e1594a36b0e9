"""Reference data: why an invoice comes back, and which documents a mandat must carry."""

from django.db import models
from django.db.models import F, Q

from facturier.grand_livre.models import PieceJustificative

DONNEES_EN_CAUSE = {
    "bon_commande": "Bon de commande",
    "service": "Service destinataire",
    "documents": "Documents joints",
    "coordonnees_bancaires": "Compte bancaire",
    "etablissement": "RIDET de l’établissement",
    "mentions": "Mentions obligatoires",
    "montant_ttc": "Montants",
    "taxes": "TGC par taux",
    "numero": "Numéro de la facture",
    "lignes": "Lignes de la facture",
}


class MotifRetour(models.Model):
    """A reason for sending an invoice back, with what the supplier is asked to do.

    `code` is the code of the electronic invoicing reform; `codes_voisins` lists the others of the
    same family. Treasury reasons (décret 2012-1246, art. 19 and 20) are internal.
    """

    class Action(models.TextChoices):
        """What the supplier is asked to do, with the codes of the reform."""

        AUCUNE = "NOA", "Rien à faire"
        COMPLETER = "PIN", "Compléter la facture"
        REEMETTRE = "NIN", "Émettre une nouvelle facture"
        AVOIR = "CNA", "Émettre un avoir ou une nouvelle facture"
        AUTRE = "OTH", "Autre démarche"

    code = models.CharField(max_length=20, primary_key=True)
    codes_voisins = models.CharField("codes de la même famille", max_length=100, blank=True)
    libelle = models.CharField("libellé", max_length=120)
    action = models.CharField(max_length=3, choices=Action)
    consigne = models.CharField(max_length=200, help_text="ce que le fournisseur doit faire")
    champ = models.CharField("donnée en cause", max_length=40, blank=True)
    est_de_suspension = models.BooleanField("suspension", default=False)
    est_de_reorientation = models.BooleanField("réorientation", default=False)
    est_de_rejet = models.BooleanField("rejet", default=False)
    est_de_litige = models.BooleanField("litige", default=False)
    est_de_tresorerie = models.BooleanField("suspension par la Trésorerie", default=False)
    rang = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "motif de retour"
        verbose_name_plural = "motifs de retour"
        ordering = ["rang", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(est_de_suspension=True)
                | Q(est_de_reorientation=True)
                | Q(est_de_rejet=True)
                | Q(est_de_litige=True)
                | Q(est_de_tresorerie=True),
                name="motif_retour_a_usage",
                violation_error_message="Un motif sert à un retour au moins.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class TypeDepense(models.TextChoices):
    """Kinds of expense that ask for different supporting documents."""

    BON_COMMANDE = "bon_commande", "Achat sur bon de commande ou facture simple"
    MARCHE = "marche", "Marché ou contrat écrit"
    SUBVENTION = "subvention", "Subvention"
    REMBOURSEMENT = "remboursement", "Remboursement de recettes"
    COMMISSION = "commission", "Commission sur cartes bancaires"
    AIDE = "aide", "Bourse ou aide"


class RangPaiement(models.TextChoices):
    """Place of a payment among those of the same engagement."""

    PREMIER = "premier", "Premier paiement"
    SUIVANT = "suivant", "Paiement suivant"
    SOLDE = "solde", "Solde"


class ExigencePiece(models.Model):
    """A document required for a kind of expense and a rank of payment, and the text that asks it.

    In force from `debut` to `fin` included. Seeded from the logic of the list annexed to the décret
    of 2 September 1996; the treasury may ask for nothing else (décret 2012-1246, art. 20).
    """

    type_depense = models.CharField("type de dépense", max_length=15, choices=TypeDepense)
    rang_paiement = models.CharField("rang", max_length=10, choices=RangPaiement)
    genre = models.CharField(max_length=20, choices=PieceJustificative.Genre)
    est_si_commande = models.BooleanField("seulement si un bon de commande est cité", default=False)
    libelle = models.CharField("libellé", max_length=120)
    article = models.CharField("texte", max_length=120)
    debut = models.DateField("exigée à partir du")
    fin = models.DateField("exigée jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "exigence de pièce"
        verbose_name_plural = "exigences de pièces"
        ordering = ["type_depense", "rang_paiement", "genre"]
        constraints = [
            models.UniqueConstraint(
                fields=["type_depense", "rang_paiement", "genre", "debut"],
                name="exigence_piece_unique",
                violation_error_message="Cette pièce est déjà exigée à cette date.",
            ),
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="exigence_piece_periode_ordonnee",
                violation_error_message="L’exigence finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.libelle} ({self.get_type_depense_display()})"
