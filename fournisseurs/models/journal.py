"""The journal of bank data: who looked at what, who changed what. Append only, hash-chained."""

from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from fournisseurs.models.fournisseurs import Fournisseur

ORIGINE = "0" * 64  # what the first entry follows
IBAN_EN_CLAIR = r"[A-Z]{2}[0-9]{12}"


class ActeJournal(models.TextChoices):
    """What the journal records. Not `choices` of the column: a new act takes no migration."""

    IBAN_MONTRE = "iban_montre", "IBAN montré en entier"
    JUSTIFICATIF_OUVERT = "justificatif_ouvert", "Justificatif bancaire ouvert"
    COMPTE_AJOUTE = "compte_ajoute", "Compte bancaire ajouté"
    COMPTE_REMPLACE = "compte_remplace", "Compte bancaire remplacé"
    COMPTE_CLOS = "compte_clos", "Compte bancaire clos par une fusion de tiers"
    COMPTE_RETIRE = "compte_retire", "Compte bancaire retiré"
    DEMANDE_FAITE = "demande_faite", "Demande déposée"
    DEMANDE_APPROUVEE = "demande_approuvee", "Demande acceptée"
    DEMANDE_RENVOYEE = "demande_renvoyee", "Demande renvoyée à compléter"
    DEMANDE_COMPLETEE = "demande_completee", "Demande complétée par le demandeur"
    DEMANDE_REFUSEE = "demande_refusee", "Demande refusée"
    DEMANDE_RETIREE = "demande_retiree", "Demande retirée"
    DEMANDE_CONTESTEE = "demande_contestee", "Demande contestée"
    DEMANDE_CONTROLEE = "demande_controlee", "Demande contrôlée par un premier agent"
    CONTRE_APPEL = "contre_appel", "Contre-appel consigné"
    CONTESTATION_LEVEE = "contestation_levee", "Contestation levée"
    CONTACT_PREVENU = "contact_prevenu", "Ancien contact prévenu"
    HABILITATION_ACCORDEE = "habilitation_accordee", "Droits accordés"
    HABILITATION_RETIREE = "habilitation_retiree", "Droits retirés"
    HABILITATION_QUITTEE = "habilitation_quittee", "Établissement quitté"
    INVITATION_ENVOYEE = "invitation_envoyee", "Invitation envoyée"
    INVITATION_ACCEPTEE = "invitation_acceptee", "Invitation acceptée"
    INVITATION_RETIREE = "invitation_retiree", "Invitation retirée"
    INVITATION_REFUSEE = "invitation_refusee", "Invitation refusée par le système"
    OPPOSITION_VALIDEE = "opposition_validee", "Opposition ou cession validée"
    OPPOSITION_LEVEE = "opposition_levee", "Opposition ou cession levée"
    CLE_API_CREEE = "cle_api_creee", "Clé d’API créée"
    CLE_API_REVOQUEE = "cle_api_revoquee", "Clé d’API révoquée"
    WEBHOOK_DECLARE = "webhook_declare", "Webhook déclaré"
    WEBHOOK_ETATS = "webhook_etats", "États annoncés par un webhook changés"
    WEBHOOK_RESILIE = "webhook_resilie", "Webhook résilié"
    ACCES_REFUSE = "acces_refuse", "Page d’un autre refusée"
    DECISION_REFUSEE = "decision_refusee", "Décision refusée par le système"
    JUSTIFICATIF_REFUSE = "justificatif_refuse", "Document refusé par le système"
    JOURNAL_EXPORTE = "journal_exporte", "Journal exporté"


def _minuit(jour: date) -> datetime:
    """Return the beginning of a day, at Nouméa."""
    return timezone.make_aware(datetime.combine(jour, time.min))


class EntreeJournalQuerySet(models.QuerySet["EntreeJournal"]):
    """Questions about many entries."""

    def recentes(self) -> Self:
        """The latest first, with the names of the tiers."""
        return self.select_related("fournisseur__tiers").order_by("-numero")

    def filtrees(
        self,
        *,
        auteur: str = "",
        tiers: str = "",
        acte: str = "",
        debut: date | None = None,
        fin: date | None = None,
    ) -> Self:
        """Those of a person (part of name or e-mail), a tiers (code), an act, a period."""
        filtre = self
        if auteur:
            filtre = filtre.filter(auteur__icontains=auteur)
        if tiers:
            filtre = filtre.filter(fournisseur__tiers__code=tiers)
        if acte:
            filtre = filtre.filter(acte=acte)
        if debut:
            filtre = filtre.filter(le__gte=_minuit(debut))
        if fin:
            filtre = filtre.filter(le__lt=_minuit(fin + timedelta(days=1)))
        return filtre


class EntreeJournal(models.Model):
    """One access to bank data, or one change of it, chained to the entry before.

    Names are copied as they were at that moment. No foreign key is checked by the database: the
    journal locks no row of others, so that writing in it never waits for them.
    """

    numero = models.BigIntegerField("n°", primary_key=True)
    acte = models.CharField(max_length=40)
    le = models.DateTimeField("date et heure")
    par = models.ForeignKey(
        Utilisateur, models.PROTECT, db_constraint=False, related_name="+", verbose_name="personne"
    )
    auteur = models.CharField(max_length=400)
    fournisseur = models.ForeignKey(
        Fournisseur,
        models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="entrees_journal",
    )
    objet_type = models.CharField("nature de l’objet", max_length=60, blank=True)
    objet_id = models.BigIntegerField("clé de l’objet", null=True)
    objet = models.CharField(max_length=200, blank=True)
    iban = models.CharField("IBAN masqué", max_length=40, blank=True)
    ancien_iban = models.CharField("IBAN remplacé, masqué", max_length=40, blank=True)
    motif = models.TextField(blank=True)
    adresse_ip = models.CharField("adresse IP", max_length=45, blank=True)
    requete = models.CharField("identifiant de requête", max_length=32, blank=True)
    precedente = models.CharField("empreinte de l’entrée précédente", max_length=64)
    empreinte = models.CharField(max_length=64)

    objects: Any = EntreeJournalQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "entrées du journal"
        ordering = ["numero"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(iban__regex=IBAN_EN_CLAIR)
                & ~Q(ancien_iban__regex=IBAN_EN_CLAIR)
                & ~Q(objet__regex=IBAN_EN_CLAIR)
                & ~Q(motif__regex=IBAN_EN_CLAIR),
                name="entree_journal_sans_iban_en_clair",
                violation_error_message="Le journal ne contient aucun IBAN en clair.",
            ),
        ]
        indexes = [
            models.Index(fields=["acte", "-numero"], name="entree_journal_acte"),
            models.Index(fields=["le"], name="entree_journal_le"),
            models.Index(fields=["objet_type", "objet_id"], name="entree_journal_objet"),
        ]

    def __str__(self) -> str:
        return f"{self.numero} : {self.libelle_acte}"

    @property
    def libelle_acte(self) -> str:
        """The act, for display; its code when it is no longer known."""
        return dict(ActeJournal.choices).get(self.acte, self.acte)
