"""A flux: one file for the treasury, what it holds, and the proof that it was sent.

The rows are append only by trigger (PJ art. 4-1: justification of transmissions); a line may only
be released, once, when the treasury refused what it sent.
"""

from django.db import models
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import (
    VISEURS,
    Bordereau,
    Budget,
    Exercice,
    PieceJustificative,
)

PARTIES = ("reussie", "deja_present", "retiree")  # issues of a deposit that is done


class ProfilExport(models.TextChoices):
    """How a flux is written (domaine A8)."""

    PES_V2 = "pes_v2", "PES V2"
    LOT_PIECES = "lot_pieces", "Lot de pièces (accord local)"


class EtatFlux(models.TextChoices):
    """States of a flux."""

    EN_CONSTITUTION = "en_constitution", "En constitution"
    AU_PARAPHEUR = "au_parapheur", "Au parapheur"
    CONSTITUE = "constitue", "Constitué et contrôlé"
    TRANSMIS = "transmis", "Transmis"
    ACQUITTE = "acquitte", "Acquitté"
    ACQUITTE_EN_PARTIE = "acquitte_en_partie", "Acquitté en partie"
    REFUSE = "refuse", "Refusé"
    EN_ERREUR = "en_erreur", "Écarté avant envoi"


class Flux(models.Model):
    """One file for the treasury. Its name is never used again: answers are matched on it."""

    TRANSITIONS: dict[str, Transition] = {
        "presenter": transition({EtatFlux.EN_CONSTITUTION}, EtatFlux.AU_PARAPHEUR, Role.AGENT),
        "viser": transition({EtatFlux.AU_PARAPHEUR}, EtatFlux.AU_PARAPHEUR, *VISEURS),
        "renvoyer": transition({EtatFlux.AU_PARAPHEUR}, EtatFlux.EN_CONSTITUTION, *VISEURS),
        "reprendre": transition({EtatFlux.AU_PARAPHEUR}, EtatFlux.EN_CONSTITUTION, Role.AGENT),
        "signer_depot": transition(
            {EtatFlux.EN_CONSTITUTION, EtatFlux.AU_PARAPHEUR},
            EtatFlux.EN_CONSTITUTION,
            Role.ORDONNATEUR,
        ),
        "controler": transition({EtatFlux.EN_CONSTITUTION}, EtatFlux.CONSTITUE, Role.AGENT),
        "ecarter": transition(
            {EtatFlux.EN_CONSTITUTION, EtatFlux.CONSTITUE}, EtatFlux.EN_ERREUR, Role.AGENT
        ),
        "demander_envoi": transition({EtatFlux.CONSTITUE}, EtatFlux.CONSTITUE, Role.AGENT),
        "transmettre": transition({EtatFlux.CONSTITUE}, EtatFlux.TRANSMIS, Role.AGENT),
        "deposer_de_nouveau": transition({EtatFlux.TRANSMIS}, EtatFlux.TRANSMIS, Role.AGENT),
        "acquitter": transition({EtatFlux.TRANSMIS}, EtatFlux.ACQUITTE, Role.COMPTABLE),
        "acquitter_en_partie": transition(
            {EtatFlux.TRANSMIS, EtatFlux.ACQUITTE}, EtatFlux.ACQUITTE_EN_PARTIE, Role.COMPTABLE
        ),
        "refuser": transition({EtatFlux.TRANSMIS}, EtatFlux.REFUSE, Role.COMPTABLE),
    }
    TONS = {EtatFlux.ACQUITTE_EN_PARTIE: Ton.ATTENTE, EtatFlux.AU_PARAPHEUR: Ton.ATTENTE}
    ACTES = {
        "viser": "Visa donné",
        "renvoyer": "Renvoyé à qui l’a présenté",
        "reprendre": "Repris du parapheur",
        "signer_depot": "Fichier signé",
        "demander_envoi": "Envoi demandé",
        "deposer_de_nouveau": "Nouveau dépôt demandé",
    }

    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="+")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="+")
    profil = models.CharField(max_length=12, choices=ProfilExport, default=ProfilExport.PES_V2)
    numero = models.PositiveIntegerField("numéro")
    code_collectivite = models.CharField("code collectivité", max_length=3)
    nom_fichier = models.CharField("nom du fichier", max_length=100)
    constitue_le = models.DateTimeField("constitué le", help_text="moment écrit dans le fichier")
    etat = models.CharField(
        "état", max_length=20, choices=EtatFlux, default=EtatFlux.EN_CONSTITUTION
    )
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    taille = models.BigIntegerField("taille en octets", default=0)
    transmis_le = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "flux"
        verbose_name_plural = "flux"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code_collectivite", "nom_fichier"],
                name="flux_nom_unique",
                violation_error_message="Ce nom de fichier a déjà servi pour la collectivité.",
            ),
            models.UniqueConstraint(
                fields=["code_collectivite", "numero"],
                name="flux_numero_unique",
                violation_error_message="Ce numéro de flux est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=[EtatFlux.EN_CONSTITUTION, EtatFlux.AU_PARAPHEUR, EtatFlux.EN_ERREUR]
                )
                | (Q(sha256__regex=r"^[0-9a-f]{64}$") & Q(taille__gt=0)),
                name="flux_constitue_a_fichier",
                violation_error_message="Un flux constitué a un fichier et son empreinte.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=[
                        EtatFlux.EN_CONSTITUTION,
                        EtatFlux.AU_PARAPHEUR,
                        EtatFlux.EN_ERREUR,
                        EtatFlux.CONSTITUE,
                    ]
                )
                | Q(transmis_le__isnull=False),
                name="flux_transmis_a_date",
                violation_error_message="Un flux transmis porte sa date d’envoi.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "-id"], name="flux_etat")]

    def __str__(self) -> str:
        return f"Flux {self.numero}"

    def get_absolute_url(self) -> str:
        """Return the page of the flux."""
        return reverse("exports_tps:flux", args=[self.pk])

    @property
    def nom_physique(self) -> str:
        """Name of the file in the outbox."""
        return f"{self.nom_fichier}.{'xml' if self.profil == ProfilExport.PES_V2 else 'zip'}"


