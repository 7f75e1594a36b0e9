"""Questions about many attempts, payments and messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from facturier.commun.champs import MontantField
from facturier.grand_livre.models import PIECES_SANS_EFFET, SensPiece
from facturier.grand_livre.soldes import reste_correle

if TYPE_CHECKING:
    from telepaiement.models import (  # noqa: F401
        Encaissement,
        EvenementRecu,
        RapprochementBancaire,
        Remboursement,
        Tentative,
        Versement,
    )

OUVERTS = ("a_verifier", "authentification", "creee", "en_cours", "initiee")
A_TRAITER = ("en_erreur", "recu")
SANS_SUITE = ("echoue", "refuse")
EN_ROUTE = ("approuve", "transmis")
REUSSIS, PERDUS = Q(etat="reussi"), Q(etat="perdu", est_debite=True)


class TentativeQuerySet(models.QuerySet["Tentative"]):
    """Attempts."""

    def ouvertes(self) -> Self:
        """Those that no final state closes."""
        return self.filter(etat__in=OUVERTS)

    def engagees(self) -> Self:
        """Those whose card the bank may be charging now: being charged, or of unknown outcome.

        Without a reference no card was ever asked for. An authentication left alone for a while no
        longer counts: its page is closed. The page of the bank itself lives longer.
        """
        repos = timedelta(minutes=settings.LIMITES_PAIEMENT["repos_minutes"])
        suivie = Q(etat="authentification", modifiee_le__gt=timezone.now() - repos)
        inconnue = Q(etat="a_verifier") & ~Q(reference="")
        return self.filter(Q(etat="en_cours") | inconnue | suivie | self._sur_sa_page())

    def chez_la_banque(self) -> Self:
        """Those whose payer may still be on the bank's own page, where nothing is cancelled."""
        return self.filter(self._sur_sa_page())

    def _sur_sa_page(self) -> Q:
        vie = timedelta(minutes=settings.LIMITES_PAIEMENT["page_banque_minutes"])
        return Q(etat="authentification", passerelle="lyra", modifiee_le__gt=timezone.now() - vie)

    def avec_engagement(self) -> models.QuerySet[Any]:
        """With `engagee`: it is one of `engagees`."""
        engagees = type(self)(self.model).engagees().filter(pk=OuterRef("pk"))
        return self.annotate(engagee=Exists(engagees))

    def avec_discordance(self) -> models.QuerySet[Any]:
        """With `est_discordante`: the bank took money that does not match, and nobody decided."""
        passages: Any = self.model._meta.get_field("passages").related_model
        faits = passages.objects.filter(tentative=OuterRef("pk"))
        return self.annotate(
            est_discordante=~Q(etat="reussie")
            & Exists(faits.filter(acte="discorder"))
            & ~Exists(faits.filter(acte="ecarter"))
        )

    def avec_decision(self) -> models.QuerySet[Any]:
        """With `discordance`, what did not match, and `decision`, why a person settled it so."""
        passages: Any = self.model._meta.get_field("passages").related_model
        dits = passages.objects.filter(tentative=OuterRef("pk")).order_by("-pk").values("motif")
        return self.annotate(
            discordance=Subquery(dits.filter(acte="discorder")[:1]),
            decision=Subquery(dits.filter(acte__in=["accepter", "ecarter"])[:1]),
        )

    def a_decider(self) -> models.QuerySet[Any]:
        """Those that wait for a person: outcome unknown, or money that does not match."""
        return self.avec_discordance().filter(Q(etat="a_verifier") | Q(est_discordante=True))

    def plus_anciennes_que(self, duree: timedelta, a: datetime) -> Self:
        """Those created `duree` or more before `a`."""
        return self.filter(creee_le__lte=a - duree)

    def depuis(self, duree: timedelta, a: datetime) -> Self:
        """Those created less than `duree` before `a`."""
        return self.filter(creee_le__gt=a - duree)