class PassageFlux(Passage):
    """Trace of an act on a flux."""

    flux = models.ForeignKey(Flux, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de flux"
        verbose_name_plural = "passages de flux"


class LigneFlux(models.Model):
    """One thing that a flux holds: a bordereau, with all its pièces, or a supporting document."""

    flux = models.ForeignKey(Flux, models.PROTECT, related_name="lignes")
    bordereau = models.ForeignKey(
        Bordereau,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lignes_flux",
        db_index=False,
    )
    justificatif = models.ForeignKey(
        PieceJustificative,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lignes_flux",
        db_index=False,
    )
    empreinte = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 de ce qui est envoyé"
    )
    liberee_le = models.DateTimeField(
        "libérée le", null=True, blank=True, help_text="refusé ou écarté : peut repartir"
    )

    class Meta:
        verbose_name = "ligne de flux"
        verbose_name_plural = "lignes de flux"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(bordereau__isnull=False, justificatif__isnull=True)
                | Q(bordereau__isnull=True, justificatif__isnull=False),
                name="ligne_flux_un_objet",
                violation_error_message="Une ligne de flux désigne un seul objet.",
            ),
            models.UniqueConstraint(
                fields=["bordereau"],
                condition=Q(liberee_le__isnull=True, bordereau__isnull=False),
                name="ligne_flux_bordereau_une_fois",
                violation_error_message="Ce bordereau est déjà dans un flux.",
            ),
            models.UniqueConstraint(
                fields=["justificatif"],
                condition=Q(liberee_le__isnull=True, justificatif__isnull=False),
                name="ligne_flux_justificatif_une_fois",
                violation_error_message="Cette pièce justificative est déjà dans un flux.",
            ),
        ]
        indexes = [  # a line is in those of what it designates, and in no other
            models.Index(
                fields=[objet],
                condition=Q((f"{objet}__isnull", False)),
                name=f"ligne_flux_{objet}",
            )
            for objet in ("bordereau", "justificatif")
        ]

    def __str__(self) -> str:
        return f"{self.flux_id} : {self.bordereau_id or self.justificatif_id}"


class NouveauDepotQuerySet(models.QuerySet["NouveauDepot"]):
    """Which requests are still to be carried out."""

    def en_cours(self) -> "NouveauDepotQuerySet":
        """Keep those whose file has not left again; an answer of the treasury ends them."""
        return self.filter(flux__etat=EtatFlux.TRANSMIS, flux__messages=None).exclude(
            transmissions__issue__in=PARTIES
        )