class EncaissementQuerySet(models.QuerySet["Encaissement"]):
    """Money facts."""

    def valides(self) -> Self:
        """Those that no cancellation undoes."""
        return self.filter(annulation__isnull=True)

    def avec_suites(self) -> models.QuerySet[Any]:
        """With what followed each, in whole francs: `rembourse`, `en_remboursement`, `conteste` (at
        the bank, undecided), `repris` (dispute lost), and `acquis`, what the province keeps."""
        montant = F("montant")
        en_cours = Q(etat__in=("demande", *EN_ROUTE))
        return self.annotate(
            rembourse=self._rendu("remboursements", Q(etat="reussi"), montant),
            en_remboursement=self._rendu("remboursements", en_cours, montant),
            conteste=self._rendu("litiges", Q(etat="ouvert", est_debite=True), montant),
            repris=self._rendu("litiges", Q(etat="perdu", est_debite=True), montant),
        ).annotate(acquis=montant - F("rembourse") - F("conteste") - F("repris"))

    def en_trop(self) -> models.QuerySet[Any]:
        """Those of which a part is still owed back, `a_rendre`: the worklist of refunds.

        That part is what the debt did not call for when the money came, and what it calls for no
        longer: a titre rejected, or reduced before a refund that fails. The ledger says it: more
        was credited to the titre than it was ever debited. Of several payments, the last are given
        back first; so cut the lot by titre, or from a key upwards, never one payment alone.
        """
        en_propre = (
            F("trop_percu")
            - self._rendu("remboursements", REUSSIS, F("trop_percu"))
            - self._rendu("litiges", PERDUS, F("trop_percu"))
        )
        depuis = Window(Sum("sur_la_dette"), partition_by="titre_id", order_by=F("pk").desc())
        lot = self.valides().filter(Q(trop_percu__gt=0) | self._titres_sans_cause())
        trouves: models.QuerySet[Any] = (
            lot.avec_part_de_dette()
            .annotate(en_propre=en_propre)
            .annotate(excedent=-reste_correle("titre", sens=SensPiece.RECETTE), depuis=depuis)
            .annotate(
                a_rendre=F("en_propre")
                + Greatest(
                    0,
                    Least("sur_la_dette", F("excedent") - F("depuis") + F("sur_la_dette")),
                    output_field=MontantField(),
                )
            )
            .filter(a_rendre__gt=0)
        )
        return trouves

    def avec_part_de_dette(self) -> models.QuerySet[Any]:
        """With `sur_la_dette`, the whole francs that each took off its debt and still does."""
        part = F("montant") - F("trop_percu")
        return self.annotate(
            sur_la_dette=part
            - self._rendu("remboursements", REUSSIS, part)
            - self._rendu("litiges", PERDUS, part)
        )

    def _titres_sans_cause(self) -> Combinable:
        """Payments of titres that may owe less than what was paid: without effect, or whose refund
        failed after it had succeeded."""
        remboursements: Any = self.model._meta.get_field("remboursements").related_model
        revenus = remboursements.objects.filter(
            encaissement__titre=OuterRef("titre"), etat="echoue", ecriture__isnull=False
        )
        return Q(titre__etat__in=PIECES_SANS_EFFET) | Exists(revenus)

    def _rendu(self, relation: str, condition: Q, montant: Any) -> Coalesce:
        """Sum of `montant` over the refunds, or the disputes, that meet `condition`."""
        objets: Any = self.model._meta.get_field(relation).related_model
        sommes = objets.objects.filter(condition, encaissement=OuterRef("pk")).order_by()
        total = sommes.values("encaissement").annotate(total=Sum(montant)).values("total")
        return Coalesce(Subquery(total), 0)

    def totaux_par_mode(self) -> dict[str, int]:
        """Sum of valid amounts by mode, in whole francs."""
        lignes = self.valides().order_by().values_list("mode").annotate(total=Sum("montant"))
        return dict(lignes)


class EvenementQuerySet(models.QuerySet["EvenementRecu"]):
    """Messages of the inbox."""

    def a_traiter(self, a: datetime) -> Self:
        """Those neither done nor waiting for a later attempt, oldest first."""
        return self.filter(Q(etat__in=A_TRAITER), prochain_essai_le__lte=a).order_by("pk")

    def bloques(self, a: datetime) -> Self:
        """Those that have failed for a day: somebody has to look."""
        return self.filter(etat="en_erreur", recu_le__lt=a - timedelta(days=1))


class VersementQuerySet(models.QuerySet["Versement"]):
    """Payouts."""

    def vivants(self) -> Self:
        """Those that no cancellation undoes."""
        return self.exclude(etat="annule")


class RapprochementQuerySet(models.QuerySet["RapprochementBancaire"]):
    """Matches of bank movements."""

    def vivants(self) -> Self:
        """Those that no cancellation undoes."""
        return self.filter(annulation__isnull=True)


class RemboursementQuerySet(models.QuerySet["Remboursement"]):
    """Refunds."""

    def actifs(self) -> Self:
        """Those that take, or will take, something from their payment."""
        return self.exclude(etat__in=SANS_SUITE)

    def en_route(self) -> Self:
        """Those approved whose outcome is not known yet, oldest first."""
        return self.filter(etat__in=EN_ROUTE).order_by("pk")

    def total(self) -> int:
        """Sum of their amounts, in whole francs."""
        return int(self.aggregate(total=Sum("montant", default=0))["total"])