class NouveauDepot(models.Model):
    """Somebody asks that a file which vanished be deposited again: same bytes, same name.

    Append only. A trigger refuses it for a flux that the treasury answered, or whose last deposit
    is not done.
    """

    flux = models.ForeignKey(Flux, models.PROTECT, related_name="nouveaux_depots")
    rang = models.PositiveSmallIntegerField(help_text="2 pour le deuxième dépôt")
    motif = models.CharField(max_length=400)
    demande_le = models.DateTimeField("demandé le")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    objects = NouveauDepotQuerySet.as_manager()

    class Meta:
        verbose_name = "nouveau dépôt"
        verbose_name_plural = "nouveaux dépôts"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["flux", "rang"],
                name="nouveau_depot_rang_unique",
                violation_error_message="Un nouveau dépôt de ce flux est déjà demandé.",
            ),
            models.CheckConstraint(
                condition=Q(rang__gte=2) & ~Q(motif=""),
                name="nouveau_depot_motive",
                violation_error_message="Un nouveau dépôt porte son rang et son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flux}, dépôt n° {self.rang}"


class TransmissionQuerySet(models.QuerySet["Transmission"]):
    """What the attempts tell of a flux, and of the transport."""

    def pannes(self) -> "TransmissionQuerySet":
        """Keep the failures of the transport since it last did its work, oldest first."""
        reussites = self.model.objects.exclude(issue=self.model.Issue.ECHOUEE).order_by("-pk")
        derniere = Coalesce(Subquery(reussites.values("pk")[:1]), 0)
        return self.filter(pk__gt=derniere, prochaine_le__isnull=False).order_by("pk")


class Transmission(models.Model):
    """One attempt to send a flux, with its proof.

    `ENGAGEE` comes first, once a deposit: the whole file lies at its destination under a
    provisional name and was read back. From then on the flux leaves by giving that very copy its
    name, so that it never leaves twice, even when the recipient takes files away as they come. The
    first deposit of a flux has no `nouveau_depot`.
    """

    class Issue(models.TextChoices):
        """How the attempt ended."""

        ENGAGEE = "engagee", "Copie provisoire relue"
        REUSSIE = "reussie", "Déposé et relu"
        DEJA_PRESENT = "deja_present", "Déjà présent, identique"
        RETIREE = "retiree", "Déjà pris par le destinataire"
        ECHOUEE = "echouee", "Échec"

    flux = models.ForeignKey(Flux, models.PROTECT, related_name="transmissions")
    nouveau_depot = models.ForeignKey(
        NouveauDepot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transmissions",
        db_index=False,
    )
    tentee_le = models.DateTimeField("tentée le")
    destination = models.CharField(max_length=300)
    issue = models.CharField(max_length=12, choices=Issue)
    sha256 = models.CharField(
        "empreinte relue", max_length=64, blank=True, help_text="relue chez le destinataire"
    )
    detail = models.TextField("détail", blank=True, help_text="accusé du transport, ou panne")
    prochaine_le = models.DateTimeField(
        "prochain essai", null=True, blank=True, help_text="seulement après une panne du transport"
    )

    objects = TransmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "transmission"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(issue="echouee") | Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="transmission_a_preuve",
                violation_error_message="Une transmission réussie porte l’empreinte relue.",
            ),
            *(
                models.UniqueConstraint(
                    fields=[objet],
                    condition=Q(issue__in=issues, nouveau_depot__isnull=objet == "flux"),
                    name=f"transmission_{nom}_une_fois{suffixe}",
                    violation_error_message=message,
                )
                for objet, suffixe in (("flux", ""), ("nouveau_depot", "_de_nouveau"))
                for nom, issues, message in (
                    ("engagee", ("engagee",), "Une copie de ce flux est déjà prête à partir."),
                    ("partie", PARTIES, "Ce flux est déjà parti."),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flux_id} : {self.get_issue_display()}"

    @property
    def ton(self) -> Ton:
        """Tone of the badge."""
        tons = {
            self.Issue.ECHOUEE: Ton.REFUS,
            self.Issue.ENGAGEE: Ton.COURS,
            self.Issue.RETIREE: Ton.ATTENTE,
        }
        return tons.get(self.Issue(self.issue), Ton.SUCCES)


class Releve(models.Model):
    """A visit to the distant inbox that brought something, failed, or worked again. Append only."""

    faite_le = models.DateTimeField("faite le")
    adresse = models.CharField(max_length=300)
    est_reussie = models.BooleanField("réussie")
    fichiers = models.PositiveIntegerField("fichiers rapportés", default=0)
    detail = models.TextField("détail", blank=True)

    class Meta:
        verbose_name = "relève de la boîte de réception"
        verbose_name_plural = "relèves de la boîte de réception"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(est_reussie=True) | ~Q(detail=""),
                name="releve_echouee_a_raison",
                violation_error_message="Une relève qui échoue dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adresse} : {self.fichiers}"
